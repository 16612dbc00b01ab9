"""Poses of all targets of one frame, with covariance and the box of the visible surface."""

import math
from collections.abc import Sequence

import numpy as np
from geometry_msgs.msg import Point, Pose, Quaternion, TransformStamped, Vector3
from std_msgs.msg import Header

from samwise_ros.engine.types import Target
from samwise_ros.msg import TargetPose, TargetPoseArray
from samwise_ros.ros.target_3d.tf import rotation_matrix, transformed
from samwise_ros.vision.depth import (
    FloatArray,
    Pinhole,
    Position3D,
    position_covariance,
    require_finite,
)

UNKNOWN_ANGLE = math.pi**2 / 3  # variance of an angle that is uniform from -pi to pi
IDENTITY = TransformStamped()


def target_pose_array(
    camera: str,
    located: Sequence[tuple[Target, Position3D]],
    model: Pinhole,
    header: Header,
    transform: TransformStamped = IDENTITY,
) -> TargetPoseArray:
    """Describe where targets are. The other messages with poses take them from this one.

    Args:
        camera: name of the camera.
        located: targets with their positions, in the order of the labels.
        model: of the camera that took the image.
        header: of the image.
        transform: to the frame of the poses, at the image's stamp.

    Raises:
        DepthError: the transform has a number that is not finite.
    """
    frame_id = transform.header.frame_id or header.frame_id
    return TargetPoseArray(
        header=Header(stamp=header.stamp, frame_id=frame_id),
        camera=camera,
        poses=[_pose(target, position, model, transform) for target, position in located],
    )


def _pose(
    target: Target, position: Position3D, model: Pinhole, transform: TransformStamped
) -> TargetPose:
    message = TargetPose(command_id=target.command.id, label=target.label)
    message.pose.pose.position = _point(transformed(position.centre_m, transform))
    message.pose.covariance = _covariance(position_covariance(position, model), transform)
    turn = transform.transform.rotation
    message.box = Pose(
        position=_point(transformed(position.box_centre_m, transform)),
        orientation=Quaternion(x=turn.x, y=turn.y, z=turn.z, w=turn.w),
    )
    x, y, z = position.box_size_m.tolist()
    message.box_size = Vector3(x=x, y=y, z=z)
    return message


def _covariance(of_position: FloatArray, transform: TransformStamped) -> FloatArray:
    """Return the (36,) covariance of a pose whose orientation is unknown."""
    turn = rotation_matrix(transform)
    covariance = np.diag([UNKNOWN_ANGLE] * 6)
    covariance[:3, :3] = turn @ of_position @ turn.T
    return covariance.ravel()


def _point(metres: FloatArray) -> Point:
    require_finite("the pose", metres)
    x, y, z = metres.tolist()
    return Point(x=x, y=y, z=z)
