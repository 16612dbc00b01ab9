"""Where the targets of one camera are in space: what goes out for grasping, driving and rviz."""

from collections import Counter
from copy import copy
from dataclasses import dataclass
from typing import Any

import numpy as np
from geometry_msgs.msg import Point, PoseStamped
from numpy.typing import NDArray
from rclpy.lifecycle import LifecycleNode
from rclpy.lifecycle.publisher import LifecyclePublisher
from sensor_msgs.msg import CameraInfo
from std_msgs.msg import Header

from samwise_ros.engine.types import FrameResult, Target
from samwise_ros.interface import topics as interface
from samwise_ros.ros.messages import stamp_ns
from samwise_ros.ros.target_3d.depth_image import masked_depth
from samwise_ros.ros.target_3d.depth_input import DepthInput
from samwise_ros.ros.target_3d.markers import to_markers
from samwise_ros.ros.target_3d.tf import FrameBroadcast, FrameLookup
from samwise_ros.vision.depth import (
    Depth,
    DepthError,
    Pinhole,
    Position3D,
    object_position,
    to_metres,
)
from samwise_ros.vision.encodings import ImageError
from samwise_ros.vision.masks import Mask


@dataclass(frozen=True, eq=False)
class _Sight:
    """One frame's depth, in the message's numbers and in metres, and how it was taken."""

    header: Header
    pixels: NDArray[Any]
    depth_m: Depth
    camera: Pinhole
    info: CameraInfo


class PlaceOutput:
    """The publishers of one camera's places; they exist from configure to cleanup.

    Attributes:
        placed: frames whose first target got a place.
        missed: why others got none, by kind, since the node was configured.
        reason: why one of the last frame's got none; empty where all that was asked for did.
    """

    def __init__(
        self,
        node: LifecycleNode,
        camera: str,
        depth_range: tuple[float, float],
        lookup: FrameLookup | None,
        publish_tf: bool,
    ) -> None:
        """Create the publishers.

        Args:
            node: the node.
            camera: its name.
            depth_range: nearest and farthest depth that is believed, metres.
            lookup: gives the pose's frame, and is closed by whoever made it; ``None`` keeps the
                image's own frame.
            publish_tf: whether tf has a frame ``<camera>_target``.

        Raises:
            ImportError: tf's messages are not installed.
        """
        # First, since it can fail: then nothing is left behind.
        self._tf = FrameBroadcast(node, f"{camera}_target") if publish_tf else None
        self._node = node
        self._camera = camera
        self._lookup = lookup
        self._range = depth_range
        self.placed = 0
        self.missed: Counter[str] = Counter()
        self.reason = ""
        self._pose = interface.make_publisher(node, interface.TARGET_POSE, camera)
        self._masked = interface.make_publisher(node, interface.MASKED_DEPTH, camera)
        self._info = interface.make_publisher(node, interface.MASKED_INFO, camera)
        self._markers = interface.make_publisher(node, interface.MARKERS, camera)

    def close(self) -> None:
        """Destroy the publishers."""
        for one in (self._pose, self._masked, self._info, self._markers):
            self._node.destroy_lifecycle_publisher(one)
        if self._tf:
            self._tf.close()

    def publish(self, result: FrameResult, header: Header, source: DepthInput) -> None:
        """Send where the targets of one frame are, to those who listen; nothing where it is unsure.

        Args:
            result: of the engine.
            header: of the image.
            source: has the depth.
        """
        self.reason = ""
        targets = [one for one in self._wanted(result) if one.box is not None]
        if not targets:
            return
        try:
            sight = self._look(result, header, source)
        except (DepthError, ImageError) as error:
            self._report_failure(error)
            return
        places = {one.label: self._place(one, sight) for one in targets}
        first = result.targets[0]
        if place := places.get(first.label):
            self._publish_first(first.mask, place, sight)
        if _has_subscribers(self._markers):
            found = [(one, place) for one in targets if (place := places[one.label])]
            if found:
                self._markers.publish(to_markers(found, header))

    def _wanted(self, result: FrameResult) -> tuple[Target, ...]:
        if _has_subscribers(self._markers):
            return result.targets
        others = (self._pose, self._masked, self._info)
        return result.targets[:1] if self._tf or any(map(_has_subscribers, others)) else ()

    def _look(self, result: FrameResult, header: Header, source: DepthInput) -> _Sight:
        shape = (result.frame.image.shape[0], result.frame.image.shape[1])
        depth = source.at(stamp_ns(header.stamp))
        pixels, camera = depth.pixels(header, shape), depth.camera(shape)
        return _Sight(header, pixels, to_metres(pixels, *self._range), camera, depth.info)

    def _place(self, target: Target, sight: _Sight) -> Position3D | None:
        try:
            return object_position(target.mask, sight.depth_m, sight.camera)
        except DepthError as error:
            self._report_failure(error)
            return None

    def _publish_first(self, mask: Mask, place: Position3D, sight: _Sight) -> None:
        if _has_subscribers(self._masked) or _has_subscribers(self._info):
            known = mask & np.isfinite(sight.depth_m)
            self._masked.publish(masked_depth(sight.pixels, known, sight.header))
            info = copy(sight.info)  # it may belong to the next image, too
            info.header = sight.header
            self._info.publish(info)
        point, header = place.centre_m, sight.header
        if self._lookup:
            try:
                point, header = self._lookup.at(point, header)
            except DepthError as error:
                self._report_failure(error)
                return
        pose = PoseStamped(header=header)
        pose.pose.position = Point(x=float(point[0]), y=float(point[1]), z=float(point[2]))
        self._pose.publish(pose)
        if self._tf:
            self._tf.publish(pose)
        self.placed += 1

    def _report_failure(self, error: DepthError | ImageError) -> None:
        self.reason = str(error)
        self.missed[error.kind] += 1
        if self.missed[error.kind] == 1:
            self._node.get_logger().warning(f"{self._camera}: a target has no place: {error}")


def _has_subscribers(publisher: LifecyclePublisher) -> bool:
    return bool(publisher.get_subscription_count() > 0)
