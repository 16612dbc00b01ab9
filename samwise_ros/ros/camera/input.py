"""The image subscription of one camera."""

import time
from collections.abc import Callable

from rclpy.lifecycle import LifecycleNode
from rclpy.qos import QoSPolicyKind
from rclpy.qos_overriding_options import QoSOverridingOptions
from rclpy.subscription import Subscription
from rclpy.topic_endpoint_info import TopicEndpointInfo

from samwise_ros.interface.parameters import Parameters
from samwise_ros.interface.topics import COMPRESSED_IMAGE, IMAGE, Reliability, Topic
from samwise_ros.ros.camera import image_qos
from samwise_ros.ros.camera.image_conversion import ImageMessage
from samwise_ros.ros.camera.statistics import RATE_LIMITED, SUPERSEDED, CameraStatistics
from samwise_ros.ros.endpoints import create_subscription
from samwise_ros.ros.messages import seconds_since

# Without the reliability: it follows the publishers, see `image_qos.reliability_override`.
OVERRIDES = QoSOverridingOptions((QoSPolicyKind.HISTORY, QoSPolicyKind.DEPTH))


def image_topic(parameters: Parameters) -> Topic:
    """Return the image topic of the chosen transport."""
    return COMPRESSED_IMAGE if parameters.image_transport == "compressed" else IMAGE


class CameraInput:
    """Subscribes to a camera and queues its images; created on activation, closed on deactivation.

    Attributes:
        camera: name of the camera.
        topic: full name of the image topic.
        statistics: counts of the camera's images.
        reliability: of the subscription.
        enabled: whether images are queued.
    """

    def __init__(
        self,
        node: LifecycleNode,
        camera: str,
        parameters: Parameters,
        statistics: CameraStatistics,
        offer: Callable[[str, ImageMessage, bool], bool],
    ) -> None:
        """Subscribe.

        Args:
            node: the node.
            camera: name of the camera.
            parameters: current values; see `update`.
            statistics: receives the counts.
            offer: queues an image of a camera, if wanted only in place of a waiting one, and
                returns whether it replaced one.

        Raises:
            RuntimeError: a value of the topic's ``qos_overrides`` is invalid.
            ValueError: the reliability of the topic's ``qos_overrides`` is invalid.
        """
        self._node = node
        self.camera = camera
        self._parameters = parameters
        self._offer = offer
        self._declared = image_topic(parameters)
        self.topic: str = node.resolve_topic_name(self._declared.name_for(camera))
        self.statistics = statistics
        self.enabled = True
        override = image_qos.reliability_override(node, self.topic)
        self._requested = override or parameters.image_reliability
        self._next_due = 0.0
        self._subscribed_at = time.monotonic()
        self.reliability = image_qos.choose_reliability(self._requested, self.publishers())
        self._subscription = self._subscribe(self.reliability)
        names = image_qos.node_names(self.publishers()) or "none yet"
        reliability = self.reliability.replace("_", " ")
        node.get_logger().info(f"subscribed to {self.topic}, {reliability}; publisher: {names}")

    def update(self, parameters: Parameters) -> None:
        """Use changed parameters."""
        self._parameters = parameters
        if parameters.max_rate_hz > 0.0:  # a slower rate than before must not delay the next image
            self._next_due = min(self._next_due, time.monotonic() + 1.0 / parameters.max_rate_hz)

    def set_enabled(self, enabled: bool) -> None:
        """Queue images, or ignore them."""
        if enabled and not self.enabled:
            self.statistics.restart_count()
        self.enabled = enabled

    def close(self) -> None:
        """Destroy the subscription."""
        self._node.destroy_subscription(self._subscription)

    def publishers(self) -> list[TopicEndpointInfo]:
        """Return the current publishers of the image topic."""
        found: list[TopicEndpointInfo] = self._node.get_publishers_info_by_topic(
            self._declared.name_for(self.camera)  # rclpy remaps the name
        )
        return found

    def mismatches(self) -> list[str]:
        """Describe the publishers that cannot reach the subscription."""
        type_name = self._declared.type_name
        return image_qos.mismatches(self.publishers(), self.reliability, type_name)

    def seconds_without_image(self) -> float:
        """Return the time since the last image, or since the subscription if there was none."""
        return time.monotonic() - (self.statistics.arrivals.last or self._subscribed_at)

    def follow_publishers(self) -> None:
        """Subscribe again if the current publishers call for another reliability."""
        publishers = self.publishers()
        chosen = image_qos.choose_reliability(self._requested, publishers)
        if not publishers or chosen == self.reliability:
            return
        self._node.get_logger().info(f"{self.topic}: subscribing {chosen}")
        self._node.destroy_subscription(self._subscription)
        self.reliability = chosen
        self._subscription = self._subscribe(chosen)

    def _subscribe(self, reliability: Reliability) -> Subscription:
        return create_subscription(
            self._node,
            self._declared,
            self._on_image,
            self.camera,
            reliability=reliability,
            overrides=OVERRIDES,
        )

    def _on_image(self, message: ImageMessage) -> None:
        self.statistics.arrived()
        self.statistics.add_time("transport", seconds_since(self._node, message.header.stamp))
        if not self.enabled:
            return
        # A newer image replaces one that waits, whatever the rate.
        is_over_rate = self._exceeds_rate()
        if self._offer(self.camera, message, is_over_rate):
            self.statistics.drop(SUPERSEDED)
        elif is_over_rate:
            self.statistics.drop(RATE_LIMITED)

    def _exceeds_rate(self) -> bool:
        if self._parameters.max_rate_hz <= 0.0:
            return False
        now, period = time.monotonic(), 1.0 / self._parameters.max_rate_hz
        if now < self._next_due:
            return True
        # Counted from the due time, not from now: otherwise 30 Hz limited to 20 becomes 15. After a
        # pause from now, or two images would follow each other.
        is_continuous = now - self._next_due < period
        self._next_due = (self._next_due if is_continuous else now) + period
        return False
