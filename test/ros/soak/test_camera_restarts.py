"""The camera's process is killed and started repeatedly."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from budget import share_of
from figures import record
from growth import Growth
from node_process import NodeProcess, StartNode
from ros_harness import Robot, wait_for
from sensor_msgs.msg import Image
from shared_memory import remove_dead, segments_of
from tqdm import tqdm

from samwise_ros.msg import TargetEvent

PROGRAM = Path(__file__).with_name("camera_process.py")
OFFERS = ("RELIABLE", "BEST_EFFORT")
MAX_GROWTH_MB = 16.0


@contextmanager
def camera_process(node: NodeProcess, number: int) -> Iterator[str]:
    """Start a camera, yield the frame of its images, and kill it."""
    frame, offer = f"camera_{number}", OFFERS[number % 2]
    command = [sys.executable, str(PROGRAM), node.image_topic, offer, frame]
    process = subprocess.Popen(command)
    try:
        yield frame
    finally:
        segments = segments_of(process.pid)
        process.kill()
        process.wait()
        remove_dead(segments)


@dataclass
class RestartResult:
    """Measurements of the restarts.

    Attributes:
        growth: memory of the node by number of frames.
        frames: masks of all cameras together.
        seconds: from each start to the first mask.
        handles: the node's threads and open files after each camera.
    """

    growth: Growth
    frames: int = 0
    seconds: list[float] = field(default_factory=list)
    handles: list[tuple[int, int]] = field(default_factory=list)


def restart(robot: Robot, node: NodeProcess, times: int, frames: int) -> RestartResult:
    """Start and kill the camera repeatedly, each time after a number of frames."""
    result = RestartResult(Growth(node.pid))
    with (
        robot.subscribed(f"{node.name}/camera/mask", Image) as masks,
        robot.subscribed(f"{node.name}/events", TargetEvent) as events,
    ):
        for number in tqdm(range(times), "camera processes", mininterval=5.0, miniters=1):
            began = time.monotonic()
            with camera_process(node, number) as frame:
                masks.wait(lambda mask, frame=frame: mask.header.frame_id == frame, what=frame)
                result.seconds.append(time.monotonic() - began)
                wait_for(lambda: len(masks.messages) >= frames, what="more masks")
            gone = robot.status(node.name, lambda status: "no image" in status.message)
            assert node.image_topic in gone.message
            result.frames += len(masks.messages)
            masks.clear()
            result.growth.sample(result.frames)
            result.handles.append(result.growth.handles())
        assert not [one for one in events.messages if one.kind == TargetEvent.RESET]
    robot.wait_for_sentences(node, ["the red ball"])
    assert robot.state(node.name) == "active"
    return result


def test_camera_is_killed_and_restarted(robot: Robot, active_node: NodeProcess) -> None:
    robot.say(active_node, "the red ball")
    restart(robot, active_node, 2, frames=3)


@pytest.mark.slow
def test_camera_is_killed_and_restarted_20_times(robot: Robot, start_node: StartNode) -> None:
    times = share_of(20, least=3)
    node = start_node(model="tabletop", command="the red ball", input_timeout=0.5)
    robot.bring_up(node.name)
    began = time.monotonic()
    result = restart(robot, node, times, frames=50)
    record(
        "camera restarts",
        f"{times} camera processes killed, {result.frames} frames",
        time.monotonic() - began,
        result.growth,
        from_a_start_to_the_first_mask_at_most=f"{max(result.seconds):.1f} s",
        threads_and_open_files=f"{result.handles[0]} → {result.handles[-1]}",
    )
    first, last = result.handles[0], result.handles[-1]
    assert all(late <= early for early, late in zip(first, last, strict=True)), result.handles
    assert result.growth.grown_mb() < MAX_GROWTH_MB, result.growth.line()
    assert node.end()[0] == 0, node.log
