"""The network fails again and again: those frames are lost, and nothing else."""

import time
from pathlib import Path

import pytest
from budget import share_of
from figures import ages, record
from growth import Growth
from ros_harness import NodeProcess, Robot, image, values_of, wait_for
from steps import Steps, steps_with
from tqdm import tqdm

from samwise_ros.msg import TargetEvent

MAX_GROWTH_MB = 16.0

# The real node and the real engine, but on every so many frames it raises: in turn before the
# frame has changed anything, and after it has.
PROGRAM = """
import itertools
from samwise_ros.engine.engine import Engine
from samwise_ros.ros.node import main

step, numbers = Engine.step, itertools.count(1)

def fragile_step(engine, frame):
    number = next(numbers)
    failures, rest = divmod(number, {every})
    results = step(engine, frame) if rest or failures % 2 else []
    if not rest:
        print("injected on frame", number, flush=True)
        raise RuntimeError(f"injected on frame {{number}}")
    return results

Engine.step = fragile_step
main()
"""


def fragile_node(folder: Path, model: str, every: int) -> NodeProcess:
    arguments = ["-p", f"model:={model}", "-p", "device:=cpu", "-p", "command:=the red ball"]
    return NodeProcess(folder, "failing", arguments, program=("-c", PROGRAM.format(every=every)))


def endure(robot: Robot, node: NodeProcess, frames: int, every: int) -> tuple[Growth, Steps]:
    """Show frames, of which some fail; the others must have their masks, one by one."""
    robot.bring_up(node.name)
    with (
        robot.camera(node) as images,
        robot.listening(f"{node.name}/events", TargetEvent) as events,
        steps_with(robot, node, images) as steps,
    ):
        growth = Growth(node.process.pid)
        for number in tqdm(range(1, frames + 1), "frames", mininterval=5.0):
            message = image(robot.stamp_ns())
            if number % every:
                steps.show(message)
            else:
                steps.throw(message)
                said = f"injected on frame {number}\n"
                wait_for(lambda said=said: said in node.log, what=said)
                growth.sample(number)
        assert not [one for one in events.messages if one.kind == TargetEvent.RESET]
    failures = str(frames // every)
    robot.diagnosis(node.name, lambda one: values_of(one).get("failures") == failures)
    robot.diagnosis(node.name, lambda one: values_of(one).get("dropped: failed") == failures)
    assert robot.state(node.name) == "active"
    return growth, steps


def test_every_5th_frame_fails(robot: Robot, model_folder: Path, tmp_path: Path) -> None:
    node = fragile_node(tmp_path, str(model_folder), 5)
    endure(robot, node, 50, 5)
    assert node.end()[0] == 0, node.log


@pytest.mark.slow
def test_every_50th_of_1000_frames_fails(robot: Robot, tmp_path: Path) -> None:
    frames, began = share_of(1000, least=150), time.monotonic()
    node = fragile_node(tmp_path, "tabletop", 50)
    growth, steps = endure(robot, node, frames, 50)
    record(
        "worker failures",
        f"{frames} frames, an exception in the worker on every 50th",
        time.monotonic() - began,
        growth,
        age=ages(steps.ages_s),
    )
    assert growth.grown_mb() < MAX_GROWTH_MB, growth.line()
    assert node.end()[0] == 0, node.log
