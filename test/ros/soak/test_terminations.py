"""The node is told to end at any moment of its life."""

import random
import signal
import time

import pytest
from budget import share_of
from conftest import StartNode
from figures import record
from ros_harness import NodeProcess, Robot, image, picture
from sensor_msgs.msg import Image
from tqdm import tqdm

LIMIT_S = 2.0
PIXELS = picture(320, 240)


def live(robot: Robot, node: NodeProcess, seconds: float) -> bool:
    """Let the node live with a camera before it; give whether it came to work in that time.

    Its life begins as its services are there: a process that has not yet read its own program
    cannot answer a signal.
    """
    robot.state(node.name)
    end = time.monotonic() + seconds
    with robot.speaking(node.image_topic, Image, discovered=False) as camera:
        while time.monotonic() < end:
            camera.publish(image(robot.stamp_ns(), PIXELS))
            time.sleep(0.01)
        return bool(camera.get_subscription_count())


def seconds_to_work(robot: Robot, node: NodeProcess) -> float:
    """Measure how long the node loads its model and comes to work."""
    began = time.monotonic()
    while not live(robot, node, 0.2):
        pass
    return time.monotonic() - began


@pytest.mark.slow
def test_ends_at_20_random_moments(robot: Robot, start_node: StartNode) -> None:
    parameters = {"model": "tabletop", "autostart": True, "command": "the red ball"}
    times, chance, began = share_of(20, least=3), random.Random(0), time.monotonic()
    first = start_node(**parameters)
    life_s = 2.0 * seconds_to_work(robot, first)
    ends, at_work = [first.end(signal.SIGTERM)], 0
    for _ in tqdm(range(times), "terminations", mininterval=5.0, miniters=1):
        node = start_node(**parameters)
        at_work += live(robot, node, chance.uniform(0.0, life_s))
        ends.append(node.end(signal.SIGTERM))
        assert "Traceback" not in node.log
    record(
        "terminations",
        f"{times} nodes told to end within {life_s:.0f} s of being there, {at_work} at work",
        time.monotonic() - began,
        None,
        exit_codes=", ".join(sorted({str(code) for code, _ in ends})),
        seconds_to_the_end_at_most=f"{max(seconds for _, seconds in ends):.2f}",
    )
    assert {code for code, _ in ends} == {0}
    assert max(seconds for _, seconds in ends) < LIMIT_S
