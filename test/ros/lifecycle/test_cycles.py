"""Cycle after cycle of the lifecycle, with all there is to switch on, and nothing grows."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from ros_harness import NodeProcess, Robot, image, wait_for
from sensor_msgs.msg import Image
from test_commands import resident_bytes
from test_lifecycle import CYCLE, of_the_work
from test_target_3d import Table
from visualization_msgs.msg import MarkerArray

from samwise_ros.msg import TargetArray

CYCLES = 6
MAX_GROWTH_BYTES = 20 * 2**20  # less than the weights, 7 MB, in each of five cycles
# The real node, and a service that counts what it holds.
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

    def on_count(self, request, answer):
        held = {kind: len(list(getattr(self, kind))) for kind in KINDS}
        held["managed entities"] = len(self._managed_entities)
        held["Python's threads"] = threading.active_count()
        answer.message = json.dumps(held)
        return answer


run(CountedNode)
"""


@pytest.fixture
def counted_node(tmp_path: Path) -> Iterator[NodeProcess]:
    parameters = {
        "device": "cpu",
        "cameras": '["camera", "wrist"]',
        "use_depth": "true",
        "memory_path": tmp_path / "kitchen.samwise",
        "save_memory_on_deactivate": "true",
    }
    arguments = [word for name, one in parameters.items() for word in ("-p", f"{name}:={one}")]
    node = NodeProcess(tmp_path, "counted", arguments, program=("-c", PROGRAM))
    yield node
    node.end()


def held(robot: Robot, node: NodeProcess) -> dict[str, int]:
    counts: dict[str, int] = json.loads(robot.trigger(f"{node.name}/count").message)
    tasks = Path(f"/proc/{node.process.pid}/task")
    return {**counts, "the system's threads": len(list(tasks.iterdir()))}


def film_the_table(robot: Robot, node: NodeProcess) -> None:
    """Have images with depth worked on until the object's place is known."""
    with ExitStack() as stack:
        found, places, _ = [
            stack.enter_context(robot.listening(f"{node.name}/camera/{topic}", kind))
            for topic, kind in (("targets", TargetArray), ("markers", MarkerArray), ("mask", Image))
        ]
        table = Table(4, robot, node, stack)
        for index in range(60):
            message, _ = table.show(index)
            found.wait(lambda one, header=message.header: one.header == header)
            if places.messages:
                break
        places.wait()


def film_without_depth(robot: Robot, node: NodeProcess) -> None:
    with (
        robot.camera(node, "wrist") as camera,
        robot.listening(f"{node.name}/wrist/overlay", Image) as overlays,
    ):
        camera.publish(image(robot.stamp_ns()))
        overlays.wait()


def cycle(robot: Robot, node: NodeProcess) -> tuple[dict[str, int], dict[str, int], int]:
    """Go once around; give what the node held while active and after, and its memory."""
    for transition, state in CYCLE:
        assert robot.change_state(node.name, transition), node.log
        assert robot.state(node.name) == state
        if state == "active":
            assert robot.trigger(f"{node.name}/reset_memory").success
            film_the_table(robot, node)
            film_without_depth(robot, node)
            active = held(robot, node)
    wait_for(lambda: not of_the_work(robot, node), what="no topics of the work")
    return active, held(robot, node), resident_bytes(node)


def test_cycles_with_depth_cameras_and_saved_memories_do_not_grow(
    robot: Robot, counted_node: NodeProcess
) -> None:
    before = held(robot, counted_node)
    cycles = [cycle(robot, counted_node) for _ in range(CYCLES)]
    active, after, memory = zip(*cycles, strict=True)
    assert active[0]["subscriptions"] == 2 * (1 + 2) + 2  # image, depth, its camera_info; commands
    assert len({json.dumps(one) for one in active}) == 1, active
    # Libraries start threads of their own in the first cycle, and keep them.
    before["the system's threads"] = after[0]["the system's threads"]
    assert all(one == before for one in after), (before, after)
    assert counted_node.log.count("going on from") == CYCLES - 1  # saved memories
    # The first cycle loads libraries and fills what is kept for good.
    assert memory[-1] < memory[0] + MAX_GROWTH_BYTES, memory
