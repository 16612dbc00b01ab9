"""A node publishes real messages of vision_msgs and foxglove_msgs, which are not on PyPI.

Build both packages from source (github.com/ros-perception/vision_msgs, branch ros2, and ros/src of
github.com/foxglove/foxglove-sdk) with `colcon build` in another folder, then run:

    . ./env.sh && . FOLDER/install/local_setup.bash
    pytest test/ros/standard/check_standard_messages.py
"""

from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from depth_rig import RED, camera_info, depth_image, separate_rig
from node_process import NodeProcess, StartNode
from rendered_depth import seen_centre
from ros_harness import Inbox, Robot
from tracked_scene import EMPTY, SENTENCE, TrackedScene, scene_pixels, tracked_scene

from samwise_ros.interface import topics
from samwise_ros.interface.ros_types import load_type
from samwise_ros.interface.topics import Topic
from samwise_ros.msg import TargetPoseArray
from samwise_ros.vision.overlay import colour_of


def subscribed(robot: Robot, node: NodeProcess, topic: Topic) -> AbstractContextManager[Inbox[Any]]:
    """Collect the messages of a camera's topic."""
    name = topic.name_for("camera").replace("~", node.name)
    latched = topic.durability == "transient_local"
    return robot.subscribed(name, load_type(topic.type_name), latched=latched)


def publish_until(scene: TrackedScene, inbox: Inbox[Any], fits: Any) -> tuple[Any, Any, Any]:
    """Send frames until the messages of one fit; return message, image and target."""
    for index in range(60):
        image, target = scene.send(scene_pixels(index % 16))
        stamp = image.header.stamp
        found = inbox.wait(lambda one, stamp=stamp: stamp_of(one) == stamp)
        if fits(found):
            return found, image, target
    raise AssertionError("no such message within 60 frames")


def stamp_of(message: Any) -> Any:
    return message.timestamp if hasattr(message, "timestamp") else message.header.stamp


def test_detections_labels_and_annotations(robot: Robot, start_node: StartNode) -> None:
    node = start_node(model="tabletop")
    with (
        tracked_scene(robot, node) as scene,
        subscribed(robot, node, topics.DETECTIONS) as detections,
        subscribed(robot, node, topics.ANNOTATIONS) as annotations,
        subscribed(robot, node, topics.LABEL_INFO) as labels,
        subscribed(robot, node, topics.LABEL_MASK) as masks,
    ):
        found, image, target = publish_until(scene, detections, lambda one: one.detections)
        (detection,) = found.detections
        assert found.header == detection.header == image.header
        assert detection.id == target.command_id
        (result,) = detection.results
        assert result.hypothesis.class_id == SENTENCE
        assert result.hypothesis.score == pytest.approx(target.score, abs=1e-6)
        box, roi = detection.bbox, target.roi
        assert (box.size_x, box.size_y) == (roi.width, roi.height)
        assert box.center.position.x == roi.x_offset + roi.width / 2
        assert box.center.position.y == roi.y_offset + roi.height / 2

        drawn = annotations.wait(lambda one: one.timestamp == image.header.stamp)
        assert drawn.texts[0].text.startswith(SENTENCE)
        assert len(drawn.points) >= 2
        colour = drawn.points[1].outline_color
        expected = np.array(colour_of(target.label)) / 255
        assert np.allclose([colour.r, colour.g, colour.b], expected)

        (named,) = labels.wait(lambda one: one.class_map).class_map
        assert (named.class_id, named.class_name) == (target.label, SENTENCE)
        mask = masks.wait(lambda one: one.header == image.header)
        assert set(mask.data) == {0, target.label}

        blank, _ = scene.send(EMPTY)
        detections.wait(lambda one: one.header == blank.header)
        assert "not installed" not in node.log


def test_late_subscriber_gets_the_labels_and_each_change(
    robot: Robot, start_node: StartNode
) -> None:
    node = start_node(command="the red ball")
    robot.bring_up(node.name)
    with subscribed(robot, node, topics.LABEL_INFO) as labels:
        assert [one.class_name for one in labels.wait().class_map] == ["the red ball"]
        robot.say(node, "the blue mug")
        changed = labels.wait(lambda one: [c.class_name for c in one.class_map] == ["the blue mug"])
        assert changed.threshold == 0.5
        robot.say(node, "")
        labels.wait(lambda one: not one.class_map)


def test_detections_in_3d(robot: Robot, tmp_path: Path) -> None:
    with separate_rig(tmp_path, robot) as rig:
        arrays = rig.subscribed("detections_3d", load_type(topics.DETECTIONS_3D.type_name))
        poses = rig.subscribed("target_poses", TargetPoseArray)
        stamp = robot.stamp_ns()
        message, account = rig.send(depth_image(stamp), camera_info(), stamp_ns=stamp)
        found = arrays.wait()
        assert account["reason"] == ""
        assert found.header == message.header
        assert [one.id for one in found.detections] == ["red", "green"]
        position = found.detections[0].results[0].pose.pose.position
        assert [position.x, position.y, position.z] == pytest.approx(seen_centre(RED), abs=0.02)
        array = poses.wait()
        assert found.header == array.header
        for detection, one in zip(found.detections, array.poses, strict=True):
            assert detection.results[0].pose == one.pose
            assert (detection.bbox.center, detection.bbox.size) == (one.box, one.box_size)
