"""Outputs of a frame, received in another process."""

import math

import numpy as np
from image_messages import image, picture
from node_process import NodeProcess
from ros_harness import Robot, values_of
from sensor_msgs.msg import CompressedImage, Image

from samwise_ros.msg import Target, TargetArray
from samwise_ros.ros.camera.image_conversion import to_rgb
from samwise_ros.vision.compressed import compressed_to_rgb


def test_outputs_of_a_frame_agree(robot: Robot, active_node: NodeProcess) -> None:
    robot.say(active_node, "the red ball")
    camera_topics = f"{active_node.name}/camera"
    message = image(robot.stamp_ns(), picture(80, 60))
    with (
        robot.camera(active_node) as camera,
        robot.subscribed(f"{camera_topics}/mask", Image) as masks,
        robot.subscribed(f"{camera_topics}/label_mask", Image) as labels,
        robot.subscribed(f"{camera_topics}/targets", TargetArray) as targets,
    ):
        camera.publish(message)
        array, mask, label_mask = targets.wait(), masks.wait(), labels.wait()
    assert array.header == mask.header == label_mask.header == message.header
    assert array.camera == "camera"
    (target,) = array.targets
    assert target.sentence == "the red ball"
    assert target.state in (Target.SEARCHING, Target.TRACKING, Target.LOST)
    assert 0.0 <= target.score <= 1.0
    assert 0.0 < array.inference_seconds < array.latency_seconds < 20.0
    visible = np.array(mask.data, np.uint8).reshape(60, 80) == 255
    assert np.array_equal(np.array(label_mask.data).reshape(60, 80), visible * target.label)
    assert target.area == visible.sum()
    box = target.roi
    inside = np.array(target.mask.data, np.uint8).reshape(box.height, box.width) == 255
    whole = np.zeros_like(visible)
    whole[box.y_offset : box.y_offset + box.height, box.x_offset : box.x_offset + box.width] = (
        inside
    )
    assert np.array_equal(whole, visible)
    if visible.any():
        rows, columns = np.nonzero(visible)
        assert math.isclose(target.centroid_x, columns.mean(), rel_tol=1e-5)
        assert math.isclose(target.centroid_y, rows.mean(), rel_tol=1e-5)
    else:
        assert math.isnan(target.centroid_x)


def test_mask_is_empty_without_a_command(robot: Robot, active_node: NodeProcess) -> None:
    with (
        robot.camera(active_node) as camera,
        robot.subscribed(f"{active_node.name}/camera/mask", Image) as masks,
    ):
        camera.publish(image(robot.stamp_ns()))
        assert not any(masks.wait().data)


def test_overlay_is_drawn_for_subscribers(robot: Robot, active_node: NodeProcess) -> None:
    robot.say(active_node, "the red ball")
    topic = f"{active_node.name}/camera/overlay"
    message = image(robot.stamp_ns(), picture(160, 120))
    with (
        robot.camera(active_node) as camera,
        robot.subscribed(topic, Image) as overlays,
        robot.subscribed(f"{topic}/compressed", CompressedImage) as compressed,
    ):
        camera.publish(message)
        overlay, jpeg = overlays.wait(), compressed.wait()
    assert overlay.header == jpeg.header == message.header
    assert to_rgb(overlay).shape == compressed_to_rgb(jpeg).shape == (120, 160, 3)
    assert not np.array_equal(to_rgb(overlay), to_rgb(message))


def test_diagnostics_report_commands_and_times(robot: Robot, active_node: NodeProcess) -> None:
    robot.say(active_node, "the red ball")
    with (
        robot.camera(active_node) as camera,
        robot.subscribed(f"{active_node.name}/camera/mask", Image) as masks,
    ):
        for _ in range(5):
            masks.clear()
            camera.publish(image(robot.stamp_ns()))
            masks.wait()
        status = robot.status(
            active_node.name,
            lambda status: float(values_of(status).get("output rate (Hz)", "0")) > 0.0,
        )
    values = values_of(status)
    assert values["topic"] == active_node.image_topic
    assert values["publishers"] == "/robot"
    assert values["reliability"] == "reliable"
    assert float(values["latency p50 (ms)"]) <= float(values["latency p99 (ms)"])
    model = robot.status(active_node.name, lambda status: status.name.endswith(": model"))
    assert model.hardware_id == "cpu"
    assert "the red ball" in values_of(model)["command the-red-ball"]
