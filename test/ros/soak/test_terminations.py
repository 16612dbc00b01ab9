"""SIGTERM at random moments between startup and work."""

import random
import signal
import time

import pytest
from budget import share_of
from figures import record
from image_messages import image, picture
from node_process import EXIT_LIMIT_S, NodeProcess, StartNode
from ros_harness import Robot
from sensor_msgs.msg import Image
from tqdm import tqdm

PIXELS = picture(320, 240)


def run_with_camera(robot: Robot, node: NodeProcess, seconds: float) -> bool:
    """Send images for a time; return whether the node subscribed to them in that time.

    The time begins when the node's services are available: a process that has not yet started
    its program cannot handle a signal.
    """
    robot.state(node.name)
    end = time.monotonic() + seconds
    with robot.publisher(node.image_topic, Image, discovered=False) as camera:
        while time.monotonic() < end:
            camera.publish(image(robot.stamp_ns(), PIXELS))
            time.sleep(0.01)
        return bool(camera.get_subscription_count())


def seconds_to_work(robot: Robot, node: NodeProcess) -> float:
    """Measure the time until the node has loaded its model and subscribed."""
    began = time.monotonic()
    while not run_with_camera(robot, node, 0.2):
        pass
    return time.monotonic() - began


@pytest.mark.slow
def test_ends_at_20_random_moments(robot: Robot, start_node: StartNode) -> None:
    parameters = {"model": "tabletop", "autostart": True, "command": "the red ball"}
    times, chance, began = share_of(20, least=3), random.Random(0), time.monotonic()
    first = start_node(preloaded=False, **parameters)
    span_s = 2.0 * seconds_to_work(robot, first)
    ends, active = [first.end(signal.SIGTERM)], 0
    for _ in tqdm(range(times), "terminations", mininterval=5.0, miniters=1):
        node = start_node(preloaded=False, **parameters)
        active += run_with_camera(robot, node, chance.uniform(0.0, span_s))
        ends.append(node.end(signal.SIGTERM))
        assert "Traceback" not in node.log
    record(
        "terminations",
        f"{times} nodes ended within {span_s:.0f} s of their startup, {active} of them active",
        time.monotonic() - began,
        None,
        exit_codes=", ".join(sorted({str(code) for code, _ in ends})),
        seconds_to_the_end_at_most=f"{max(seconds for _, seconds in ends):.2f}",
    )
    assert {code for code, _ in ends} == {0}
    assert max(seconds for _, seconds in ends) < EXIT_LIMIT_S
