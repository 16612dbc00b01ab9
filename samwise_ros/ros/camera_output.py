"""What goes out for each processed frame of one camera."""

import numpy as np
from rclpy.lifecycle import LifecycleNode
from std_msgs.msg import Header

from samwise_ros.engine.types import FrameResult, Target
from samwise_ros.interface import topics as interface
from samwise_ros.ros.camera_statistics import CameraStatistics
from samwise_ros.ros.image_conversion import to_compressed_message, to_image_message
from samwise_ros.ros.messages import NANOSECONDS, grey, stamp_ns, to_targets
from samwise_ros.vision.masks import label_mask
from samwise_ros.vision.overlay import Layer, draw_overlay


class CameraOutput:
    """The publishers of one camera; they exist from configure to cleanup."""

    def __init__(self, node: LifecycleNode, camera: str) -> None:
        """Create the publishers."""
        self._node = node
        self._mask = interface.make_publisher(node, interface.MASK, camera)
        self._label_mask = interface.make_publisher(node, interface.LABEL_MASK, camera)
        self._targets = interface.make_publisher(node, interface.TARGETS, camera)
        self._overlay = interface.make_publisher(node, interface.OVERLAY, camera)
        self._compressed = interface.make_publisher(node, interface.COMPRESSED_OVERLAY, camera)

    def close(self) -> None:
        """Destroy the publishers."""
        for one in (
            self._mask,
            self._label_mask,
            self._targets,
            self._overlay,
            self._compressed,
        ):
            self._node.destroy_lifecycle_publisher(one)

    def publish(
        self,
        result: FrameResult,
        header: Header,
        inference_s: float,
        overlay_alpha: float,
        statistics: CameraStatistics,
    ) -> None:
        """Send the masks and targets of one frame, and the overlay if anybody looks at it.

        Args:
            result: of the engine.
            header: of the image.
            inference_s: time the engine took.
            overlay_alpha: how much of the colour lies over the image.
            statistics: to count in, and to take the drops from.
        """
        size = (result.frame.image.shape[0], result.frame.image.shape[1])
        primary = result.targets[0].mask if result.targets else np.zeros(size, np.bool_)
        masks = [target.mask for target in result.targets]
        labels = label_mask(size, masks, [target.label for target in result.targets])
        self._mask.publish(to_image_message(grey(primary), "mono8", header))
        self._label_mask.publish(to_image_message(labels, "mono8", header))
        message = to_targets(result, header)
        elapsed_ns = self._node.get_clock().now().nanoseconds - stamp_ns(header.stamp)
        message.inference_seconds = inference_s
        message.latency_seconds = elapsed_ns / NANOSECONDS
        message.dropped_frames = statistics.dropped
        self._targets.publish(message)
        self._publish_overlay(result, header, overlay_alpha)
        statistics.times_s["latency"].append(message.latency_seconds)
        statistics.times_s["inference"].append(inference_s)
        statistics.results.tick()

    def _publish_overlay(self, result: FrameResult, header: Header, alpha: float) -> None:
        raw = self._overlay.get_subscription_count() > 0
        compressed = self._compressed.get_subscription_count() > 0
        if not raw and not compressed:
            return
        drawn = draw_overlay(result.frame.image, [_layer(t) for t in result.targets], alpha)
        if raw:
            self._overlay.publish(to_image_message(drawn, "rgb8", header))
        if compressed:
            self._compressed.publish(to_compressed_message(drawn, header))


def _layer(target: Target) -> Layer:
    state = target.state.name.lower()
    return Layer(target.mask, target.label, target.command.sentence, target.score, state)
