"""Several cameras with one model."""

import math
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import Any

import pytest
from builtin_interfaces.msg import Time
from diagnostic_msgs.msg import DiagnosticStatus
from image_messages import image, picture
from node_process import NodeProcess, StartNode
from ros_harness import Inbox, Robot, values_of, wait_for
from sensor_msgs.msg import Image

from samwise_ros.msg import Command, TargetArray, TargetEvent

CAMERAS = ("front", "wrist")
SLOW_IMAGES = 20


@pytest.fixture
def two_cameras(start_node: StartNode, robot: Robot) -> NodeProcess:
    node = start_node(cameras=["front", "wrist"])
    robot.bring_up(node.name)
    return node


@pytest.fixture
def publishers(two_cameras: NodeProcess, robot: Robot) -> Iterator[dict[str, Any]]:
    """A publisher of images for each camera."""
    with ExitStack() as stack:
        found = {name: stack.enter_context(robot.camera(two_cameras, name)) for name in CAMERAS}
        yield found


@contextmanager
def targets_of(robot: Robot, node: NodeProcess, camera: str) -> Iterator[Inbox[TargetArray]]:
    with robot.subscribed(f"{node.name}/{camera}/targets", TargetArray) as inbox:
        yield inbox


def with_stamp(inbox: Inbox[TargetArray], stamp_ns: int) -> TargetArray:
    return inbox.wait(lambda targets: targets.header.stamp.nanosec == stamp_ns % 10**9)


def is_status_of(camera: str, status: DiagnosticStatus) -> bool:
    return status.name.endswith(f": {camera}")


def test_each_camera_has_separate_topics_memories_and_diagnostics(
    two_cameras: NodeProcess, robot: Robot, publishers: dict[str, Any]
) -> None:
    node = two_cameras
    sizes = {"front": (64, 48), "wrist": (48, 64)}
    with (
        targets_of(robot, node, "front") as front,
        targets_of(robot, node, "wrist") as wrist,
        robot.subscribed(f"{node.name}/front/mask", Image) as masks,
        robot.subscribed(f"{node.name}/events", TargetEvent) as events,
    ):
        robot.send(node, Command(sentence="the red mug", id="mug"))
        robot.send(node, Command(sentence="the blue ball", id="ball", cameras=["wrist"]))
        robot.send(node, Command(sentence="the green ball", cameras=["rear"]))
        rejected = events.wait(lambda event: event.kind == TargetEvent.REJECTED)
        assert "expected cameras from ['front', 'wrist'], got ['rear']" in rejected.reason
        start = robot.stamp_ns()
        for number in range(3):
            for name, publisher in publishers.items():
                publisher.publish(image(start + number, picture(*sizes[name])))
            at_front, at_wrist = (with_stamp(inbox, start + number) for inbox in (front, wrist))
        assert {targets.camera for targets in front.messages} == {"front"}
        assert [target.command_id for target in at_front.targets] == ["mug"]
        assert [target.command_id for target in at_wrist.targets] == ["mug", "ball"]
        mask = masks.wait()
        assert (mask.width, mask.height) == sizes["front"]
    for name in CAMERAS:
        values = values_of(robot.status(node.name, partial(is_status_of, name)))
        assert values["topic"] == f"/{node.name.split('/')[1]}/{name}/image_raw"
        assert int(values["images received"]) == 3

    # A change of the image size resets the memories of that camera only.
    with robot.subscribed(f"{node.name}/events", TargetEvent) as events:
        publishers["front"].publish(image(robot.stamp_ns(), picture(32, 32)))
        wait_for(lambda: len(events.messages) >= 1)
        publishers["wrist"].publish(image(robot.stamp_ns(), picture(*sizes["wrist"])))
        time.sleep(0.5)
        resets = [(event.camera, event.command_id) for event in events.messages]
        assert resets == [("front", "mug")]


def test_stamps_that_no_clock_has_affect_only_their_camera(
    two_cameras: NodeProcess, robot: Robot, publishers: dict[str, Any]
) -> None:
    node = two_cameras
    robot.say(node, "the red mug")
    stamps = [
        *(Time(), Time(nanosec=2**32 - 1), Time(sec=-1), Time(sec=-(2**31), nanosec=5)),
        Time(sec=2**31 - 1, nanosec=2**32 - 1),
    ]
    with (
        targets_of(robot, node, "front") as front,
        targets_of(robot, node, "wrist") as wrist,
        robot.subscribed(f"{node.name}/events", TargetEvent) as events,
    ):
        for stamp in stamps:
            message = image(0)
            message.header.stamp = stamp
            publishers["front"].publish(message)
            found = front.wait(lambda targets, stamp=stamp: targets.header.stamp == stamp)
            assert math.isnan(found.latency_seconds)
            assert len(found.targets) == 1
            stamp_ns = robot.stamp_ns()
            publishers["wrist"].publish(image(stamp_ns))
            assert 0 < with_stamp(wrist, stamp_ns).latency_seconds < 60
        resets = [event for event in events.messages if event.kind == TargetEvent.RESET]
    assert {event.camera for event in resets} == {"front"}
    assert [event.reason for event in resets] == [
        "the stamp jumped back by 5.295 s",
        "the stamp jumped back by 2147483647.000 s",
    ]
    assert "failed" not in node.log


def test_fast_camera_does_not_starve_slow_camera(
    two_cameras: NodeProcess, robot: Robot, publishers: dict[str, Any]
) -> None:
    node = two_cameras
    robot.send(node, Command(sentence="the red mug"))
    robot.wait_for_sentences(node, ["the red mug"])
    stop = threading.Event()

    def flood() -> None:
        while not stop.wait(0.003):
            publishers["front"].publish(image(robot.stamp_ns()))

    with targets_of(robot, node, "front") as fast, targets_of(robot, node, "wrist") as slow:
        fast_camera = threading.Thread(target=flood)
        fast_camera.start()
        try:
            fast.wait(lambda targets: targets.dropped_frames > 0, what="more images than masks")
            for _ in range(SLOW_IMAGES):
                stamp_ns = robot.stamp_ns()
                publishers["wrist"].publish(image(stamp_ns))
                with_stamp(slow, stamp_ns)  # no image of this camera is replaced by another
        finally:
            stop.set()
            fast_camera.join()
        assert len(fast.messages) >= SLOW_IMAGES


@pytest.mark.parametrize("cameras", [["front", "front"], []])
def test_missing_and_duplicate_cameras_are_rejected(
    start_node: StartNode, cameras: list[str]
) -> None:
    node = start_node(cameras=cameras)
    assert node.wait(20.0) == 1
    assert "cameras" in node.log
