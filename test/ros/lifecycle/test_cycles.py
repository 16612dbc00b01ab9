"""Lifecycle cycles with depth, two cameras and saved memories do not leak."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from depth_table import DepthTable
from image_messages import image
from lifecycle_steps import CYCLE, pipeline_topics
from node_process import NodeProcess
from ros_harness import Robot, wait_for
from sensor_msgs.msg import Image
from visualization_msgs.msg import MarkerArray

from samwise_ros.msg import TargetArray

CYCLES = 6
MAX_GROWTH_BYTES = 20 * 2**20  # less than the weights, 7 MB, in each of five cycles
# The node with a service that counts its ROS entities.
PROGRAM = """
import json
import threading
from samwise_ros.ros.node import SamwiseNode
from samwise_ros.ros.entry_point import run
from std_srvs.srv import Trigger

KINDS = ("publishers", "subscriptions", "clients", "services", "timers", "guards", "waitables")


class CountedNode(SamwiseNode):
    def __init__(self):
        super().__init__()
        self.create_service(Trigger, "~/count", self.on_count)

    def on_count(self, request, response):
        counts = {kind: len(list(getattr(self, kind))) for kind in KINDS}
        counts["managed entities"] = len(self._managed_entities)
        counts["Python's threads"] = threading.active_count()
        response.message = json.dumps(counts)
        return response


run(CountedNode)
"""


@pytest.fixture
def counted_node(tmp_path: Path) -> Iterator[NodeProcess]:
    parameters = {
        "device": "cpu",
        "cameras": ["camera", "wrist"],
        "use_depth": True,
        "memory_path": tmp_path / "kitchen.samwise",
        "save_memory_on_deactivate": True,
    }
    node = NodeProcess(tmp_path, "counted", program=("-c", PROGRAM), parameters=parameters)
    yield node
    node.end()


def entity_counts(robot: Robot, node: NodeProcess) -> dict[str, int]:
    counts: dict[str, int] = json.loads(robot.trigger(f"{node.name}/count").message)
    return {**counts, "system threads": node.thread_count()}


def send_images_with_depth(robot: Robot, node: NodeProcess) -> None:
    """Send images with depth until the node publishes the object's position."""
    with ExitStack() as stack:
        targets, markers, _ = [
            stack.enter_context(robot.subscribed(f"{node.name}/camera/{topic}", kind))
            for topic, kind in (("targets", TargetArray), ("markers", MarkerArray), ("mask", Image))
        ]
        table = DepthTable(4, robot, node, stack)
        for index in range(60):
            message, _ = table.send(index)
            targets.wait(lambda array, header=message.header: array.header == header)
            if markers.messages:
                break
        markers.wait()


def send_image_without_depth(robot: Robot, node: NodeProcess) -> None:
    with (
        robot.camera(node, "wrist") as camera,
        robot.subscribed(f"{node.name}/wrist/overlay", Image) as overlays,
    ):
        camera.publish(image(robot.stamp_ns()))
        overlays.wait()


def run_cycle(robot: Robot, node: NodeProcess) -> tuple[dict[str, int], dict[str, int], int]:
    """Run one cycle; return the entities while active and afterwards, and the resident memory."""
    for transition, state in CYCLE:
        assert robot.change_state(node.name, transition), node.log
        assert robot.state(node.name) == state
        if state == "active":
            assert robot.trigger(f"{node.name}/reset_memory").success
            send_images_with_depth(robot, node)
            send_image_without_depth(robot, node)
            active = entity_counts(robot, node)
    wait_for(lambda: not pipeline_topics(robot, node), what="no topics left")
    return active, entity_counts(robot, node), node.resident_bytes()


def test_cycles_do_not_leak(robot: Robot, counted_node: NodeProcess) -> None:
    before = entity_counts(robot, counted_node)
    cycles = [run_cycle(robot, counted_node) for _ in range(CYCLES)]
    active, after, memory = zip(*cycles, strict=True)
    assert active[0]["subscriptions"] == 2 * (1 + 2) + 2  # image, depth, its camera_info; commands
    assert len({json.dumps(one) for one in active}) == 1, active
    # Libraries start threads in the first cycle, and keep them.
    before["system threads"] = after[0]["system threads"]
    assert all(one == before for one in after), (before, after)
    assert counted_node.log.count("memories loaded from") == CYCLES - 1  # saved memories
    # The first cycle loads libraries and fills caches.
    assert memory[-1] < memory[0] + MAX_GROWTH_BYTES, memory
