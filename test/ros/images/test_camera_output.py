"""What goes out for a frame, seen from outside the process."""

import math
import time
from typing import Any

import numpy as np
from ros_harness import NodeProcess, Robot, image, picture, values_of
from sensor_msgs.msg import CompressedImage, Image

from samwise_ros.msg import Target, TargetArray
from samwise_ros.ros.image_conversion import compressed_to_rgb, to_rgb


def test_all_outputs_of_a_frame_agree(robot: Robot, active_node: NodeProcess) -> None:
    robot.say(active_node, "the red ball")
    camera_topics = f"{active_node.name}/camera"
    message = image(robot.stamp_ns(), picture(80, 60))
    with (
        robot.camera(active_node) as camera,
        robot.listening(f"{camera_topics}/mask", Image) as masks,
        robot.listening(f"{camera_topics}/label_mask", Image) as labels,
        robot.listening(f"{camera_topics}/targets", TargetArray) as targets,
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
    seen = np.array(mask.data, np.uint8).reshape(60, 80) == 255
    assert np.array_equal(np.array(label_mask.data).reshape(60, 80), seen * target.label)
    assert target.area == seen.sum()
    box = target.roi
    inside = np.array(target.mask.data, np.uint8).reshape(box.height, box.width) == 255
    whole = np.zeros_like(seen)
    whole[box.y_offset : box.y_offset + box.height, box.x_offset : box.x_offset + box.width] = (
        inside
    )
    assert np.array_equal(whole, seen)
    if seen.any():
        rows, columns = np.nonzero(seen)
        assert math.isclose(target.centroid_x, columns.mean(), rel_tol=1e-5)
        assert math.isclose(target.centroid_y, rows.mean(), rel_tol=1e-5)
    else:
        assert math.isnan(target.centroid_x)


def test_without_a_command_the_mask_is_empty(robot: Robot, active_node: NodeProcess) -> None:
    with (
        robot.camera(active_node) as camera,
        robot.listening(f"{active_node.name}/camera/mask", Image) as masks,
    ):
        camera.publish(image(robot.stamp_ns()))
        assert not any(masks.wait().data)


def test_in_clips_every_frame_gets_its_own_header(robot: Robot, start_node: Any) -> None:
    node = start_node(mode="clip", command="the red ball")
    robot.bring_up(node.name)
    sent = []
    with (
        robot.camera(node) as camera,
        robot.listening(f"{node.name}/camera/targets", TargetArray) as targets,
    ):
        for number in range(60):
            message = image(robot.stamp_ns())
            message.header.frame_id = f"optical{number}"
            sent.append(message.header)
            camera.publish(message)
            time.sleep(0.05)
            if len(targets.messages) > 10:
                break
        targets.wait()
    got = [one.header for one in targets.messages]
    assert got == [one for one in sent if one in got]


def test_the_overlay_is_drawn_for_those_who_look(robot: Robot, active_node: NodeProcess) -> None:
    robot.say(active_node, "the red ball")
    topic = f"{active_node.name}/camera/overlay"
    message = image(robot.stamp_ns(), picture(160, 120))
    with (
        robot.camera(active_node) as camera,
        robot.listening(topic, Image) as overlays,
        robot.listening(f"{topic}/compressed", CompressedImage) as compressed,
    ):
        camera.publish(message)
        overlay, small = overlays.wait(), compressed.wait()
    assert overlay.header == small.header == message.header
    assert to_rgb(overlay).shape == compressed_to_rgb(small).shape == (120, 160, 3)
    assert not np.array_equal(to_rgb(overlay), to_rgb(message))


def test_diagnostics_name_model_commands_and_times(robot: Robot, active_node: NodeProcess) -> None:
    robot.say(active_node, "the red ball")
    with (
        robot.camera(active_node) as camera,
        robot.listening(f"{active_node.name}/camera/mask", Image) as masks,
    ):
        for _ in range(5):
            masks.clear()
            camera.publish(image(robot.stamp_ns()))
            masks.wait()
        status = robot.diagnosis(
            active_node.name,
            lambda one: float(values_of(one).get("output rate (Hz)", "0")) > 0.0,
        )
    values = values_of(status)
    assert values["topic"] == active_node.image_topic
    assert values["publishers"] == "/robot"
    assert values["reliability"] == "reliable"
    assert 0.0 < float(values["latency p50 (ms)"]) <= float(values["latency p99 (ms)"])
    model = robot.diagnosis(active_node.name, lambda one: one.name.endswith(": model"))
    assert model.hardware_id == "cpu"
    assert "the red ball" in values_of(model)["command the-red-ball"]
