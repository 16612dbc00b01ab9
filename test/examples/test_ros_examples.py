"""The ROS examples, against a real node with the shipped model and two cameras, one with depth."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from running_nodes import TIMEOUT_S, RosDomain

from samwise_ros.client.process import ChildProcess

EXAMPLES = Path(__file__).parents[2] / "examples"
MAX_LINES = 40
SENTENCE = "the yellow cone"  # in the scene of the camera


@pytest.fixture(scope="module")
def domain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RosDomain]:
    domain = RosDomain(tmp_path_factory.mktemp("domain"), "tabletop")
    # No images arrive from the camera "rear".
    parameters = {"cameras": ["camera", "rear"], "use_depth": True, "switch_max_overlap": 0.0}
    with domain.node_starting("/", parameters=parameters, motion="still") as (_, camera):
        camera.wait_for_output("ready", TIMEOUT_S)
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


def start_program(domain: RosDomain, name: str, code: str) -> ChildProcess:
    return domain.start(name, [sys.executable, "-c", code])


def clear(domain: RosDomain) -> None:
    assert domain.samwise("say", "--clear", "--seconds", "0.5")[0] == 0


def test_grasp_guard_and_mask_subscriber(domain: RosDomain) -> None:
    with start(domain, "ros_grasp_guard", SENTENCE) as guard:
        guard.wait_for_output("grasp allowed", TIMEOUT_S)
        with start(domain, "ros_mask_subscriber") as masks:
            masks.wait_for_output(r"[1-9]\d* pixels around \(\d+\.\d, \d+\.\d\)", TIMEOUT_S)
            assert masks.stop(timeout_s=TIMEOUT_S) == 0, masks.log
        assert "Traceback" not in masks.log
        assert guard.exit_code is None
        with start_program(domain, "late", LATE_SUBSCRIBER) as late:
            late.wait_for_output("data=True", TIMEOUT_S)
        clear(domain)
        guard.wait_for_output("grasp stopped: the command was removed", TIMEOUT_S)
        assert guard.stop(timeout_s=TIMEOUT_S) == 0, guard.log
    assert "Traceback" not in guard.log


def test_find_object(domain: RosDomain) -> None:
    with start(domain, "ros_find_object", SENTENCE) as finding:
        assert finding.wait(TIMEOUT_S) == 0, finding.log
    assert "pixels at (" in finding.log


def test_pick_switch_cameras_and_behaviour_tree(domain: RosDomain) -> None:
    # At the same time: the examples mostly wait, and their commands differ.
    with (
        start(domain, "ros_behaviour_tree", "the cone") as tree,
        start(domain, "ros_switch_cameras", "yellow cone", "rear", "camera") as switch,
    ):
        assert tree.wait(TIMEOUT_S) == 0, tree.log
        assert switch.wait(TIMEOUT_S) == 0, switch.log
    assert "SUCCESS the cone" in tree.log
    assert re.search(
        r"not on rear\n(not on \w+\n)*on camera: \d+x\d+ pixels at \(\d+, \d+\)", switch.log
    )
    clear(domain)
    with start(domain, "ros_pick", SENTENCE) as pick:
        assert pick.wait(TIMEOUT_S) == 0, pick.log
    x, y, z = map(float, re.search(r"grasp at \((.+), (.+), (.+)\) m in ", pick.log).groups())
    assert z == pytest.approx(1.0, abs=0.01)  # the camera's depth
    assert abs(x) < 0.6
    assert abs(y) < 0.5


def test_ros_examples_are_short() -> None:
    examples = sorted(EXAMPLES.glob("ros_*.py"))
    tests = "".join(path.read_text() for path in Path(__file__).parent.glob("test_ros_*.py"))
    tested = set(re.findall(r'"(ros_\w+)(?:\.py)?"', tests))
    assert {path.stem for path in examples} == tested
    for path in examples:
        assert len(path.read_text().splitlines()) <= MAX_LINES, path.name
