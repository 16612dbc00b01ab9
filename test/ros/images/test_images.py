"""Valid and invalid images for a node in another process."""

import time
from array import array
from collections import Counter
from collections.abc import Iterator
from typing import Any

import cv2
import numpy as np
import pytest
from diagnostic_msgs.msg import DiagnosticStatus
from image_messages import image, picture
from node_process import NodeProcess, StartNode
from rclpy.qos import ReliabilityPolicy
from ros_harness import Inbox, Robot, values_of, wait_for
from sensor_msgs.msg import CompressedImage, Image

from samwise_ros.msg import TargetArray, TargetEvent

SECOND = 1_000_000_000


@pytest.fixture
def camera(robot: Robot, active_node: NodeProcess) -> Iterator[Any]:
    with robot.camera(active_node) as publisher:
        yield publisher


@pytest.fixture
def masks(robot: Robot, active_node: NodeProcess) -> Iterator[Inbox[Image]]:
    with robot.subscribed(f"{active_node.name}/camera/mask", Image) as inbox:
        yield inbox


def mask_of(camera: Any, masks: Inbox[Image], message: Image) -> Image:
    """Send an image and return its mask."""
    camera.publish(message)
    return masks.wait(lambda mask: mask.header.stamp == message.header.stamp, what=message.encoding)


WIDE = picture(8, 6)
GREY = WIDE[:, :, 0]


