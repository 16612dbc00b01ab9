"""The action ``~/find`` over DDS: how goals begin and end."""

import math
import time

import pytest
from find_rig import ABORTED, CANCELED, SUCCEEDED, FindRig, Result
from lifecycle_msgs.msg import Transition
from ros_harness import Robot, wait_for
from tracked_scene import EMPTY, SENTENCE

from samwise_ros.msg import Command, Target

MAX_FRAME_S = 1.0  # far more than the node needs, on a busy machine


def test_found_with_the_deciding_frame(rig: FindRig) -> None:
    goal = rig.started(confident_frames=3)
    arrays = [rig.frame() for _ in range(3)]
    while arrays[-1].targets[0].frames_tracked < 3:
        arrays.append(rig.frame())
    decided = time.monotonic()
    result = goal.result(SUCCEEDED, Result.FOUND)  # no further frame is needed
    assert time.monotonic() - decided < MAX_FRAME_S
    assert (result.header, result.camera) == (arrays[-1].header, "camera")
    assert repr(result.target) == repr(arrays[-1].targets[0])  # a field is NaN
    assert (result.target.command_id, result.target.state) == (goal.command_id, Target.TRACKING)
    assert (result.reason, result.has_pose) == ("", False)
    rig.wait_for_no_commands()

    # At most one feedback for each frame before, with the frame's target.
    by_stamp = {str(array.header): array.targets[0] for array in arrays[:-1]}
    stamps = [str(one.header) for one in goal.feedback]
    assert stamps
    assert len(set(stamps)) == len(stamps)
    for one in goal.feedback:
        target = by_stamp[str(one.header)]
        expected = (target.command_id, target.state, target.score, target.roi)
        assert (one.command_id, one.state, one.score, one.roi) == expected


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"sentence": ""}, "contains no word"),
        ({"sentence": "?!"}, "contains no word"),
        ({"sentence": "the red\x1b[2J mug"}, "control characters"),
        ({"sentence": "x" * 2000}, "2000 characters, expected at most 1000"),
        ({"sentence": "la taza amarilla"}, "unknown words: 'la', 'taza', 'amarilla'"),
        ({"cameras": ["roof"]}, "expected cameras from ['camera'], got ['roof']"),
        ({"timeout_seconds": 0.0}, "expected more than 0 and at most 3600, got 0"),
        ({"timeout_seconds": -1.0}, "got -1"),
        ({"timeout_seconds": math.nan}, "got nan"),
        ({"timeout_seconds": math.inf}, "got inf"),
        ({"timeout_seconds": 3601.0}, "got 3601"),
        ({"confident_frames": 0}, "confident_frames: expected 1 to 1000, got 0"),
        ({"confident_frames": 1001}, "got 1001"),
    ],
)
def test_unacceptable_goals_are_aborted_with_the_reason(
    rig: FindRig, fields: dict[str, object], reason: str
) -> None:
    result = rig.goal(**fields).result(ABORTED, Result.REJECTED)
    assert reason in result.reason


def test_goal_over_max_commands_is_rejected(rig: FindRig) -> None:
    goals = [rig.started() for _ in range(8)]
    assert "max_commands" in rig.goal().result(ABORTED, Result.REJECTED).reason
    for goal in goals:
        goal.cancel()
    for goal in goals:
        goal.result(CANCELED, Result.CANCELED)


def test_three_goals_at_once_are_three_commands(rig: FindRig) -> None:
    slow, short, kept = (
        rig.started(confident_frames=1000),
        rig.started("the red mug", timeout_seconds=2.0, confident_frames=1000),
        rig.started(keep_tracking=True),
    )
    assert len(rig.command_ids()) == 3
    while not kept.response.done():
        rig.frame()
        time.sleep(0.05)
    assert kept.result(SUCCEEDED, Result.FOUND).target.command_id == kept.command_id
    assert "not found within 2 s; processed frames" in short.result(ABORTED, Result.TIMEOUT).reason
    slow.cancel()
    assert slow.result(CANCELED, Result.CANCELED).reason == "canceled by a client"
    wait_for(lambda: rig.command_ids() == [kept.command_id], what="the kept command alone")
    assert {one.command_id for one in slow.feedback} == {slow.command_id}
    assert rig.robot.trigger(f"{rig.node.name}/clear").success


def test_timeout_says_what_was_missing(rig: FindRig) -> None:
    goal = rig.goal(timeout_seconds=0.5)
    reason = goal.result(ABORTED, Result.TIMEOUT).reason
    assert reason == "no image was processed for 0.5 s"
    goal = rig.started(timeout_seconds=1.0)
    rig.frame(EMPTY)
    reason = goal.result(ABORTED, Result.TIMEOUT).reason
    assert reason == "not found within 1 s; processed frames: 1"


@pytest.mark.parametrize(
    ("removal", "cause"),
    [
        ("clear", "~/clear"),
        ("the red ball", "the sentence 'the red ball' on ~/command"),
        ("Stop!", "the sentence 'Stop!' on ~/command"),
        ("", "the sentence '' on ~/command"),
        (Command.REMOVE, "a request on ~/command_request"),
    ],
)
def test_removed_command_aborts_its_goal(
    rig: FindRig, robot: Robot, removal: str | int, cause: str
) -> None:
    goal = rig.started()
    if removal == "clear":
        assert robot.trigger(f"{rig.node.name}/clear").success
    elif isinstance(removal, str):
        robot.say(rig.node, removal)
    else:
        robot.send(rig.node, Command(id=goal.command_id, action=removal))
    result = goal.result(ABORTED, Result.REMOVED)
    assert result.reason == f"the command was removed by {cause}"
    # Not a sentence: the node could process it after the next test's goal.
    assert robot.trigger(f"{rig.node.name}/clear").success


def test_deactivation_aborts_goals_and_rejects_later_ones(rig: FindRig, robot: Robot) -> None:
    goals = [rig.started() for _ in range(2)]
    assert robot.change_state(rig.node.name, Transition.TRANSITION_DEACTIVATE)
    for goal in goals:
        assert goal.result(ABORTED, Result.REMOVED).reason == "the node was deactivated"
    assert rig.goal().result(ABORTED, Result.REJECTED).reason == "the node is not active"
    assert robot.change_state(rig.node.name, Transition.TRANSITION_ACTIVATE)
    rig.wait_for_no_commands()
    rig.wait_for_camera()
    goal = rig.started()
    while not goal.response.done():
        rig.frame()
    goal.result(SUCCEEDED, Result.FOUND)


def test_goal_does_not_take_over_a_command_of_its_sentence(rig: FindRig, robot: Robot) -> None:
    client = robot.client(rig.node.name)
    command_id = client.track(SENTENCE)
    goal = rig.started()
    while not goal.response.done():
        rig.frame()
    goal.result(SUCCEEDED, Result.FOUND)
    wait_for(lambda: rig.command_ids() == [command_id], what="the command that was there before")
    client.remove(command_id)
