"""Targets of one camera in the messages that other packages read: vision_msgs, foxglove_msgs."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rclpy.lifecycle import LifecycleNode
from std_msgs.msg import Header

from samwise_ros.engine.types import FrameResult
from samwise_ros.interface import topics
from samwise_ros.interface.annotations import image_annotations
from samwise_ros.interface.detections import detection_2d_array, label_info
from samwise_ros.ros.messages import to_message
from samwise_ros.ros.optional_outputs import create_optional_publisher, has_subscribers

if TYPE_CHECKING:
    from samwise_ros.engine.commands import CommandStatus  # importing it imports torch


class StandardOutput:
    """The publishers of one camera; a publisher is ``None`` if its type is not installed."""

    def __init__(self, node: LifecycleNode, camera: str) -> None:
        """Create the publishers."""
        self._node = node
        self._camera = camera
        self._detections = create_optional_publisher(node, topics.DETECTIONS, camera)
        self._labels = create_optional_publisher(node, topics.LABEL_INFO, camera)
        self._annotations = create_optional_publisher(node, topics.ANNOTATIONS, camera)

    def close(self) -> None:
        """Destroy the publishers."""
        for publisher in (self._detections, self._labels, self._annotations):
            if publisher:
                self._node.destroy_lifecycle_publisher(publisher)

    def publish(self, result: FrameResult, header: Header) -> None:
        """Publish the targets of one frame on the topics that have subscribers.

        Args:
            result: of the engine.
            header: of the image.
        """
        if self._detections and has_subscribers(self._detections):
            self._detections.publish(to_message(detection_2d_array(result, header)))
        if self._annotations and has_subscribers(self._annotations):
            self._annotations.publish(to_message(image_annotations(result, header.stamp)))

    def publish_labels(self, commands: Sequence["CommandStatus"], threshold: float) -> None:
        """Publish which sentence each label stands for.

        Args:
            commands: the active ones.
            threshold: pixels with a higher probability belong to the mask.
        """
        if self._labels:
            header = Header(stamp=self._node.get_clock().now().to_msg())
            labels = label_info(commands, self._camera, threshold, header)
            self._labels.publish(to_message(labels))
