"""Positions of the targets of one camera: pose, tf frame, masked depth and markers."""

from collections import Counter
from collections.abc import Collection, Sequence
from copy import copy
from dataclasses import dataclass
from typing import Any

import numpy as np
from geometry_msgs.msg import PoseStamped
from numpy.typing import NDArray
from rclpy.lifecycle import LifecycleNode
from sensor_msgs.msg import CameraInfo
from std_msgs.msg import Header

from samwise_ros.engine.types import FrameResult, Target
from samwise_ros.interface import topics
from samwise_ros.interface.detections import detection_3d_array
from samwise_ros.interface.printable import printable
from samwise_ros.interface.stamps import to_nanoseconds
from samwise_ros.msg import TargetPoseArray
from samwise_ros.ros.endpoints import create_publisher
from samwise_ros.ros.messages import to_message
from samwise_ros.ros.optional_outputs import create_optional_publisher, has_subscribers
from samwise_ros.ros.target_3d.depth_image import masked_depth
from samwise_ros.ros.target_3d.depth_input import DepthInput
from samwise_ros.ros.target_3d.markers import to_markers
from samwise_ros.ros.target_3d.target_poses import IDENTITY, target_pose_array
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
class _DepthFrame:
    """The depth of one frame.

    Attributes:
        header: of the image.
        pixels: (H, W) as in the message.
        depth_m: (H, W) in metres, NaN for invalid depth.
        camera: calibration.
        info: the message of the calibration.
    """

    header: Header
    pixels: NDArray[Any]
    depth_m: Depth
    camera: Pinhole
    info: CameraInfo


