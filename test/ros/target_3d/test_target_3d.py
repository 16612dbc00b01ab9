"""Positions of a node with the shipped model: a tabletop with depth."""

import importlib.util
import time
from contextlib import ExitStack
from typing import Any

import numpy as np
import pytest
from depth_table import FOCAL, HEIGHT, WIDTH, DepthTable
from geometry_msgs.msg import PoseStamped
from image_messages import image
from lifecycle_msgs.msg import Transition
from node_process import NodeProcess, StartNode
from ros_harness import Inbox, Robot, values_of
from sensor_msgs.msg import CameraInfo, Image
from visualization_msgs.msg import MarkerArray

from samwise_ros.data.painted.scene import PaintedScene

WITH_TF = importlib.util.find_spec("tf2_ros") is not None


def subscribed(
    robot: Robot, node: NodeProcess, stack: ExitStack, topic: str, kind: type
) -> Inbox[Any]:
    return stack.enter_context(robot.subscribed(f"{node.name}/camera/{topic}", kind))


@pytest.mark.parametrize(("seed", "metres"), [(4, False), (5, True)])
def test_position_error_is_below_two_percent(
    robot: Robot, start_node: StartNode, seed: int, metres: bool
) -> None:
    node = start_node(model="tabletop", use_depth=True)
    robot.bring_up(node.name)
    with ExitStack() as stack:
        poses = subscribed(robot, node, stack, "target_pose", PoseStamped)
        masked = subscribed(robot, node, stack, "masked_depth", Image)
        infos = subscribed(robot, node, stack, "camera_info", CameraInfo)
        arrays = subscribed(robot, node, stack, "markers", MarkerArray)
        table = DepthTable(seed, robot, node, stack)
        truths = {}
        for index in range(60):
            message, centre = table.send(index, metres)
            truths[message.header.stamp.sec, message.header.stamp.nanosec] = centre
            time.sleep(0.1)
            if len(poses.messages) >= 8:
                break
        assert len(poses.messages) >= 8, node.log
        for pose in poses.messages:
            centre = truths[pose.header.stamp.sec, pose.header.stamp.nanosec]
            position = pose.pose.position
            error = np.linalg.norm(np.array([position.x, position.y, position.z]) - centre)
            assert error < 0.02 * np.linalg.norm(centre)
            assert pose.header.frame_id == "optical"
        assert masked.wait().encoding == ("32FC1" if metres else "16UC1")
        info = infos.wait(lambda one: one.header == masked.wait().header)
        assert (info.width, info.k[0]) == (WIDTH, FOCAL)
        assert arrays.wait().markers[1].text.startswith(table.sentence)
        values = values_of(
            robot.status(node.name, lambda one: values_of(one).get("positions", "0") != "0")
        )
        assert values["last position"] == "known"


def test_depth_out_of_range_gives_no_position(robot: Robot, start_node: StartNode) -> None:
    node = start_node(model="tabletop", use_depth=True, depth_range=[0.1, 0.2])
    robot.bring_up(node.name)
    with ExitStack() as stack:
        poses = subscribed(robot, node, stack, "target_pose", PoseStamped)
        masks = subscribed(robot, node, stack, "mask", Image)
        table = DepthTable(4, robot, node, stack)
        for index in range(8):
            message, _ = table.send(index)
            masks.wait(lambda one, sent=message: one.header == sent.header)
        robot.status(
            node.name, lambda one: values_of(one).get("no position: too little depth", "0") != "0"
        )
        assert not poses.messages


def test_masks_but_no_poses_without_depth(robot: Robot, start_node: StartNode) -> None:
    node = start_node(model="tabletop", use_depth=True)
    robot.bring_up(node.name)
    scene = PaintedScene(4, WIDTH, HEIGHT)
    _, sentence, _ = scene.script(16)[0]
    with ExitStack() as stack:
        poses = subscribed(robot, node, stack, "target_pose", PoseStamped)
        masks = subscribed(robot, node, stack, "mask", Image)
        camera = stack.enter_context(robot.camera(node))
        robot.say(node, sentence)
        for index in range(8):
            camera.publish(image(robot.stamp_ns(), scene.frame(index)[0]))
            time.sleep(0.1)
        masks.wait(lambda mask: any(mask.data))
        values = values_of(
            robot.status(
                node.name, lambda one: values_of(one).get("no position: no depth", "0") != "0"
            )
        )
        depth = node.image_topic.replace("image_raw", "depth/image_raw")
        assert values["last position"] == f"no depth: no publisher on {depth}"
        assert node.log.count(f"no position of a target: {values['last position']}") == 1
        assert not poses.messages


def test_no_depth_topics_without_use_depth(robot: Robot, active_node: NodeProcess) -> None:
    topics = dict(robot.node.get_topic_names_and_types())
    assert f"{active_node.name}/camera/mask" in topics
    assert not [one for one in topics if one.startswith(active_node.name) and "pose" in one]
    depth = active_node.image_topic.replace("image_raw", "depth/image_raw")
    assert not robot.node.get_subscriptions_info_by_topic(depth)


@pytest.mark.skipif(WITH_TF, reason="tf2_ros is installed")
def test_target_frame_needs_tf(robot: Robot, start_node: StartNode) -> None:
    node = start_node(use_depth=True, target_frame="base")
    assert not robot.change_state(node.name, Transition.TRANSITION_CONFIGURE)
    reason = "target_frame: expected the ROS package tf2_ros to be installed"
    assert f"cannot configure: {reason}" in node.log
    robot.status(node.name, lambda one: reason in one.message)
    left = robot.node.get_publisher_names_and_types_by_node(
        "samwise_node", node.name.removesuffix("/samwise_node")
    )
    assert not [name for name, _ in left if name.endswith("/mask")], "no publishers left"
