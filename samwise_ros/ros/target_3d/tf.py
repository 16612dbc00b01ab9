"""Points and frames by tf.

Neither tf2_ros nor tf2_msgs is among the wheels of ROS 2 on PyPI: they are imported where they are
asked for, and their absence has its reason in the error.
"""

import importlib
from types import ModuleType

import numpy as np
from geometry_msgs.msg import PoseStamped, TransformStamped, Vector3
from rclpy.clock import JumpThreshold
from rclpy.duration import Duration
from rclpy.lifecycle import LifecycleNode
from rclpy.time import Time
from std_msgs.msg import Header

from samwise_ros.vision.depth import DepthError, FloatArray

PATIENCE = Duration(seconds=0.05)  # joints are often told of after the camera's image


class FrameLookup:
    """Gives points in another frame, at the time of their image."""

    def __init__(self, node: LifecycleNode, target_frame: str) -> None:
        """Listen to tf.

        Args:
            node: the node; its executor hears what tf tells.
            target_frame: the other frame.

        Raises:
            ImportError: tf2_ros is not installed.
        """
        tf2 = _import("tf2_ros", "target_frame")
        self._target_frame = target_frame
        self._buffer = tf2.Buffer()
        # A looped bag tells the old transforms again: they count only where the new are forgotten.
        back = JumpThreshold(
            min_forward=None, min_backward=Duration(seconds=-1), on_clock_change=True
        )
        self._jumps = node.get_clock().create_jump_callback(
            back, post_callback=lambda _: self._buffer.clear()
        )
        self._listener = tf2.TransformListener(self._buffer, node)
        self._failure = tf2.TransformException

    def close(self) -> None:
        """End the subscriptions."""
        self._listener.unregister()
        self._jumps.unregister()

    def at(self, point_m: FloatArray, header: Header) -> tuple[FloatArray, Header]:
        """Give a point in the target frame.

        Args:
            point_m: (3,) in the header's frame.
            header: with the stamp that the transform must be of.

        Returns:
            The point, (3,), and its header.

        Raises:
            DepthError: there is no transform between the frames at that stamp.
        """
        frames, stamp = (self._target_frame, header.frame_id), Time.from_msg(header.stamp)
        # Frames that were never joined are not worth the wait.
        joined = self._buffer.can_transform(*frames, Time())
        try:
            found = self._buffer.lookup_transform(
                *frames, stamp, PATIENCE if joined else Duration()
            )
        except self._failure as error:
            detail = f"expected one from {header.frame_id!r} to {self._target_frame!r}: {error}"
            raise DepthError("no transform at the image's stamp", detail) from error
        moved = transformed(point_m, found)
        return moved, Header(stamp=header.stamp, frame_id=self._target_frame)


def transformed(point_m: FloatArray, transform: TransformStamped) -> FloatArray:
    """Turn and move a point.

    Args:
        point_m: (3,).
        transform: from the point's frame.

    >>> half_turn = TransformStamped()
    >>> half_turn.transform.rotation.z, half_turn.transform.rotation.w = 1.0, 0.0
    >>> half_turn.transform.translation.z = 5.0
    >>> transformed(np.array([1.0, 2.0, 3.0]), half_turn).tolist()
    [-1.0, -2.0, 8.0]
    """
    turn, move = transform.transform.rotation, transform.transform.translation
    axis = np.array([turn.x, turn.y, turn.z])
    across = 2.0 * np.cross(axis, point_m)
    turned = point_m + turn.w * across + np.cross(axis, across)
    moved: FloatArray = turned + np.array([move.x, move.y, move.z])
    return moved


class FrameBroadcast:
    """Publishes a target as a frame of tf."""

    def __init__(self, node: LifecycleNode, child_frame: str) -> None:
        """Create the publisher.

        Args:
            node: the node.
            child_frame: the frame's name.

        Raises:
            ImportError: tf2_msgs is not installed.
        """
        self._node = node
        self._child_frame = child_frame
        self._message = _import("tf2_msgs.msg", "publish_tf").TFMessage
        self._publisher = node.create_lifecycle_publisher(self._message, "/tf", 100)

    def close(self) -> None:
        """Destroy the publisher."""
        self._node.destroy_lifecycle_publisher(self._publisher)

    def publish(self, pose: PoseStamped) -> None:
        """Tell where the frame is."""
        found = TransformStamped(header=pose.header, child_frame_id=self._child_frame)
        place = pose.pose.position
        found.transform.translation = Vector3(x=place.x, y=place.y, z=place.z)
        found.transform.rotation = pose.pose.orientation
        self._publisher.publish(self._message(transforms=[found]))


def _import(module: str, parameter: str) -> ModuleType:
    try:
        return importlib.import_module(module)
    except ImportError as error:
        package = module.partition(".")[0]
        raise ImportError(
            f"{parameter}: expected the ROS package {package} to be installed, got: {error}"
        ) from error
