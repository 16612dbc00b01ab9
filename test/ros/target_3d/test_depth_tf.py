"""Poses in another frame, and as a tf frame.

tf2_ros is not on PyPI. Its tests run where tf2, tf2_py, tf2_msgs and tf2_ros_py are installed, as
built from github.com/ros2/geometry2, branch jazzy.
"""

import importlib.util
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from depth_rig import (
    MILLISECOND,
    RED,
    active_node,
    assert_near,
    camera_info,
    depth_image,
    point,
    separate_rig,
    start_node,
)
from geometry_msgs.msg import PoseStamped, TransformStamped
from image_messages import image
from lifecycle_msgs.msg import Transition
from rendered_depth import Array, seen_centre
from ros_harness import Robot, wait_for

from samwise_ros.msg import TargetPoseArray
from samwise_ros.ros.target_3d.tf import FrameLookup, transformed
from samwise_ros.vision.depth import DepthError

WITH_TF = importlib.util.find_spec("tf2_ros") is not None
needs_tf = pytest.mark.skipif(not WITH_TF, reason="tf2_ros is not on PyPI")


def transform(stamp_ns: int, x: float) -> Any:
    """Return the transform from the base (x forward, z up) to the camera 1 m above it."""
    from tf2_msgs.msg import TFMessage  # noqa: PLC0415

    found = TransformStamped(child_frame_id="optical")
    found.header.frame_id = "base"
    found.header.stamp = image(stamp_ns).header.stamp
    found.transform.translation.x, found.transform.translation.z = x, 1.0
    turn = found.transform.rotation
    turn.x, turn.y, turn.z, turn.w = -0.5, 0.5, -0.5, 0.5
    return TFMessage(transforms=[found])


def in_base(centre: Array, x: float) -> Array:
    return np.array([x + centre[2], -centre[0], 1.0 - centre[1]])


@pytest.mark.skipif(WITH_TF, reason="tf2_ros is installed")
@pytest.mark.parametrize(
    ("parameter", "value", "package"),
    [("target_frame", "base", "tf2_ros"), ("publish_tf", True, "tf2_msgs")],
)
def test_configure_fails_without_tf_and_names_the_package(
    tmp_path: Path, robot: Robot, parameter: str, value: object, package: str
) -> None:
    node = start_node(tmp_path, **{parameter: value})
    try:
        assert not robot.change_state(node.name, Transition.TRANSITION_CONFIGURE)
        reason = f"{parameter}: expected the ROS package {package} to be installed, got: "
        assert reason in node.log
    finally:
        node.end()


@needs_tf
def test_pose_in_another_frame_at_the_images_stamp(tmp_path: Path, robot: Robot) -> None:
    kind = type(transform(0, 0.0))
    with (
        separate_rig(tmp_path, robot, target_frame="base", publish_tf=True) as rig,
        robot.subscribed("/tf", kind) as frames,
        robot.publisher("/tf", kind) as tf,
    ):
        wait_for(lambda: tf.get_subscription_count() >= 2)  # the node's and the test's
        poses = rig.subscribed("target_pose", PoseStamped)
        arrays = rig.subscribed("target_poses", TargetPoseArray)
        stamp = robot.stamp_ns()
        rig.infos.publish(camera_info())
        accounts = [rig.send(depth_image(stamp + one), stamp_ns=stamp + one)[1] for one in range(5)]
        for account in accounts:
            assert account["reason"].startswith("no transform at the image's stamp: ")
        # There is no wait if the frames are not connected.
        assert min(account["seconds"] for account in accounts) < 0.04
        assert not poses.messages
        for shift, x in ((-100, 1.0), (100, 3.0)):  # the robot moves
            tf.publish(transform(stamp + shift * MILLISECOND, x))
        time.sleep(0.2)
        stamp += 10
        message, account = rig.send(depth_image(stamp), stamp_ns=stamp)
        assert (account["published"], account["reason"]) == (1, "")
        pose = poses.wait()
        assert pose.header.frame_id == "base"
        assert pose.header.stamp == message.header.stamp
        assert_near(point(pose), in_base(seen_centre(RED), 2.0))
        assert pose.pose.orientation.w == 1.0
        array = arrays.wait()
        assert array.header == pose.header
        assert array.poses[0].pose.pose == pose.pose
        turn = array.poses[0].box.orientation
        of_camera = np.array([turn.x, turn.y, turn.z, turn.w]) * np.sign(turn.w)
        np.testing.assert_allclose(of_camera, [-0.5, 0.5, -0.5, 0.5], atol=1e-9)
        along = np.array(array.poses[0].pose.covariance).reshape(6, 6)[:3, :3].diagonal()
        assert along[0] > 5 * along[1:].max()  # the camera looks along the base's x axis
        broadcast = frames.wait(lambda one: one.transforms[0].header == pose.header).transforms[0]
        assert broadcast.child_frame_id == "camera_target"
        position = broadcast.transform.translation
        assert [position.x, position.y, position.z] == point(pose).tolist()
        stamp += 1000 * MILLISECOND  # no transform yet: the latest would be wrong
        _, account = rig.send(depth_image(stamp), stamp_ns=stamp)
        assert account["published"] == 0
        assert "extrapolation" in account["reason"]


@needs_tf
def test_waits_for_a_late_transform(robot: Robot) -> None:
    lookup, centre = FrameLookup(robot.node, "base"), seen_centre(RED)
    found: list[Any] = []
    stamps = []
    try:
        with robot.publisher("/tf", type(transform(0, 0.0))) as tf:
            for second in range(1, 9):
                stamp = second * 1000 * MILLISECOND
                tf.publish(transform(stamp - 100 * MILLISECOND, 1.0))
                time.sleep(0.2)
                header, late = image(stamp).header, transform(stamp + 100 * MILLISECOND, 3.0)
                timer = threading.Timer(0.02, tf.publish, [late])
                timer.start()
                with suppress(DepthError):
                    found.append(lookup.transform(header))
                    stamps.append(header.stamp)
                timer.join()
        assert len(found) >= 3  # a busy machine can miss some
        for one, stamp in zip(found, stamps, strict=True):
            assert (one.header.frame_id, one.header.stamp) == ("base", stamp)
            np.testing.assert_allclose(transformed(centre, one), in_base(centre, 2.0), atol=1e-9)
    finally:
        lookup.close()


@needs_tf
def test_cleaned_up_node_has_no_tf_topics(tmp_path: Path, robot: Robot) -> None:
    with active_node(tmp_path, robot, target_frame="base", publish_tf=True) as node:
        subscriptions, publishers = (
            robot.node.get_subscriptions_info_by_topic,
            robot.node.get_publishers_info_by_topic,
        )
        for _ in range(2):
            wait_for(lambda: (len(subscriptions("/tf")), len(publishers("/tf"))) == (1, 1))
            assert robot.change_state(node.name, Transition.TRANSITION_DEACTIVATE)
            assert robot.change_state(node.name, Transition.TRANSITION_CLEANUP)
            wait_for(
                lambda: (
                    not any(
                        [*subscriptions("/tf"), *subscriptions("/tf_static"), *publishers("/tf")]
                    )
                )
            )
            robot.bring_up(node.name)
