"""Calls of services before the first activation and while the node is inactive."""

import signal
from pathlib import Path

from lifecycle_msgs.msg import Transition
from node_process import EXIT_LIMIT_S, StartNode
from ros_harness import Robot

from samwise_ros.msg import Target, TargetEvent, TargetStateArray


def test_states_are_latched_again_after_a_call_on_an_inactive_node(
    robot: Robot, start_node: StartNode, tmp_path: Path
) -> None:
    node = start_node(command="the red mug", memory_path=str(tmp_path / "memory"))
    robot.bring_up(node.name)
    assert robot.change_state(node.name, Transition.TRANSITION_DEACTIVATE)
    assert robot.trigger(f"{node.name}/save_memory").success
    topic = f"{node.name}/camera/target_states"
    with robot.subscribed(topic, TargetStateArray, latched=True) as states:
        assert states.wait().targets == []
        assert robot.change_state(node.name, Transition.TRANSITION_ACTIVATE)
        (target,) = states.wait(lambda message: bool(message.targets)).targets
    assert (target.sentence, target.state) == ("the red mug", Target.SEARCHING)


def test_command_that_is_removed_before_the_first_activation_is_not_published(
    robot: Robot, start_node: StartNode
) -> None:
    node = start_node(command="the red mug")
    assert robot.change_state(node.name, Transition.TRANSITION_CONFIGURE)
    assert robot.trigger(f"{node.name}/clear").success
    with robot.subscribed(f"{node.name}/events", TargetEvent) as events:
        assert robot.change_state(node.name, Transition.TRANSITION_ACTIVATE)
        robot.say(node, "the blue ball")
        event = events.wait()
    assert (event.kind, event.sentence, event.sequence) == (TargetEvent.ADDED, "the blue ball", 3)


def test_shutdown_saves_what_was_changed_while_inactive(
    robot: Robot, start_node: StartNode, tmp_path: Path
) -> None:
    saved = tmp_path / "kitchen.samwise"
    arguments = {"memory_path": str(saved), "save_memory_on_deactivate": True}
    first = start_node(command="the red mug", **arguments)
    robot.bring_up(first.name)
    assert robot.change_state(first.name, Transition.TRANSITION_DEACTIVATE)
    assert robot.trigger(f"{first.name}/clear").success
    code, seconds = first.end(signal.SIGTERM)
    assert code == 0
    assert seconds < EXIT_LIMIT_S
    second = start_node(**arguments)
    assert robot.change_state(second.name, Transition.TRANSITION_CONFIGURE)
    assert f"memories loaded from {saved}, commands: 0" in second.log
