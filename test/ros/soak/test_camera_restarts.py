"""The camera's process is killed and started again, and again."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from budget import share_of
from conftest import StartNode
from figures import record
from growth import Growth
from ros_harness import NodeProcess, Robot, wait_for
from sensor_msgs.msg import Image
from shared_memory import remove_dead, segments_of
from tqdm import tqdm

from samwise_ros.msg import CommandArray, TargetEvent

PROGRAM = Path(__file__).with_name("camera_process.py")
OFFERS = ("RELIABLE", "BEST_EFFORT")
MAX_GROWTH_MB = 16.0


@contextmanager
def camera_process(node: NodeProcess, number: int) -> Iterator[str]:
    """Start a camera, give the frame that its images name, and kill it."""
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
class Toll:
    """What the restarts took.

    Attributes:
        growth: of the node, by frames.
        frames: that came of all cameras together.
        seconds: from each start to the first mask.
        handles: the node's threads and open files after each camera.
    """

    growth: Growth
    frames: int = 0
    seconds: list[float] = field(default_factory=list)
    handles: list[tuple[int, int]] = field(default_factory=list)


def restart(robot: Robot, node: NodeProcess, times: int, frames: int) -> Toll:
    """Kill and start the camera again and again, each time after so many frames."""
    toll = Toll(Growth(node.process.pid))
    with (
        robot.listening(f"{node.name}/camera/mask", Image) as masks,
        robot.listening(f"{node.name}/events", TargetEvent) as events,
    ):
        for number in tqdm(range(times), "camera processes", mininterval=5.0, miniters=1):
            began = time.monotonic()
            with camera_process(node, number) as frame:
                masks.wait(lambda mask, frame=frame: mask.header.frame_id == frame, what=frame)
                toll.seconds.append(time.monotonic() - began)
                wait_for(lambda: len(masks.messages) >= frames, what="more masks")
            gone = robot.diagnosis(node.name, lambda one: "no image" in one.message)
            assert node.image_topic in gone.message
            toll.frames += len(masks.messages)
            masks.clear()
            toll.growth.sample(toll.frames)
            toll.handles.append(toll.growth.handles())
        assert not [one for one in events.messages if one.kind == TargetEvent.RESET]
    with robot.listening(f"{node.name}/commands", CommandArray, latched=True) as living:
        assert [one.sentence for one in living.wait().commands] == ["the red ball"]
    assert robot.state(node.name) == "active"
    return toll


def test_a_camera_is_killed_and_comes_back(robot: Robot, active_node: NodeProcess) -> None:
    robot.say(active_node, "the red ball")
    restart(robot, active_node, 2, frames=3)


@pytest.mark.slow
def test_a_camera_is_killed_and_restarted_20_times(robot: Robot, start_node: StartNode) -> None:
    times = share_of(20, least=3)
    node = start_node(model="tabletop", command="the red ball", input_timeout=0.5)
    robot.bring_up(node.name)
    began = time.monotonic()
    toll = restart(robot, node, times, frames=50)
    record(
        "camera restarts",
        f"{times} camera processes killed, {toll.frames} frames",
        time.monotonic() - began,
        toll.growth,
        from_a_start_to_the_first_mask_at_most=f"{max(toll.seconds):.1f} s",
        threads_and_open_files=f"{toll.handles[0]} → {toll.handles[-1]}",
    )
    first, last = toll.handles[0], toll.handles[-1]
    assert all(late <= early for early, late in zip(first, last, strict=True)), toll.handles
    assert toll.growth.grown_mb() < MAX_GROWTH_MB, toll.growth.line()
    assert node.end()[0] == 0, node.log
