"""A camera whose images are lost, late, unstamped or without content is not healthy."""

import math
import time
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from diagnostic_msgs.msg import DiagnosticStatus
from health_rig import camera_status, has_line, send_all
from image_messages import image, picture
from node_process import NodeProcess, StartNode
from ros_harness import Inbox, Robot, values_of
from sensor_msgs.msg import Image

from samwise_ros.msg import Command, TargetArray, TargetEvent

SECOND = 1_000_000_000
PERIOD_NS = 66_000_000
UNTIL_DROPPED_S = 0.2


@pytest.fixture(scope="module")
def node(shared_node: NodeProcess) -> NodeProcess:
    return shared_node


@pytest.fixture
def camera(robot: Robot, active_node: NodeProcess) -> Iterator[Any]:
    with robot.camera(active_node) as publisher:
        yield publisher


@pytest.fixture
def targets(robot: Robot, node: NodeProcess) -> Iterator[Inbox[TargetArray]]:
    with robot.subscribed(f"{node.name}/camera/targets", TargetArray) as inbox:
        yield inbox


def send_valid(robot: Robot, camera: Any, targets: Inbox[TargetArray], **changes: Any) -> Any:
    """Send an image and return its targets."""
    message = image(robot.stamp_ns(), **changes)
    camera.publish(message)
    return targets.wait(lambda found: found.header == message.header)


def test_camera_whose_images_are_all_dropped_is_a_warning_with_reason_and_count(
    robot: Robot, node: NodeProcess, camera: Any, targets: Inbox[TargetArray]
) -> None:
    send_valid(robot, camera, targets)
    camera_status(robot, node, "receiving images")
    start = robot.stamp_ns()
    unknown = [image(start + index, encoding="plasma9") for index in range(58)]
    send_all(camera, unknown)
    message = (
        rf"58 of the last 58 images dropped: unknown encoding \(58\) on {node.image_topic}"
        rf"|no image on .*; 58 of the last 58 images dropped: unknown encoding \(58\)"
    )
    status = camera_status(robot, node, message)
    assert status.level == DiagnosticStatus.WARN
    send_valid(robot, camera, targets)
    assert camera_status(robot, node, "receiving images").level == DiagnosticStatus.OK


def test_dark_infrared_of_ten_bits_has_the_full_range(
    robot: Robot, node: NodeProcess, camera: Any, targets: Inbox[TargetArray]
) -> None:
    black = np.full((48, 64), 7, "<u2")
    send_valid(robot, camera, targets, pixels=black, encoding="mono16")
    status = camera_status(robot, node, r".*: the image is nearly black: .* at most 7 of 255")
    assert status.level == DiagnosticStatus.WARN
    ten_bits = picture()[:, :, 0].astype("<u2") * 4
    send_valid(robot, camera, targets, pixels=ten_bits, encoding="mono16")
    camera_status(robot, node, "receiving images")
    send_valid(robot, camera, targets, pixels=np.full((48, 64, 3), 90, np.uint8))
    status = camera_status(robot, node, r".*: the image is constant: .* from 90 to 90 of 255")
    assert status.level == DiagnosticStatus.WARN


def test_unstamped_images_have_no_latency(robot: Robot, start_node: StartNode) -> None:
    node = start_node()
    robot.bring_up(node.name)
    with (
        robot.camera(node) as camera,
        robot.subscribed(f"{node.name}/camera/targets", TargetArray) as targets,
    ):
        camera.publish(image(0))
        assert math.isnan(targets.wait().latency_seconds)
        camera.publish(image(robot.stamp_ns() - 86_400 * SECOND))
        another_clock = targets.wait(lambda found: found.header.stamp.sec > 0)
        assert math.isnan(another_clock.latency_seconds)
        status = robot.status(node.name, lambda one: values_of(one).get("images received") == "2")
    assert values_of(status)["latency p50 (ms)"] == "nan"


def test_images_out_of_order_are_dropped_and_counted(
    robot: Robot, node: NodeProcess, camera: Any
) -> None:
    robot.say(node, "the red ball")
    begin_ns = robot.stamp_ns() + SECOND  # after the images of other tests
    order = list(range(40))
    for index in range(9, 39, 10):
        order[index], order[index + 1] = order[index + 1], order[index]
    before = values_of(robot.status(node.name, lambda one: one.name.endswith(": camera")))
    masks = 0
    with (
        robot.subscribed(f"{node.name}/camera/mask", Image) as inbox,
        robot.subscribed(f"{node.name}/events", TargetEvent) as events,
    ):
        newest = -1
        for index in order:
            message = image(begin_ns + index * PERIOD_NS)
            camera.publish(message)
            if index > newest:
                inbox.wait(lambda mask, sent=message: mask.header == sent.header)
                newest, masks = index, masks + 1
            else:  # it has no mask, and the next image would replace it
                time.sleep(UNTIL_DROPPED_S)
        late = int(before["dropped: late"]) + 3
        robot.status(node.name, lambda one: values_of(one).get("dropped: late") == str(late))
        assert len(inbox.messages) == masks == 37
        assert TargetEvent.RESET not in [event.kind for event in events.messages]
        # A clock that was set back by less than the tolerance restarts after five images.
        for index in range(6):
            camera.publish(image(begin_ns + 33 * PERIOD_NS + index))
            time.sleep(UNTIL_DROPPED_S)
        reset = events.wait(lambda event: event.kind == TargetEvent.RESET)
        robot.status(node.name, lambda one: values_of(one).get("dropped: late") == str(late + 5))
    assert reset.reason == "the stamp jumped back by 0.396 s"


def test_command_ids_with_control_characters_are_printable(
    robot: Robot, node: NodeProcess, camera: Any
) -> None:
    request = Command(id="a\x1b[2J\nb", sentence="the red ball", action=Command.TRACK)
    robot.publish(f"{node.name}/command_request", request)
    status = robot.status(node.name, lambda one: "command a?[2J?b" in values_of(one))
    text = status.message + "".join(pair.key + pair.value for pair in status.values)
    assert text.isprintable()
    has_line(node, "command 'a\\x1b[2J\\nb' accepted: \"the red ball\"")
    assert "\x1b[2J" not in node.log
