"""Images as cameras send them, whole and broken, to the real node in another process."""

import time
from array import array
from collections.abc import Iterator
from typing import Any

import cv2
import numpy as np
import pytest
from rclpy.qos import ReliabilityPolicy
from ros_harness import Inbox, NodeProcess, Robot, image, picture, values_of, wait_for
from sensor_msgs.msg import CompressedImage, Image

from samwise_ros.msg import TargetArray, TargetEvent

SECOND = 1_000_000_000


@pytest.fixture
def camera(robot: Robot, active_node: NodeProcess) -> Iterator[Any]:
    with robot.camera(active_node) as publisher:
        yield publisher


@pytest.fixture
def masks(robot: Robot, active_node: NodeProcess) -> Iterator[Inbox[Image]]:
    with robot.listening(f"{active_node.name}/camera/mask", Image) as inbox:
        yield inbox


def answered(camera: Any, masks: Inbox[Image], message: Image) -> Image:
    """Send an image and give the mask of it."""
    camera.publish(message)
    return masks.wait(lambda mask: mask.header.stamp == message.header.stamp, what=message.encoding)


WIDE = picture(8, 6)
GREY = WIDE[:, :, 0]


def test_every_encoding_gets_a_mask_of_its_size_and_header(
    robot: Robot, camera: Any, masks: Inbox[Image]
) -> None:
    start = robot.stamp_ns()
    sent = [
        image(start, picture(), "rgb8"),
        image(start + 1, picture(), "rgb8", padding=16),
        image(start + 2, picture(), "bgr8", padding=3),
        image(start + 3, picture()[:, :, [0, 1, 2, 0]], "rgba8"),
        image(start + 4, picture()[:, :, [0, 1, 2, 0]], "bgra8"),
        image(start + 5, picture()[:, :, 0], "mono8"),
        image(start + 6, picture()[:, :, 0].astype("<u2"), "mono16"),
        image(start + 7, picture()[:, :, 0].astype(">u2"), "16UC1", is_bigendian=1),
        image(start + 8, picture()[:, :, :2], "yuv422"),
        image(start + 9, picture()[:, :, :2], "yuv422_yuy2"),
        image(start + 10, picture()[:, :, 0], "bayer_rggb8"),
    ]
    for message in sent:
        mask = answered(camera, masks, message)
        assert mask.header == message.header
        assert (mask.width, mask.height, mask.step, mask.encoding) == (64, 48, 64, "mono8")
        assert set(mask.data) <= {0, 255}


def test_broken_images_are_dropped_counted_and_logged_once(
    robot: Robot, active_node: NodeProcess, camera: Any, masks: Inbox[Image]
) -> None:
    before = values_of(robot.diagnosis(active_node.name, lambda one: one.name.endswith("camera")))
    start = robot.stamp_ns()
    broken = {
        "unknown encoding": {"encoding": "plasma7"},
        "zero size": {"width": 0},
        "step too small": {"step": 5},
        "data too short": {"data": array("B", bytes(100))},
        "not finite": {
            "encoding": "32FC1",
            "step": 256,
            "data": array("B", np.full((48, 64), np.nan, "<f4").tobytes()),
        },
    }
    for number, changes in enumerate(list(broken.values()) * 2):
        camera.publish(image(start + number, **changes))
        # Nothing else is seen of it, and the newest would overtake it.
        time.sleep(0.05)
    answered(camera, masks, image(start + 100))
    status = robot.diagnosis(
        active_node.name, lambda one: values_of(one).get("dropped: not finite", "0") >= "2"
    )
    for kind in broken:
        assert values_of(status)[f"dropped: {kind}"] == "2", values_of(status)
        assert active_node.log.count(f"image dropped: {kind}") == 1, active_node.log
    dropped = int(values_of(status)["dropped"]) - int(before["dropped"])
    assert dropped == 2 * len(broken)


def test_a_camera_may_change_its_size(robot: Robot, camera: Any, masks: Inbox[Image]) -> None:
    start = robot.stamp_ns()
    for number, (width, height) in enumerate([(64, 48), (320, 240), (48, 64), (64, 48)]):
        mask = answered(camera, masks, image(start + number, picture(width, height)))
        assert (mask.width, mask.height) == (width, height)


def test_newest_frame_wins_and_age_stays_bounded(
    robot: Robot, active_node: NodeProcess, camera: Any
) -> None:
    robot.say(active_node, "the red ball")
    with robot.listening(f"{active_node.name}/camera/targets", TargetArray) as inbox:
        end = time.monotonic() + 2.0
        while time.monotonic() < end:
            last = image(robot.stamp_ns(), picture(320, 240))
            camera.publish(last)
            time.sleep(0.002)
        inbox.wait(lambda one: one.header.stamp == last.header.stamp, what="the newest frame")
    stamps = [one.header.stamp.sec * SECOND + one.header.stamp.nanosec for one in inbox.messages]
    assert stamps == sorted(set(stamps))
    assert inbox.messages[-1].dropped_frames > inbox.messages[0].dropped_frames
    slowest = max(one.inference_seconds for one in inbox.messages)
    # One frame waits while one is worked on; the rest is conversion and a busy machine.
    assert max(one.latency_seconds for one in inbox.messages) < 2 * slowest + 1.0


