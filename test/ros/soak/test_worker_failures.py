"""The network raises repeatedly: only those frames are lost."""

import time
from pathlib import Path

import pytest
from budget import share_of
from figures import ages, record
from growth import Growth
from image_messages import image
from node_process import NodeProcess
from ros_harness import Robot, values_of, wait_for
from steps import Steps, steps_with
from tqdm import tqdm

from samwise_ros.msg import TargetEvent

MAX_GROWTH_MB = 16.0

# The node and the engine, except that every n-th frame raises: alternately before and after the
# frame has changed a memory.
PROGRAM = """
import itertools
from samwise_ros.engine.engine import Engine
from samwise_ros.ros.node import main

step, numbers = Engine.step, itertools.count(1)

def failing_step(engine, frame):
    number = next(numbers)
    failures, rest = divmod(number, {every})
    results = step(engine, frame) if rest or failures % 2 else []
    if not rest:
        print("injected on frame", number, flush=True)
        raise RuntimeError(f"injected on frame {{number}}")
    return results

Engine.step = failing_step
main()
"""


def failing_node(folder: Path, model: str | Path, every: int) -> NodeProcess:
    parameters = {"model": model, "device": "cpu", "command": "the red ball"}
    program = ("-c", PROGRAM.format(every=every))
    return NodeProcess(folder, "failing", program=program, parameters=parameters)


def send_frames(robot: Robot, node: NodeProcess, frames: int, every: int) -> tuple[Growth, Steps]:
    """Send frames; those that do not fail must have their masks, one by one."""
    robot.bring_up(node.name)
    with (
        robot.camera(node) as images,
        robot.subscribed(f"{node.name}/events", TargetEvent) as events,
        steps_with(robot, node, images) as steps,
    ):
        growth = Growth(node.pid)
        for number in tqdm(range(1, frames + 1), "frames", mininterval=5.0):
            message = image(robot.stamp_ns())
            if number % every:
                steps.send(message)
            else:
                steps.send_invalid(message)
                logged = f"injected on frame {number}\n"
                wait_for(lambda logged=logged: logged in node.log, what=logged)
                growth.sample(number)
        assert not [event for event in events.messages if event.kind == TargetEvent.RESET]
    failures = str(frames // every)
    robot.status(node.name, lambda status: values_of(status).get("failures") == failures)
    robot.status(node.name, lambda status: values_of(status).get("dropped: failed") == failures)
    assert robot.state(node.name) == "active"
    return growth, steps


def test_every_5th_frame_fails(robot: Robot, model_folder: Path, tmp_path: Path) -> None:
    node = failing_node(tmp_path, model_folder, 5)
    send_frames(robot, node, 50, 5)
    assert node.end()[0] == 0, node.log


@pytest.mark.slow
def test_every_50th_of_1000_frames_fails(robot: Robot, tmp_path: Path) -> None:
    frames, began = share_of(1000, least=150), time.monotonic()
    node = failing_node(tmp_path, "tabletop", 50)
    growth, steps = send_frames(robot, node, frames, 50)
    record(
        "worker failures",
        f"{frames} frames, an exception in the worker on every 50th",
        time.monotonic() - began,
        growth,
        age=ages(steps.ages_s),
    )
    assert growth.grown_mb() < MAX_GROWTH_MB, growth.line()
    assert node.end()[0] == 0, node.log
