"""Several cameras on one set of weights."""

import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import Any

import pytest
from conftest import StartNode
from diagnostic_msgs.msg import DiagnosticStatus
from ros_harness import Inbox, NodeProcess, Robot, image, picture, values_of, wait_for
from sensor_msgs.msg import Image

from samwise_ros.msg import Command, TargetArray, TargetEvent

CAMERAS = ("front", "wrist")


@pytest.fixture
def two_cameras(start_node: StartNode, robot: Robot) -> NodeProcess:
    node = start_node(cameras='["front", "wrist"]')
    robot.bring_up(node.name)
    return node


@pytest.fixture
def publishers(two_cameras: NodeProcess, robot: Robot) -> Iterator[dict[str, Any]]:
    """A publisher of each camera's images."""
    with ExitStack() as stack:
        found = {name: stack.enter_context(robot.camera(two_cameras, name)) for name in CAMERAS}
        yield found


@contextmanager
def targets_of(robot: Robot, node: NodeProcess, camera: str) -> Iterator[Inbox[TargetArray]]:
    with robot.listening(f"{node.name}/{camera}/targets", TargetArray) as inbox:
        yield inbox


def of_stamp(inbox: Inbox[TargetArray], stamp_ns: int) -> TargetArray:
    return inbox.wait(lambda one: one.header.stamp.nanosec == stamp_ns % 10**9)


def is_about(camera: str, status: DiagnosticStatus) -> bool:
    return status.name.endswith(f": {camera}")


def test_each_camera_has_its_own_topics_memories_and_diagnostics(
    two_cameras: NodeProcess, robot: Robot, publishers: dict[str, Any]
) -> None:
    node = two_cameras
    sizes = {"front": (64, 48), "wrist": (48, 64)}
    requests = f"{node.name}/command_request"
    with (
        targets_of(robot, node, "front") as front,
        targets_of(robot, node, "wrist") as wrist,
        robot.listening(f"{node.name}/front/mask", Image) as masks,
        robot.listening(f"{node.name}/events", TargetEvent) as events,
    ):
        robot.tell(requests, Command(sentence="the red mug", id="mug"))
        robot.tell(requests, Command(sentence="the blue ball", id="ball", cameras=["wrist"]))
        robot.tell(requests, Command(sentence="the green ball", cameras=["rear"]))
        refused = events.wait(lambda one: one.kind == TargetEvent.REJECTED)
        assert "expected cameras out of ['front', 'wrist'], got ['rear']" in refused.reason
        start = robot.stamp_ns()
        for number in range(3):
            for name, publisher in publishers.items():
                publisher.publish(image(start + number, picture(*sizes[name])))
            at_front, at_wrist = (of_stamp(inbox, start + number) for inbox in (front, wrist))
        assert {one.camera for one in front.messages} == {"front"}
        assert [one.command_id for one in at_front.targets] == ["mug"]
        assert [one.command_id for one in at_wrist.targets] == ["mug", "ball"]
        mask = masks.wait()
        assert (mask.width, mask.height) == sizes["front"]
    for name in CAMERAS:
        values = values_of(robot.diagnosis(node.name, partial(is_about, name)))
        assert values["topic"] == f"/{node.name.split('/')[1]}/{name}/image_raw"
        assert int(values["images received"]) == 3

    # A camera's size that changes restarts its own memories, and no other's.
    with robot.listening(f"{node.name}/events", TargetEvent) as events:
        publishers["front"].publish(image(robot.stamp_ns(), picture(32, 32)))
        wait_for(lambda: len(events.messages) >= 1)
        publishers["wrist"].publish(image(robot.stamp_ns(), picture(*sizes["wrist"])))
        time.sleep(0.5)
        resets = [(one.camera, one.command_id) for one in events.messages]
        assert resets == [("front", "mug")]


def test_a_slow_camera_does_not_starve_beside_a_fast_one(
    two_cameras: NodeProcess, robot: Robot, publishers: dict[str, Any]
) -> None:
    node = two_cameras
    robot.tell(f"{node.name}/command_request", Command(sentence="the red mug"))
    sent = dict.fromkeys(CAMERAS, 0)
    ended = threading.Event()

    def film(name: str, rate_hz: float) -> None:
        pixels = picture(640, 480)
        while not ended.wait(1 / rate_hz):
            publishers[name].publish(image(robot.stamp_ns(), pixels))
            sent[name] += 1

    with targets_of(robot, node, "front") as fast, targets_of(robot, node, "wrist") as slow:
        films = [
            threading.Thread(target=film, args=("front", 60.0)),
            threading.Thread(target=film, args=("wrist", 5.0)),
        ]
        for one in films:
            one.start()
        time.sleep(6.0)
        ended.set()
        for one in films:
            one.join()
        wait_for(lambda: len(slow.messages) >= 0.8 * sent["wrist"], what="the slow camera's masks")
        assert len(fast.messages) >= len(slow.messages)


@pytest.mark.parametrize("cameras", ['["front", "front"]', "[]"])
def test_cameras_that_cannot_be_told_apart_are_refused(start_node: StartNode, cameras: str) -> None:
    node = start_node(cameras=cameras)
    assert node.process.wait(20.0) == 1
    assert "cameras" in node.log
