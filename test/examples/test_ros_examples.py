"""The ROS examples, against one real node with a camera."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from running_nodes import TIMEOUT_S, RosDomain

from samwise_ros.client.process import ChildProcess

EXAMPLES = Path(__file__).parents[2] / "examples"
MAX_LINES = 40


@pytest.fixture(scope="module")
def domain(tmp_path_factory: pytest.TempPathFactory, model: str) -> Iterator[RosDomain]:
    domain = RosDomain(tmp_path_factory.mktemp("domain"), model)
    with domain.node("/"):
        yield domain


# A subscriber that starts after the message was published.
LATE_SUBSCRIBER = """
import rclpy
from rclpy.qos import DurabilityPolicy, QoSProfile
from std_msgs.msg import Bool

rclpy.init()
node = rclpy.create_node("late_subscriber")
qos = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)
node.create_subscription(Bool, "/grasp_allowed", lambda message: print(message, flush=True), qos)
rclpy.spin(node)
"""


def start(domain: RosDomain, name: str, *arguments: str) -> ChildProcess:
    return domain.start(name, [sys.executable, str(EXAMPLES / f"{name}.py"), *arguments])


def test_track_and_wait_with_printed_events(domain: RosDomain) -> None:
    with start(domain, "ros_print_events") as events:
        events.wait_for_output("events of /samwise_node", TIMEOUT_S)
        with start(domain, "ros_track_and_wait", "the red ball") as tracking:
            assert tracking.wait(TIMEOUT_S) == 0, tracking.log
        assert "tracking the-red-ball" in tracking.log
        assert "pixels at (" in tracking.log
        events.wait_for_output(r'ADDED +"the red ball"(?s:.*)REMOVED +"the red ball"', TIMEOUT_S)
        assert events.stop(timeout_s=TIMEOUT_S) == 0, events.log
    assert "Traceback" not in events.log


def test_grasp_guard_and_mask_subscriber(domain: RosDomain) -> None:
    with start(domain, "ros_grasp_guard", "the red ball") as guard:
        guard.wait_for_output("grasp allowed", TIMEOUT_S)
        with start(domain, "ros_mask_subscriber") as masks:
            masks.wait_for_output(r"[1-9]\d* pixels around \(\d+\.\d, \d+\.\d\)", TIMEOUT_S)
            assert masks.stop(timeout_s=TIMEOUT_S) == 0, masks.log
        assert "Traceback" not in masks.log
        assert guard.exit_code is None
        with domain.start("late", [sys.executable, "-c", LATE_SUBSCRIBER]) as late:
            late.wait_for_output("data=True", TIMEOUT_S)
        assert domain.samwise("say", "--clear", "--seconds", "0.5")[0] == 0
        guard.wait_for_output("grasp stopped: the command was removed", TIMEOUT_S)
        assert guard.stop(timeout_s=TIMEOUT_S) == 0, guard.log
    assert "Traceback" not in guard.log


def test_find_object(domain: RosDomain) -> None:
    with start(domain, "ros_find_object", "the red ball") as finding:
        assert finding.wait(TIMEOUT_S) == 0, finding.log
    assert "pixels at (" in finding.log


def test_ros_examples_are_short() -> None:
    examples = sorted(EXAMPLES.glob("ros_*.py"))
    assert len(examples) == 5
    for path in examples:
        assert len(path.read_text().splitlines()) <= MAX_LINES, path.name
