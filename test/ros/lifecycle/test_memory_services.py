"""Memories that one process saves, by service or at its end, and another process loads."""

import signal
from pathlib import Path
from typing import Any

import numpy as np
from image_messages import image, picture
from lifecycle_msgs.msg import Transition
from node_process import EXIT_LIMIT_S, NodeProcess, StartNode
from ros_harness import Robot, wait_for

from samwise_ros.msg import TargetArray, TargetEvent


def send_frames(
    robot: Robot, node: NodeProcess, camera: Any, first: int, last: int
) -> list[TargetArray]:
    """Send frames one by one; return the targets of each."""
    with robot.subscribed(f"{node.name}/camera/targets", TargetArray) as targets:
        for number in range(first, last):
            camera.publish(image(number * 10**8, picture(seed=number)))
            wait_for(lambda count=number - first + 1: len(targets.messages) == count)
        return list(targets.messages)


def content(arrays: list[TargetArray]) -> list[tuple[Any, ...]]:
    """Return the targets without their times."""
    return [
        (one.sentence, one.label, one.state, one.score, one.roi, bytes(one.mask.data), one.area)
        for array in arrays
        for one in array.targets
    ]


def test_another_process_continues_from_saved_memories(
    robot: Robot, start_node: StartNode, tmp_path: Path
) -> None:
    saved = tmp_path / "memories" / "kitchen.samwise"
    first, second = (start_node(memory_path=str(saved)) for _ in range(2))
    robot.bring_up(first.name)
    robot.say(first, "the red mug")
    with robot.camera(first) as camera:
        send_frames(robot, first, camera, 0, 10)
        response = robot.trigger(f"{first.name}/save_memory")
        assert (response.success, response.message) == (True, f"saved to {saved}")
        expected = content(send_frames(robot, first, camera, 10, 14))
    robot.bring_up(second.name)
    with (
        robot.subscribed(f"{second.name}/events", TargetEvent) as events,
        robot.camera(second) as camera,
    ):
        assert content(send_frames(robot, second, camera, 0, 1)) == []
        response = robot.trigger(f"{second.name}/load_memory")
        assert (response.success, response.message) == (True, f"loaded from {saved}")
        assert events.wait(lambda event: event.kind == TargetEvent.ADDED).sentence == "the red mug"
        assert content(send_frames(robot, second, camera, 10, 14)) == expected


def test_node_continues_from_memories_of_an_ended_node(
    robot: Robot, start_node: StartNode, tmp_path: Path
) -> None:
    saved = tmp_path / "kitchen.samwise"
    arguments = {"memory_path": str(saved), "save_memory_on_deactivate": True}
    reference = start_node(command="the blue ball")
    robot.bring_up(reference.name)
    with robot.camera(reference) as camera:
        expected = content(send_frames(robot, reference, camera, 0, 12))[8:]
    first = start_node(command="the blue ball", **arguments)
    robot.bring_up(first.name)
    with robot.camera(first) as camera:
        send_frames(robot, first, camera, 0, 8)
    assert not saved.exists()
    code, seconds = first.end(signal.SIGTERM)
    assert code == 0
    assert seconds < EXIT_LIMIT_S
    second = start_node(command="the red mug", **arguments)
    robot.bring_up(second.name)
    assert f"memories loaded from {saved}, commands: 1" in second.log
    with robot.camera(second) as camera:
        assert content(send_frames(robot, second, camera, 8, 10)) == expected[:2]
        # Deactivation saves too, and the same process continues without a difference.
        before = saved.read_bytes()
        assert robot.change_state(second.name, Transition.TRANSITION_DEACTIVATE)
        assert saved.read_bytes() != before
        assert robot.change_state(second.name, Transition.TRANSITION_ACTIVATE)
    with robot.camera(second) as camera:
        assert content(send_frames(robot, second, camera, 10, 12)) == expected[2:]


def test_invalid_memory_file_is_rejected_and_changes_nothing(
    robot: Robot, start_node: StartNode, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.samwise"
    broken.write_bytes(np.random.default_rng(0).bytes(5000))
    node = start_node(memory_path=str(broken))
    robot.bring_up(node.name)
    robot.say(node, "the red mug")
    robot.wait_for_sentences(node, ["the red mug"])
    response = robot.trigger(f"{node.name}/load_memory")
    assert not response.success
    assert str(broken) in response.message
    robot.wait_for_sentences(node, ["the red mug"])
    rejected = start_node(memory_path=str(broken), save_memory_on_deactivate=True)
    assert not robot.change_state(rejected.name, Transition.TRANSITION_CONFIGURE)
    assert str(broken) in rejected.log
    unset = start_node(save_memory_on_deactivate=True)
    assert not robot.change_state(unset.name, Transition.TRANSITION_CONFIGURE)
    assert "cannot configure: memory_path: expected a file, got ''" in unset.log


def test_memory_services_need_memory_path(robot: Robot, active_node: NodeProcess) -> None:
    for service in ("save_memory", "load_memory"):
        response = robot.trigger(f"{active_node.name}/{service}")
        assert not response.success
        assert "memory_path" in response.message