def test_mask_has_size_and_header_of_the_image_for_every_encoding(
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
        mask = mask_of(camera, masks, message)
        assert mask.header == message.header
        assert (mask.width, mask.height, mask.step, mask.encoding) == (64, 48, 64, "mono8")
        assert set(mask.data) <= {0, 255}


def _is_camera(status: DiagnosticStatus) -> bool:
    return status.name.endswith("camera")


def _dropped(status: DiagnosticStatus) -> Counter[str]:
    """Return the numbers of dropped images: in all, and of each kind."""
    values = values_of(status)
    return Counter({key: int(values[key]) for key in values if key.startswith("dropped")})


def test_invalid_images_are_dropped_counted_and_logged_once(
    robot: Robot, active_node: NodeProcess, camera: Any, masks: Inbox[Image]
) -> None:
    start = robot.stamp_ns()
    invalid = {
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
    # Other tests on the same node drop images too.
    before = _dropped(robot.status(active_node.name, _is_camera))
    logged = {kind: active_node.log.count(f"image dropped: {kind}") for kind in invalid}
    for number, changes in enumerate(list(invalid.values()) * 2):
        camera.publish(image(start + number, **changes))
        # The image has no other effect, and a newer image would replace it.
        time.sleep(0.05)
    mask_of(camera, masks, image(start + 100))
    expected = before + Counter({f"dropped: {kind}": 2 for kind in invalid})
    expected["dropped"] += 2 * len(invalid)
    robot.status(
        active_node.name, lambda status: _is_camera(status) and _dropped(status) == expected
    )
    for kind in invalid:
        lines = active_node.log.count(f"image dropped: {kind}") - logged[kind]
        # A kind is logged once in the life of a node.
        assert lines == (0 if logged[kind] else 1), active_node.log


def test_camera_can_change_its_size(robot: Robot, camera: Any, masks: Inbox[Image]) -> None:
    start = robot.stamp_ns()
    for number, (width, height) in enumerate([(64, 48), (320, 240), (48, 64), (64, 48)]):
        mask = mask_of(camera, masks, image(start + number, picture(width, height)))
        assert (mask.width, mask.height) == (width, height)


def test_newest_frame_wins_and_latency_stays_bounded(
    robot: Robot, active_node: NodeProcess, camera: Any
) -> None:
    robot.say(active_node, "the red ball")
    with robot.subscribed(f"{active_node.name}/camera/targets", TargetArray) as inbox:
        end = time.monotonic() + 2.0
        while time.monotonic() < end:
            last = image(robot.stamp_ns(), picture(320, 240))
            camera.publish(last)
            time.sleep(0.002)
        inbox.wait(lambda status: status.header.stamp == last.header.stamp, what="the newest frame")
    stamps = [one.header.stamp.sec * SECOND + one.header.stamp.nanosec for one in inbox.messages]
    assert stamps == sorted(set(stamps))
    assert inbox.messages[-1].dropped_frames > inbox.messages[0].dropped_frames
    slowest = max(one.inference_seconds for one in inbox.messages)
    # One frame waits while another is processed; conversion and a busy machine add the rest.
    assert max(one.latency_seconds for one in inbox.messages) < 2 * slowest + 1.0


def test_earlier_stamp_resets_the_memories(
    robot: Robot, active_node: NodeProcess, camera: Any, masks: Inbox[Image]
) -> None:
    robot.say(active_node, "the red ball")
    with robot.subscribed(f"{active_node.name}/events", TargetEvent) as events:
        start = robot.stamp_ns()
        mask_of(camera, masks, image(start))
        looped = image(start - 10 * SECOND)
        mask_of(camera, masks, looped)
        reset = events.wait(lambda event: "jumped back" in event.reason, what="RESET")
    assert reset.kind == TargetEvent.RESET
    assert reset.camera == "camera"
    assert reset.header == looped.header


def test_silent_camera_is_reported_until_it_sends_again(
    robot: Robot, active_node: NodeProcess, camera: Any, masks: Inbox[Image]
) -> None:
    mask_of(camera, masks, image(robot.stamp_ns()))
    status = robot.status(active_node.name, lambda status: "no image" in status.message)
    assert active_node.image_topic in status.message
    assert "/robot" in status.message
    mask_of(camera, masks, image(robot.stamp_ns()))
    robot.status(active_node.name, lambda status: status.message == "receiving images")


def test_missing_publisher_is_reported(robot: Robot, active_node: NodeProcess) -> None:
    status = robot.status(active_node.name, lambda status: "no publisher" in status.message)
    assert status.message == f"no publisher on {active_node.image_topic}"
    assert active_node.log.count(status.message) >= 1


def test_reliability_follows_the_publishers(robot: Robot, active_node: NodeProcess) -> None:
    topic = active_node.image_topic

    def wait_for_reliability(expected: str) -> None:
        wait_for(lambda: robot.reliability(topic) == [expected], what=expected)

    with robot.publisher(topic, Image):
        wait_for_reliability("RELIABLE")
        with (
            robot.publisher(
                topic, Image, ReliabilityPolicy.BEST_EFFORT, discovered=False
            ) as unreliable,
            robot.subscribed(f"{active_node.name}/camera/mask", Image) as masks,
        ):
            wait_for_reliability("BEST_EFFORT")
            wait_for(unreliable.get_subscription_count)
            mask_of(unreliable, masks, image(robot.stamp_ns()))
    assert robot.reliability(topic) == ["BEST_EFFORT"]


def test_incompatible_publisher_is_named(robot: Robot, start_node: StartNode) -> None:
    node = start_node(image_reliability="reliable", input_timeout=0.5)
    robot.bring_up(node.name)
    with robot.publisher(node.image_topic, Image, ReliabilityPolicy.BEST_EFFORT, discovered=False):
        status = robot.status(node.name, lambda status: "best effort" in status.message)
        assert node.image_topic in status.message
        assert "/robot offers best effort" in status.message
        wait_for(lambda: node.log.count(status.message) == 1, what="the log")
    with robot.publisher(node.image_topic, Image):  # matched, but sends nothing
        status = robot.status(node.name, lambda status: "fastdds.xml" in status.message)
        assert f"/robot publishes {node.image_topic}" in status.message
        wait_for(lambda: node.log.count(status.message) == 1, what="the log")


def test_compressed_images(robot: Robot, start_node: StartNode) -> None:
    node = start_node(image_transport="compressed")
    robot.bring_up(node.name)
    _, data = cv2.imencode(".jpg", picture(320, 240))
    topic = f"{node.image_topic}/compressed"
    with (
        robot.image_publisher(topic, CompressedImage) as camera,
        robot.subscribed(f"{node.name}/camera/mask", Image) as masks,
    ):
        for content in (b"", b"not an image", data.tobytes()[:100], data.tobytes()):
            message = CompressedImage(format="jpeg", data=array("B", content))
            message.header.stamp.sec += len(content)
            camera.publish(message)
            time.sleep(0.1)
        mask = masks.wait(lambda status: status.header == message.header)
    assert (mask.width, mask.height) == (320, 240)
    assert len(masks.messages) == 1


def test_old_images_and_excess_images_are_dropped(robot: Robot, start_node: StartNode) -> None:
    node = start_node(max_frame_age=1.0, max_rate_hz=5.0)
    robot.bring_up(node.name)
    with (
        robot.camera(node) as camera,
        robot.subscribed(f"{node.name}/camera/mask", Image) as masks,
    ):
        mask_of(camera, masks, image(robot.stamp_ns()))
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
    counts = values_of(robot.status(node.name, lambda status: status.name.endswith("camera")))
    assert counts["dropped: older than max_frame_age"] == "1"
    excess = int(counts["dropped: over max_rate_hz"])
    assert excess > 20
    assert robot.trigger(f"{node.name}/toggle").success
    with robot.camera(node) as camera:
        for _ in range(20):
            camera.publish(image(robot.stamp_ns()))
            time.sleep(0.01)
        received = int(counts["images received"])
        status = robot.status(
            node.name,
            lambda status: (
                status.name.endswith("camera")
                and int(values_of(status)["images received"]) > received + 10
            ),
        )
    assert int(values_of(status)["dropped: over max_rate_hz"]) == excess, "ignored while disabled"
