"""Masks, targets and overlays of one camera."""

import math

import numpy as np
from rclpy.lifecycle import LifecycleNode
from std_msgs.msg import Header

from samwise_ros.engine.overlay import draw_targets
from samwise_ros.engine.types import FrameResult
from samwise_ros.interface import messages, topics
from samwise_ros.interface.messages import EventPosition
from samwise_ros.ros.camera.image_qos import node_name
from samwise_ros.ros.camera.standard_output import StandardOutput
from samwise_ros.ros.camera.statistics import CameraStatistics
from samwise_ros.ros.endpoints import create_publisher, deadline_s
from samwise_ros.ros.messages import seconds_since, to_message
from samwise_ros.vision.masks import label_mask


class CameraOutput:
    """The publishers of one camera; created on configuration, closed on cleanup.

    Attributes:
        standard: the same targets in messages of other packages.
    """

    def __init__(self, node: LifecycleNode, camera: str) -> None:
        """Create the publishers."""
        self._node = node
        self._mask = create_publisher(node, topics.MASK, camera)
        self._label_mask = create_publisher(node, topics.LABEL_MASK, camera)
        self._targets = create_publisher(node, topics.TARGETS, camera)
        self._declared_targets = topics.TARGETS.name_for(camera)
        self._overlay = create_publisher(node, topics.OVERLAY, camera)
        self._compressed = create_publisher(node, topics.COMPRESSED_OVERLAY, camera)
        self.standard = StandardOutput(node, camera)

    def close(self) -> None:
        """Destroy the publishers."""
        for publisher in (
            self._mask,
            self._label_mask,
            self._targets,
            self._overlay,
            self._compressed,
        ):
            self._node.destroy_lifecycle_publisher(publisher)
        self.standard.close()

    def publish(
        self,
        result: FrameResult,
        header: Header,
        *,
        inference_s: float,
        overlay_alpha: float,
        statistics: CameraStatistics,
        position: EventPosition,
    ) -> None:
        """Publish the masks and targets of one frame, and the overlay if it has subscribers.

        Args:
            result: of the engine.
            header: of the image.
            inference_s: time that the engine took, in seconds.
            overlay_alpha: opacity of the masks' colours, 0 to 1.
            statistics: receives latency, inference time and the output rate.
            position: of the last event up to this frame.
        """
        size = (result.frame.image.shape[0], result.frame.image.shape[1])
        first = result.targets[0].mask if result.targets else np.zeros(size, np.bool_)
        masks = [target.mask for target in result.targets]
        labels = label_mask(size, masks, [target.label for target in result.targets])
        self._mask.publish(to_message(messages.mask_image(first, header)))
        self._label_mask.publish(to_message(messages.image(labels, "mono8", header)))
        latency_s = seconds_since(self._node, header.stamp)
        targets = messages.target_array(
            result,
            header,
            inference_s=inference_s,
            latency_s=latency_s,
            dropped_frames=statistics.dropped,
            position=position,
        )
        self._targets.publish(to_message(targets))
        self.standard.publish(result, header)
        self._publish_overlay(result, header, overlay_alpha)
        statistics.add_time("latency", latency_s)
        statistics.add_time("inference", inference_s)
        statistics.processed()

    def requested_deadline(self) -> tuple[float, str]:
        """Return the shortest deadline that a compatible subscriber of the targets requests.

        Returns:
            Seconds, infinite if none requests one, and the full name of the subscriber's node.
        """
        found = self._node.get_subscriptions_info_by_topic(self._declared_targets)
        requested = [(deadline_s(one.qos_profile), node_name(one)) for one in found]
        offered_s = deadline_s(self._targets.qos_profile)
        return min((one for one in requested if one[0] >= offered_s), default=(math.inf, ""))

    def _publish_overlay(self, result: FrameResult, header: Header, alpha: float) -> None:
        raw = self._overlay.get_subscription_count() > 0
        compressed = self._compressed.get_subscription_count() > 0
        if not raw and not compressed:
            return
        drawn = draw_targets(result.frame.image, result.targets, alpha)
        if raw:
            self._overlay.publish(to_message(messages.image(drawn, "rgb8", header)))
        if compressed:
            self._compressed.publish(to_message(messages.jpeg_image(drawn, header)))
