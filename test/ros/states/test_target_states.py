"""Numbered events, and latched states for listeners that start late."""

from contextlib import ExitStack

from lifecycle_msgs.msg import Transition
from lifecycle_steps import unconfigure
from node_process import NodeProcess
from ros_harness import Robot, wait_for
from tracked_scene import EMPTY, SENTENCE, TrackedScene, scene_pixels

from samwise_ros.msg import (
    Command,
    CommandArray,
    Target,
    TargetArray,
    TargetEvent,
    TargetState,
    TargetStateArray,
)


def late_states(robot: Robot, node: NodeProcess) -> TargetStateArray:
    """Return what a new subscriber receives at once."""
    topic = f"{node.name}/camera/target_states"
    with robot.subscribed(topic, TargetStateArray, latched=True) as inbox:
        return inbox.wait()


def wait_for_state(
    robot: Robot, node: NodeProcess, state: int, kind: int, paused: bool = False
) -> TargetState:
    """Wait until a new subscriber receives a state of the only target."""

    def found() -> TargetState | None:
        targets = late_states(robot, node).targets
        if len(targets) != 1:
            return None
        one = targets[0]
        values = (one.state, one.last_event.kind, one.paused)
        return one if values == (state, kind, paused) else None

    one: TargetState = wait_for(found, what=f"state {state}")
    assert one.sentence == one.last_event.sentence == SENTENCE
    return one


def test_events_are_numbered_and_targets_name_the_last(
    robot: Robot, tabletop_node: NodeProcess, tracked: TrackedScene
) -> None:
    topic = f"{tabletop_node.name}/camera/targets"
    with robot.subscribed(topic, TargetArray) as arrays:
        for index in range(3):
            last, _ = tracked.send(scene_pixels(index))
        robot.send(tabletop_node, Command(id="nobody", action=Command.REMOVE))
        tracked.events.wait(lambda event: event.kind == TargetEvent.REJECTED)
        after, _ = tracked.send(scene_pixels(3))
        of_last = arrays.wait(lambda one: one.header == last.header)
        of_after = arrays.wait(lambda one: one.header == after.header)
    kinds = [event.kind for event in tracked.events.messages]
    assert kinds == [TargetEvent.ADDED, TargetEvent.ACQUIRED, TargetEvent.REJECTED]
    assert [event.sequence for event in tracked.events.messages] == [1, 2, 3]
    assert (of_last.event_sequence, of_after.event_sequence) == (2, 3)
    first = tracked.events.messages[0].run_start
    assert first.sec > 0
    assert {event.run_start.nanosec for event in tracked.events.messages} == {first.nanosec}
    assert of_last.run_start == of_after.run_start == first


def test_a_new_run_has_another_start_and_begins_at_one(
    robot: Robot, tabletop_node: NodeProcess
) -> None:
    runs = []
    for _ in range(2):
        robot.bring_up(tabletop_node.name)
        with ExitStack() as stack:
            event = TrackedScene(robot, tabletop_node, stack).events.messages[0]
        runs.append((event.run_start.sec, event.run_start.nanosec, event.sequence))
        # A run continues after a deactivation.
        assert robot.change_state(tabletop_node.name, Transition.TRANSITION_DEACTIVATE)
        assert robot.change_state(tabletop_node.name, Transition.TRANSITION_ACTIVATE)
        states = late_states(robot, tabletop_node)
        assert states.run_start == event.run_start
        assert states.event_sequence == 1
        unconfigure(robot, tabletop_node.name)
        robot.forget(tabletop_node.name)
    assert runs[0] < runs[1]
    assert [run[2] for run in runs] == [1, 1]


def test_late_listener_receives_each_state(
    robot: Robot, tabletop_node: NodeProcess, tracked: TrackedScene
) -> None:
    node = tabletop_node
    topic = f"{node.name}/camera/target_states"
    with robot.subscribed(topic, TargetStateArray, latched=True) as inbox:
        added = wait_for_state(robot, node, Target.SEARCHING, TargetEvent.ADDED)
        assert added.last_event.sequence == 1
        frames = [tracked.send(scene_pixels(index))[0] for index in range(4)]
        found = wait_for_state(robot, node, Target.TRACKING, TargetEvent.ACQUIRED)
        assert found.stamp == frames[1].header.stamp  # recover_after_frames is 2
        # As text, because NaN differs from itself.
        assert str(found.last_event) == str(tracked.event(TargetEvent.ACQUIRED, frames[1]))
        assert len(inbox.messages) == 2  # one message for each change, not for each frame

        robot.client(node.name).pause(SENTENCE)
        paused = wait_for_state(robot, node, Target.TRACKING, TargetEvent.ACQUIRED, paused=True)
        assert paused.stamp == found.stamp
        robot.client(node.name).resume(SENTENCE)

        gone = [tracked.send(EMPTY)[0] for _ in range(6)]
        lost = wait_for_state(robot, node, Target.LOST, TargetEvent.LOST)
        assert lost.stamp == gone[4].header.stamp  # lost_after_frames is 5
        robot.client(node.name).reset(SENTENCE)
        wait_for_state(robot, node, Target.SEARCHING, TargetEvent.RESET)
        robot.client(node.name).remove(SENTENCE)
        wait_for(lambda: not late_states(robot, node).targets)
        sequences = [one.event_sequence for one in inbox.messages]
    assert sequences == [1, 2, 2, 2, 3, 4, 5]
    assert {(one.camera, one.run_start.sec) for one in inbox.messages} == {
        ("camera", added.last_event.run_start.sec)
    }


def test_states_are_unknown_while_inactive_and_return(
    robot: Robot, tabletop_node: NodeProcess, tracked: TrackedScene
) -> None:
    node = tabletop_node
    for index in range(3):
        tracked.send(scene_pixels(index))
    found = wait_for_state(robot, node, Target.TRACKING, TargetEvent.ACQUIRED)
    assert robot.change_state(node.name, Transition.TRANSITION_DEACTIVATE)
    assert not late_states(robot, node).targets
    assert robot.change_state(node.name, Transition.TRANSITION_ACTIVATE)
    again = wait_for_state(robot, node, Target.TRACKING, TargetEvent.ACQUIRED)
    assert str(again) == str(found)


def test_states_of_a_camera_are_those_of_its_commands(
    robot: Robot, tabletop_node: NodeProcess, tracked: TrackedScene
) -> None:
    topic = f"{tabletop_node.name}/camera/target_states"
    with robot.subscribed(topic, TargetStateArray, latched=True) as inbox:
        inbox.wait(lambda one: len(one.targets) == 1)
        client = robot.client(tabletop_node.name)
        client.track("the red mug", target_id="second")
        both = inbox.wait(lambda one: len(one.targets) == 2)
        assert [one.command_id for one in both.targets][1] == "second"
        count = len(inbox.messages)
        robot.send(tabletop_node, Command(id="second", sentence="the red mug"))
        robot.send(tabletop_node, Command(id="nobody", action=Command.REMOVE))
        tracked.events.wait(lambda event: event.kind == TargetEvent.REJECTED)
        tracked.send(scene_pixels(0))
        assert len(inbox.messages) == count  # nothing has changed
        client.remove("second")
        inbox.wait(lambda one: [two.sentence for two in one.targets] == [SENTENCE])
        assert isinstance(client.commands, CommandArray)
