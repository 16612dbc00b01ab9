"""Poses of all targets of one camera, with covariance and the box of the visible surface."""

import math
from collections.abc import Sequence

import numpy as np
from geometry_msgs.msg import Point, Pose, Quaternion, TransformStamped, Vector3
from rclpy.lifecycle import LifecycleNode
from std_msgs.msg import Header

from samwise_ros.engine.types import Target
from samwise_ros.interface import topics
from samwise_ros.msg import TargetPose, TargetPoseArray
from samwise_ros.ros.endpoints import create_publisher
from samwise_ros.ros.target_3d.tf import FrameLookup, rotated, transformed
from samwise_ros.vision.depth import (
    FloatArray,
    Pinhole,
    Position3D,
    position_covariance,
    require_finite,
)

UNKNOWN_ANGLE = math.pi**2 / 3  # variance of an angle that is uniform from -pi to pi
IDENTITY = TransformStamped()


class TargetPoseOutput:
    """The publisher of one camera's poses; created on configuration, closed on cleanup."""

    def __init__(self, node: LifecycleNode, camera: str, lookup: FrameLookup | None) -> None:
        """Create the publisher.

        Args:
            node: the node.
            camera: name of the camera.
            lookup: transforms poses to another frame; ``None`` keeps the image's frame.
        """
        self._node = node
        self._camera = camera
        self._lookup = lookup
        self._publisher = create_publisher(node, topics.TARGET_POSES, camera)

    def close(self) -> None:
        """Destroy the publisher."""
        self._node.destroy_lifecycle_publisher(self._publisher)

    def has_subscribers(self) -> bool:
        """Return whether the poses are needed."""
        return bool(self._publisher.get_subscription_count() > 0)

    def publish(
        self, located: Sequence[tuple[Target, Position3D]], camera: Pinhole, header: Header
    ) -> None:
        """Publish the poses of one frame, unless there are none, or no subscriber.

        Args:
            located: targets with their positions, in the order of the labels.
            camera: model of the camera that took the image.
            header: of the image.

        Raises:
            DepthError: there is no transform to the target frame at the image's stamp.
        """
        if not located or not self.has_subscribers():
            return
        transform = self._lookup.transform(header) if self._lookup else IDENTITY
        frame_id = transform.header.frame_id or header.frame_id
        poses = [_pose(target, position, camera, transform) for target, position in located]
        moved = Header(stamp=header.stamp, frame_id=frame_id)
        self._publisher.publish(TargetPoseArray(header=moved, camera=self._camera, poses=poses))


def _pose(
    target: Target, position: Position3D, camera: Pinhole, transform: TransformStamped
) -> TargetPose:
    message = TargetPose(command_id=target.command.id, label=target.label)
    message.pose.pose.position = _point(transformed(position.centre_m, transform))
    message.pose.covariance = _covariance(position_covariance(position, camera), transform)
    middle = transformed((position.low_m + position.high_m) / 2, transform)
    turn = transform.transform.rotation
    orientation = Quaternion(x=turn.x, y=turn.y, z=turn.z, w=turn.w)
    message.box = Pose(position=_point(middle), orientation=orientation)
    x, y, z = (position.high_m - position.low_m).tolist()
    message.box_size = Vector3(x=x, y=y, z=z)
    return message


def _covariance(of_position: FloatArray, transform: TransformStamped) -> FloatArray:
    """Return the (36,) covariance of a pose whose orientation is unknown."""
    turn = np.column_stack([rotated(axis, transform) for axis in np.eye(3)])
    covariance = np.diag([UNKNOWN_ANGLE] * 6)
    covariance[:3, :3] = turn @ of_position @ turn.T
    return covariance.ravel()


def _point(metres: FloatArray) -> Point:
    require_finite("the pose", metres)
    x, y, z = metres.tolist()
    return Point(x=x, y=y, z=z)
