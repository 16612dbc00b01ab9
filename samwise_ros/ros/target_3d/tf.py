"""Points and frames in tf.

The PyPI wheels of ROS 2 contain neither tf2_ros nor tf2_msgs. They are imported when a parameter
needs them, and the error names that parameter if they are missing.
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

WAIT = Duration(seconds=0.05)  # transforms of joints often arrive after the camera's image


class FrameLookup:
    """Looks up the transform to another frame, at the time of an image."""

    def __init__(self, node: LifecycleNode, target_frame: str) -> None:
        """Subscribe to tf.

        Args:
            node: the node, whose executor handles the subscriptions.
            target_frame: frame that the transforms lead to.

        Raises:
            ImportError: tf2_ros is not installed.
        """
        tf2 = _import("tf2_ros", "target_frame")
        self._target_frame = target_frame
        self._buffer = tf2.Buffer()
        # Clear the buffer: tf would ignore the older transforms of a looped bag.
        back = JumpThreshold(
            min_forward=None, min_backward=Duration(seconds=-1), on_clock_change=True
        )
        self._jumps = node.get_clock().create_jump_callback(
            back, post_callback=lambda _: self._buffer.clear()
        )
        self._listener = tf2.TransformListener(self._buffer, node)
        self._failure = tf2.TransformException

    def close(self) -> None:
        """Destroy the subscriptions."""
        self._listener.unregister()
        self._jumps.unregister()

    def transform(self, header: Header) -> TransformStamped:
        """Return the transform from a header's frame to the target frame at its stamp.

        Raises:
            DepthError: there is no transform between the frames at that stamp.
        """
        frames = (self._target_frame, header.frame_id)
        try:
            stamp = Time.from_msg(header.stamp)
        except (ValueError, OverflowError) as error:
            raise DepthError("no transform at the image's stamp", str(error)) from error
        # Waiting does not help if the frames are not connected at all.
        connected = self._buffer.can_transform(*frames, Time())
        try:
            wait = WAIT if connected else Duration()
            found: TransformStamped = self._buffer.lookup_transform(*frames, stamp, wait)
        except self._failure as error:
            detail = (
                f"expected a transform from {header.frame_id!r} to {self._target_frame!r}: {error}"
            )
            raise DepthError("no transform at the image's stamp", detail) from error
        return found


def transformed(point_m: FloatArray, transform: TransformStamped) -> FloatArray:
    """Rotate and translate a point.

    Args:
        point_m: (3,), in metres.
        transform: from the point's frame.

    >>> half_turn = TransformStamped()
    >>> half_turn.transform.rotation.z, half_turn.transform.rotation.w = 1.0, 0.0
    >>> half_turn.transform.translation.z = 5.0
    >>> transformed(np.array([1.0, 2.0, 3.0]), half_turn).tolist()
    [-1.0, -2.0, 8.0]
    """
    translation = transform.transform.translation
    offset = np.array([translation.x, translation.y, translation.z])
    moved: FloatArray = rotation_matrix(transform) @ point_m + offset
    return moved


def rotation_matrix(transform: TransformStamped) -> FloatArray:
    """Return the rotation of a transform, (3, 3)."""
    rotation = transform.transform.rotation
    x, y, z, w = rotation.x, rotation.y, rotation.z, rotation.w
    return np.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
            [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
            [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
        ]
    )


class FrameBroadcast:
    """Publishes a target as a tf frame."""

    def __init__(self, node: LifecycleNode, child_frame: str) -> None:
        """Create the publisher.

        Args:
            node: the node.
            child_frame: name of the tf frame.

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
        """Publish the frame at a pose."""
        transform = TransformStamped(header=pose.header, child_frame_id=self._child_frame)
        position = pose.pose.position
        transform.transform.translation = Vector3(x=position.x, y=position.y, z=position.z)
        transform.transform.rotation = pose.pose.orientation
        self._publisher.publish(self._message(transforms=[transform]))


def _import(module: str, parameter: str) -> ModuleType:
    try:
        return importlib.import_module(module)
    except ImportError as error:
        package = module.partition(".")[0]
        raise ImportError(
            f"{parameter}: expected the ROS package {package} to be installed, got: {error}"
        ) from error
