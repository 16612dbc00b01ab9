"""Poses of all targets, with covariance and box, of a node and in another frame."""

import math

import numpy as np
from depth_rig import GREEN, RED, Rig, assert_near, camera_info, depth_image
from geometry_msgs.msg import Point, TransformStamped
from rendered_depth import Array, box, seen_centre

from samwise_ros.engine.types import Box, Command, Target, TargetState
from samwise_ros.msg import TargetPose, TargetPoseArray
from samwise_ros.ros.target_3d.depth_image import DepthImage
from samwise_ros.ros.target_3d.target_poses import IDENTITY, UNKNOWN_ANGLE, target_pose_array
from samwise_ros.vision.depth import object_position, position_covariance

SURFACES = {"red": RED, "green": GREEN}


def array(point: Point) -> Array:
    return np.array([point.x, point.y, point.z])


def covariance(pose: TargetPose) -> Array:
    return np.array(pose.pose.covariance).reshape(6, 6)


def test_each_target_has_a_pose_with_covariance_and_box(rig: Rig) -> None:
    arrays = rig.subscribed("target_poses", TargetPoseArray)
    stamp = rig.robot.stamp_ns()
    message, _ = rig.send(depth_image(stamp), camera_info(), stamp_ns=stamp)
    found: TargetPoseArray = arrays.wait()
    assert (found.header, found.camera) == (message.header, "camera")
    assert [(one.command_id, one.label) for one in found.poses] == [("red", 1), ("green", 2)]
    for one in found.poses:
        truth = seen_centre(SURFACES[one.command_id])
        centre = array(one.pose.pose.position)
        assert_near(centre, truth)
        matrix = covariance(one)
        np.testing.assert_allclose(matrix, matrix.T)
        error = centre - truth
        assert error @ np.linalg.solve(matrix[:3, :3], error) < 9.0
        np.testing.assert_allclose(matrix[3:, 3:], UNKNOWN_ANGLE * np.eye(3))
        assert not matrix[:3, 3:].any()
        turn = one.box.orientation
        assert (turn.x, turn.y, turn.z, turn.w) == (0.0, 0.0, 0.0, 1.0)
        size = np.array([one.box_size.x, one.box_size.y, one.box_size.z])
        assert (np.abs(array(one.box.position) - truth) < size / 2).all()
        assert (size[:2] > 0.1).all()
        assert (size < 0.3).all()
    # A ball of a radius of 8 cm: its outline is 16 cm wide.
    ball = found.poses[0].box_size
    np.testing.assert_allclose([ball.x, ball.y], 0.16, rtol=0.16)


def test_only_targets_with_depth_have_a_pose(rig: Rig) -> None:
    arrays = rig.subscribed("target_poses", TargetPoseArray)
    stamp = rig.robot.stamp_ns()
    without_ball = np.where(np.isfinite(RED), 0.0, GREEN)
    _, account = rig.send(depth_image(stamp, without_ball), camera_info(), stamp_ns=stamp)
    assert [one.command_id for one in arrays.wait().poses] == ["green"]
    assert account["failures"] == {"too little depth": 1}


def test_pose_in_another_frame_turns_covariance_and_box() -> None:
    """In the base, x is forward, y left and z up; the camera looks forward 1 m above it."""
    thing = box((0.2, 0.1, 1.5), (0.4, 0.2, 0.001), 0.0, 0.0)
    mask = np.isfinite(thing)
    camera = DepthImage(depth_image(0), camera_info()).camera(mask.shape, rectified=False)
    position = object_position(mask, np.where(mask, thing, np.nan).astype(np.float32), camera)
    transform = TransformStamped()
    transform.header.frame_id = "base"
    transform.transform.translation.z = 1.0
    turn = transform.transform.rotation
    turn.x, turn.y, turn.z, turn.w = -0.5, 0.5, -0.5, 0.5
    command = Command("red", "the red thing")
    target = Target(command, 1, TargetState.TRACKING, mask, 1.0, Box(0, 0, 1, 1), 1, 0)

    header = depth_image(0).header
    arrays = [
        target_pose_array("camera", [(target, position)], camera, header, one)
        for one in (IDENTITY, transform)
    ]
    assert [one.header.frame_id for one in arrays] == ["optical", "base"]
    (plain,), (moved,) = (one.poses for one in arrays)
    x, y, z = position.centre_m
    np.testing.assert_allclose(array(moved.pose.pose.position), [z, -x, 1.0 - y])
    old, new = (covariance(one)[:3, :3] for one in (plain, moved))
    axes = np.array([[0, 0, 1], [-1, 0, 0], [0, -1, 0]])
    np.testing.assert_allclose(new, axes @ old @ axes.T, atol=1e-12)
    np.testing.assert_allclose(old, position_covariance(position, camera))
    assert moved.box_size == plain.box_size
    assert moved.box.orientation == turn
    assert math.isclose(plain.box_size.x, 0.4, rel_tol=0.06)