class PoseOutput:
    """The publishers of one camera's positions; created on configuration, closed on cleanup.

    Attributes:
        published: frames with a pose of the first target.
        failures: targets without a position, by kind of reason, since the node was configured.
        reason: why a target of the last frame has no position; empty if all have one.
        missing: last frames in a row on which the first target was visible and had no pose.
    """

    def __init__(
        self,
        node: LifecycleNode,
        camera: str,
        *,
        depth_range: tuple[float, float],
        lookup: FrameLookup | None,
        publish_tf: bool,
        rectified: bool | None = None,
    ) -> None:
        """Create the publishers.

        Args:
            node: the node.
            camera: name of the camera.
            depth_range: smallest and largest valid depth, in metres.
            lookup: transforms poses to another frame, and is closed by the caller; ``None`` keeps
                the image's frame.
            publish_tf: whether to publish the tf frame ``<camera>_target``.
            rectified: whether the camera's image is rectified; ``None`` if unknown.

        Raises:
            ImportError: tf2_msgs is not installed.
        """
        # First, because it can fail: no publisher is left over then.
        self._tf = FrameBroadcast(node, f"{camera}_target") if publish_tf else None
        self._node = node
        self._camera = camera
        self._lookup = lookup
        self._range = depth_range
        self._rectified = rectified
        self._lens_logged = False
        self.published = 0
        self.failures: Counter[str] = Counter()
        self.reason = ""
        self.missing = 0
        self._pose = create_publisher(node, topics.TARGET_POSE, camera)
        self._masked = create_publisher(node, topics.MASKED_DEPTH, camera)
        self._info = create_publisher(node, topics.MASKED_INFO, camera)
        self._markers = create_publisher(node, topics.MARKERS, camera)
        self._poses = create_publisher(node, topics.TARGET_POSES, camera)
        self._detections = create_optional_publisher(node, topics.DETECTIONS_3D, camera)

    def close(self) -> None:
        """Destroy the publishers."""
        for publisher in (self._pose, self._poses, self._masked, self._info, self._markers):
            self._node.destroy_lifecycle_publisher(publisher)
        if self._detections:
            self._node.destroy_lifecycle_publisher(self._detections)
        if self._tf:
            self._tf.close()

    def publish(
        self,
        result: FrameResult,
        header: Header,
        depth_input: DepthInput,
        wanted: Collection[str] = (),
    ) -> dict[str, PoseStamped]:
        """Publish the positions of one frame's targets for the topics that have subscribers.

        A target whose depth is unreliable gets no position.

        Args:
            result: of the engine.
            header: of the image.
            depth_input: has the depth of the image.
            wanted: ids of commands whose poses are needed, also without a subscriber.

        Returns:
            The poses of the needed targets that have one, by command id.
        """
        self.reason = ""
        targets = [one for one in self._requested(result, wanted) if one.box is not None]
        if not targets:
            self.missing = 0
            return {}
        published = self.published
        poses = self._publish_targets(targets, result, header, depth_input)
        if self.published > published:
            self.missing = 0
        elif targets[0] is result.targets[0]:
            self.missing += 1
        return poses

    def _publish_targets(
        self,
        targets: Sequence[Target],
        result: FrameResult,
        header: Header,
        depth_input: DepthInput,
    ) -> dict[str, PoseStamped]:
        """Publish the positions of targets; return their poses, by command id."""
        try:
            frame = self._depth_frame(result, header, depth_input)
        except (DepthError, ImageError) as error:
            self._report_failure(error)
            return {}
        positions = [(target, self._position(target, frame)) for target in targets]
        located = [(target, position) for target, position in positions if position is not None]
        if not located:
            return {}
        if located[0][0] is result.targets[0]:
            self._publish_masked_depth(located[0][0].mask, frame)
        if has_subscribers(self._markers):
            self._markers.publish(to_markers(located, header))
        try:
            transform = self._lookup.transform(header) if self._lookup else IDENTITY
            array = target_pose_array(self._camera, located, frame.camera, header, transform)
        except DepthError as error:
            self._report_failure(error)
            return {}
        return self._publish_poses(array, result.targets)

    def _publish_poses(
        self, array: TargetPoseArray, targets: Sequence[Target]
    ) -> dict[str, PoseStamped]:
        """Publish the poses of a frame's targets; return them, by command id."""
        if has_subscribers(self._poses):
            self._poses.publish(array)
        if self._detections and has_subscribers(self._detections):
            self._detections.publish(to_message(detection_3d_array(targets, array)))
        poses = {
            one.command_id: PoseStamped(header=array.header, pose=one.pose.pose)
            for one in array.poses
        }
        if (first := poses.get(targets[0].command.id)) is not None:
            self._pose.publish(first)
            if self._tf:
                self._tf.publish(first)
            self.published += 1
        return poses

    def _requested(self, result: FrameResult, wanted: Collection[str]) -> list[Target]:
        """Return the targets whose position is needed.

        They are all targets if an output of all targets has a subscriber, else the wanted targets,
        and the first if another output has a subscriber.
        """
        if any(map(has_subscribers, (self._poses, self._markers, self._detections))):
            return list(result.targets)
        others = (self._pose, self._masked, self._info)
        first = result.targets[:1] if self._tf or any(map(has_subscribers, others)) else ()
        return [one for one in result.targets if one in first or one.command.id in wanted]

    def _depth_frame(
        self, result: FrameResult, header: Header, depth_input: DepthInput
    ) -> _DepthFrame:
        shape = (result.frame.image.shape[0], result.frame.image.shape[1])
        depth = depth_input.get(to_nanoseconds(header.stamp))
        self._log_distortion(depth.info)
        pixels, camera = depth.pixels(header, shape), depth.camera(shape, bool(self._rectified))
        return _DepthFrame(header, pixels, to_metres(pixels, *self._range), camera, depth.info)

    def _log_distortion(self, info: CameraInfo) -> None:
        """Log once how the distortion is used, if the parameter ``rectified`` is unknown."""
        if self._rectified is None and any(info.d) and not self._lens_logged:
            self._lens_logged = True
            self._node.get_logger().warning(
                f"{self._camera}: camera_info has a lens distortion, the image is assumed to be "
                "unrectified; set the parameter rectified to true or false"
            )

    def _position(self, target: Target, frame: _DepthFrame) -> Position3D | None:
        try:
            return object_position(target.mask, frame.depth_m, frame.camera)
        except DepthError as error:
            self._report_failure(error)
            return None

    def _publish_masked_depth(self, mask: Mask, frame: _DepthFrame) -> None:
        if has_subscribers(self._masked) or has_subscribers(self._info):
            valid = mask & np.isfinite(frame.depth_m)
            self._masked.publish(masked_depth(frame.pixels, valid, frame.header))
            info = copy(frame.info)  # the next image can use the same message
            info.header = frame.header
            self._info.publish(info)

    def _report_failure(self, error: DepthError | ImageError) -> None:
        self.reason = str(error)
        self.failures[error.kind] += 1
        if self.failures[error.kind] == 1:
            text = printable(f"{self._camera}: no position of a target: {error}")
            self._node.get_logger().warning(text)
