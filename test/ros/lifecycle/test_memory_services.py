"""Memories outlive the process: saved by service or at the end, gone on from in another."""

import signal
from pathlib import Path
from typing import Any

import numpy as np
from conftest import StartNode
from lifecycle_msgs.msg import Transition
from ros_harness import NodeProcess, Robot, image, picture, wait_for

from samwise_ros.msg import CommandArray, TargetArray, TargetEvent


def film(robot: Robot, node: NodeProcess, camera: Any, first: int, last: int) -> list[TargetArray]:
    """Send frames one by one; give what was found on each."""
    with robot.listening(f"{node.name}/camera/targets", TargetArray) as found:
        for number in range(first, last):
            camera.publish(image(number * 10**8, picture(seed=number)))
            wait_for(lambda count=number - first + 1: len(found.messages) == count)
        return list(found.messages)


def facts(found: list[TargetArray]) -> list[tuple[Any, ...]]:
    """What is looked for and seen, without times."""
    return [
        (one.sentence, one.label, one.state, one.score, one.roi, bytes(one.mask.data), one.area)
        for array in found
        for one in array.targets
    ]


def test_another_process_goes_on_from_the_saved_memory(
    robot: Robot, start_node: StartNode, tmp_path: Path
) -> None:
    saved = tmp_path / "memories" / "kitchen.samwise"
    one, other = (start_node(memory_path=str(saved)) for _ in range(2))
    robot.bring_up(one.name)
    robot.say(one, "the red mug")
    with robot.camera(one) as camera:
        film(robot, one, camera, 0, 10)
        answer = robot.trigger(f"{one.name}/save_memory")
        assert (answer.success, answer.message) == (True, f"saved to {saved}")
        wanted = facts(film(robot, one, camera, 10, 14))
    robot.bring_up(other.name)
    with (
        robot.listening(f"{other.name}/events", TargetEvent) as events,
        robot.camera(other) as camera,
    ):
        assert facts(film(robot, other, camera, 0, 1)) == []
        answer = robot.trigger(f"{other.name}/load_memory")
        assert (answer.success, answer.message) == (True, f"loaded from {saved}")
        assert events.wait(lambda event: event.kind == TargetEvent.ADDED).sentence == "the red mug"
        assert facts(film(robot, other, camera, 10, 14)) == wanted


def test_a_node_goes_on_where_it_was_when_it_ended(
    robot: Robot, start_node: StartNode, tmp_path: Path
) -> None:
    saved = tmp_path / "kitchen.samwise"
    arguments = {"memory_path": str(saved), "save_memory_on_deactivate": "true"}
    reference = start_node(command="the blue ball")
    robot.bring_up(reference.name)
    with robot.camera(reference) as camera:
        wanted = facts(film(robot, reference, camera, 0, 12))[8:]
    first = start_node(command="the blue ball", **arguments)
    robot.bring_up(first.name)
    with robot.camera(first) as camera:
        film(robot, first, camera, 0, 8)
    assert not saved.exists()
    code, seconds = first.end(signal.SIGTERM)
    assert code == 0
    assert seconds < 2.0
    second = start_node(command="the red mug", **arguments)
    robot.bring_up(second.name)
    assert f"going on from {saved}, commands: 1" in second.log
    with robot.camera(second) as camera:
        assert facts(film(robot, second, camera, 8, 10)) == wanted[:2]
        # Deactivating saves too, and in the same process nothing is lost by it.
        before = saved.read_bytes()
        assert robot.change_state(second.name, Transition.TRANSITION_DEACTIVATE)
        assert saved.read_bytes() != before
        assert robot.change_state(second.name, Transition.TRANSITION_ACTIVATE)
    with robot.camera(second) as camera:
        assert facts(film(robot, second, camera, 10, 12)) == wanted[2:]


def test_a_file_that_cannot_be_used_is_refused_and_nothing_changes(
    robot: Robot, start_node: StartNode, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.samwise"
    broken.write_bytes(np.random.default_rng(0).bytes(5000))
    node = start_node(memory_path=str(broken))
    robot.bring_up(node.name)
    robot.say(node, "the red mug")
    with robot.listening(f"{node.name}/commands", CommandArray, latched=True) as commands:
        commands.wait(lambda one: len(one.commands) == 1)
        answer = robot.trigger(f"{node.name}/load_memory")
        assert not answer.success
        assert str(broken) in answer.message
        assert [one.sentence for one in commands.messages[-1].commands] == ["the red mug"]
    refused = start_node(memory_path=str(broken), save_memory_on_deactivate="true")
    assert not robot.change_state(refused.name, Transition.TRANSITION_CONFIGURE)
    assert str(broken) in refused.log
    unset = start_node(save_memory_on_deactivate="true")
    assert not robot.change_state(unset.name, Transition.TRANSITION_CONFIGURE)
    assert "cannot configure: memory_path: expected a file, got ''" in unset.log


def test_without_a_path_the_services_say_so(robot: Robot, active_node: NodeProcess) -> None:
    for service in ("save_memory", "load_memory"):
        answer = robot.trigger(f"{active_node.name}/{service}")
        assert not answer.success
        assert "memory_path" in answer.message