def test_a_stamp_that_jumps_back_restarts_the_memories(
    robot: Robot, active_node: NodeProcess, camera: Any, masks: Inbox[Image]
) -> None:
    robot.say(active_node, "the red ball")
    with robot.listening(f"{active_node.name}/events", TargetEvent) as events:
        start = robot.stamp_ns()
        answered(camera, masks, image(start))
        looped = image(start - 10 * SECOND)
        answered(camera, masks, looped)
        reset = events.wait(lambda one: "jumped back" in one.reason, what="RESET")
    assert reset.kind == TargetEvent.RESET
    assert reset.camera == "camera"
    assert reset.header == looped.header


def test_a_camera_that_stops_is_reported_and_may_come_back(
    robot: Robot, active_node: NodeProcess, camera: Any, masks: Inbox[Image]
) -> None:
    answered(camera, masks, image(robot.stamp_ns()))
    status = robot.diagnosis(active_node.name, lambda one: "no image" in one.message)
    assert active_node.image_topic in status.message
    assert "/robot" in status.message
    answered(camera, masks, image(robot.stamp_ns()))
    robot.diagnosis(active_node.name, lambda one: one.message == "images come")


def test_nobody_publishes(robot: Robot, active_node: NodeProcess) -> None:
    status = robot.diagnosis(active_node.name, lambda one: "nobody" in one.message)
    assert status.message == f"nobody publishes {active_node.image_topic}"
    assert active_node.log.count(status.message) >= 1


def test_reliability_follows_the_publishers(robot: Robot, active_node: NodeProcess) -> None:
    topic = active_node.image_topic

    def becomes(wanted: str) -> None:
        wait_for(lambda: robot.reliability(topic) == [wanted], what=wanted)

    with robot.speaking(topic, Image):
        becomes("RELIABLE")
        with (
            robot.speaking(topic, Image, ReliabilityPolicy.BEST_EFFORT, discovered=False) as poor,
            robot.listening(f"{active_node.name}/camera/mask", Image) as masks,
        ):
            becomes("BEST_EFFORT")
            wait_for(poor.get_subscription_count)
            answered(poor, masks, image(robot.stamp_ns()))
    assert robot.reliability(topic) == ["BEST_EFFORT"]


def test_an_incompatible_publisher_is_named(robot: Robot, start_node: Any) -> None:
    node = start_node(image_reliability="reliable", input_timeout=0.5)
    robot.bring_up(node.name)
    with robot.speaking(node.image_topic, Image, ReliabilityPolicy.BEST_EFFORT, discovered=False):
        status = robot.diagnosis(node.name, lambda one: "best effort" in one.message)
        assert node.image_topic in status.message
        assert "/robot offers best effort" in status.message
        wait_for(lambda: node.log.count(status.message) == 1, what="the log")
    with robot.speaking(node.image_topic, Image):  # matched, but silent
        status = robot.diagnosis(node.name, lambda one: "fastdds.xml" in one.message)
        assert f"/robot publishes {node.image_topic}" in status.message
        wait_for(lambda: node.log.count(status.message) == 1, what="the log")


def test_compressed_images(robot: Robot, start_node: Any) -> None:
    node = start_node(image_transport="compressed")
    robot.bring_up(node.name)
    _, data = cv2.imencode(".jpg", picture(320, 240))
    topic = f"{node.image_topic}/compressed"
    with (
        robot.speaking(topic, CompressedImage) as camera,
        robot.listening(f"{node.name}/camera/mask", Image) as masks,
    ):
        wait_for(lambda: robot.reliability(topic) == ["RELIABLE"])  # it subscribes anew for that
        wait_for(camera.get_subscription_count)
        for content in (b"", b"no image", data.tobytes()[: data.size // 100], data.tobytes()):
            message = CompressedImage(format="jpeg", data=array("B", content))
            message.header.stamp.sec += len(content)
            camera.publish(message)
            time.sleep(0.1)
        mask = masks.wait(lambda one: one.header == message.header)
    assert (mask.width, mask.height) == (320, 240)
    assert len(masks.messages) == 1


def test_old_images_and_too_many_are_left_out(robot: Robot, start_node: Any) -> None:
    node = start_node(max_frame_age=1.0, max_rate_hz=5.0)
    robot.bring_up(node.name)
    with (
        robot.camera(node) as camera,
        robot.listening(f"{node.name}/camera/mask", Image) as masks,
    ):
        answered(camera, masks, image(robot.stamp_ns()))
        time.sleep(0.3)
        old = image(robot.stamp_ns() - 2 * SECOND)
        camera.publish(old)
        time.sleep(0.3)
        masks.clear()
        end = time.monotonic() + 2.0
        while time.monotonic() < end:
            camera.publish(image(robot.stamp_ns()))
            time.sleep(0.02)
        time.sleep(0.3)
    assert 7 <= len(masks.messages) <= 12
    assert all(one.header.stamp != old.header.stamp for one in masks.messages)
    counts = values_of(robot.diagnosis(node.name, lambda one: one.name.endswith("camera")))
    assert counts["dropped: older than max_frame_age"] == "1"
    assert int(counts["dropped: over max_rate_hz"]) > 20
