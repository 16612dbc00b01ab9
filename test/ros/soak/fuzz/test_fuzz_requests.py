"""Random requests to every service and random messages to every subscription of the node."""

import time
from contextlib import closing

import pytest
from budget import share_of
from figures import record
from fixed_settings import examples
from fuzzed_node import FuzzedNode
from growth import Growth
from hypothesis import given
from hypothesis import strategies as st
from image_messages import image
from lifecycle_steps import set_parameter
from node_process import NodeProcess, StartNode
from ros_harness import Robot, wait_for
from sensor_msgs.msg import Image

from samwise_ros.interface.services import SERVICES

TOTAL = 10_000
SHORT_TOTAL = 300
BATCH = 20
EXPECTED_SERVICES = ("change_state", "set_parameters", "describe_parameters", "get_state")
MAX_GROWTH_MB = 64.0


def fuzz(robot: Robot, node: NodeProcess, batches: int, growth: Growth | None = None) -> int:
    """Send batches of random requests and messages; the node must work afterwards."""
    # The subscription of /clock exists with simulated time only, and is discovered later.
    assert set_parameter(robot, node.name, "use_sim_time", True) == ""
    wait_for(lambda: robot.node.count_subscribers("/clock"), what="the subscription of /clock")
    with closing(FuzzedNode(robot, node)) as fuzzed:
        names = {service.rsplit("/", 1)[1] for service in fuzzed.services}
        assert names >= {service.name.removeprefix("~/") for service in SERVICES}
        assert names >= set(EXPECTED_SERVICES)
        assert {topic.rsplit("/", 1)[1] for topic in fuzzed.topics} >= {
            "clock",
            "command",
            "command_request",
            "image_raw",
            "camera_info",
        }

        def send(batch: list[tuple[str, object]]) -> None:
            fuzzed.send(batch)
            if growth:
                growth.sample(fuzzed.sent)

        strategy = st.lists(fuzzed.strategy(), min_size=BATCH, max_size=BATCH)
        examples(batches)(given(strategy)(send))()
        assert set_parameter(robot, node.name, "use_sim_time", False) == ""
        fuzzed.restore()
    with (
        robot.camera(node) as camera,
        robot.subscribed(f"{node.name}/camera/mask", Image) as masks,
    ):

        def has_mask() -> bool:
            camera.publish(image(robot.stamp_ns()))
            time.sleep(0.1)
            return bool(masks.messages)

        wait_for(has_mask, what=f"a mask\n{node.log}")
    return fuzzed.sent


def test_few_hundred_requests_and_messages(robot: Robot, start_node: StartNode) -> None:
    node = start_node(use_depth=True)
    robot.bring_up(node.name)
    assert fuzz(robot, node, SHORT_TOTAL // BATCH) == SHORT_TOTAL
    assert node.end()[0] == 0, node.log


@pytest.mark.slow
def test_fuzzed_requests(robot: Robot, start_node: StartNode) -> None:
    node = start_node(use_depth=True)
    robot.bring_up(node.name)
    began, growth = time.monotonic(), Growth(node.pid)
    sent = fuzz(robot, node, share_of(TOTAL // BATCH, least=5), growth)
    done = f"{sent} requests and messages on every service and topic"
    record("fuzzed requests", done, time.monotonic() - began, growth)
    assert growth.grown_mb() < MAX_GROWTH_MB, growth.line()
    assert node.end()[0] == 0, node.log
