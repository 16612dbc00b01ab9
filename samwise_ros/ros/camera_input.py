"""One camera's images: the subscription, and the way from a message to a frame."""

import time
from collections.abc import Callable
from typing import TypeAlias

from rcl_interfaces.msg import ParameterDescriptor
from rclpy.lifecycle import LifecycleNode
from rclpy.qos import QoSPolicyKind, ReliabilityPolicy
from rclpy.qos_overriding_options import QoSOverridingOptions
from rclpy.subscription import Subscription
from rclpy.topic_endpoint_info import TopicEndpointInfo
from sensor_msgs.msg import CompressedImage, Image

from samwise_ros.engine.types import Frame
from samwise_ros.interface import topics as interface
from samwise_ros.interface.parameters import Parameters
from samwise_ros.ros import image_qos as quality
from samwise_ros.ros.camera_statistics import CameraStatistics
from samwise_ros.ros.image_conversion import ImageError, compressed_to_rgb, to_rgb
from samwise_ros.ros.messages import NANOSECONDS, stamp_ns
from samwise_ros.ros.target_3d.depth_input import DepthInput

ImageMessage: TypeAlias = Image | CompressedImage

# Of the reliability there is no one default to override: it follows the publishers. See
# `_reliability_asked_for`.
OVERRIDES = QoSOverridingOptions((QoSPolicyKind.HISTORY, QoSPolicyKind.DEPTH))
OTHER_CLOCK_S = 3600.0  # a stamp further off than this is not of the node's clock


class CameraInput:
    """Subscribes to a camera while it exists; made at activation, closed at deactivation.

    Attributes:
        camera: its name.
        topic: resolved name of the image topic.
        statistics: what became of the images.
        reliability: that the subscription asks for.
        depth: the camera's depth; ``None`` without ``use_depth``.
    """

    def __init__(
        self,
        node: LifecycleNode,
        camera: str,
        parameters: Parameters,
        statistics: CameraStatistics,
        take: Callable[["CameraInput", ImageMessage], None],
    ) -> None:
        """Subscribe.

        Args:
            node: the node.
            camera: its name.
            parameters: as they are now; see `update`.
            statistics: to count in.
            take: gets every image that is due, in the executor's thread.

        Raises:
            RuntimeError: one of the topic's ``qos_overrides`` is none.
            ValueError: the one of the reliability.
        """
        self._node = node
        self.camera = camera
        self._parameters = parameters
        self._take = take
        compressed = parameters.image_transport == "compressed"
        self._images = interface.COMPRESSED_IMAGE if compressed else interface.IMAGE
        self.topic: str = node.resolve_topic_name(self._images.of(camera))
        self.statistics = statistics
        self._asked = _reliability_asked_for(node, self.topic) or parameters.image_reliability
        self._due = 0.0
        self._faults_told: set[str] = set()
        self._began = time.monotonic()
        self.reliability = quality.wanted_reliability(self._asked, self.publishers())
        self._subscription = self._subscribe(self.reliability)
        # Last, since what is above can fail: nothing is left behind then.
        self.depth = DepthInput(node, camera) if parameters.use_depth else None

    def update(self, parameters: Parameters) -> None:
        """Follow parameters that changed."""
        self._parameters = parameters

    def close(self) -> None:
        """End the subscriptions."""
        if self.depth:
            self.depth.close()
        self._node.destroy_subscription(self._subscription)

    def publishers(self) -> list[TopicEndpointInfo]:
        """Give who publishes the image topic now."""
        found: list[TopicEndpointInfo] = self._node.get_publishers_info_by_topic(self.topic)
        return found

    def mismatches(self) -> list[str]:
        """Say which publishers cannot reach us, and why."""
        kind = f"sensor_msgs/msg/{self._images.kind.__name__}"
        return quality.mismatches(self.publishers(), self.reliability, kind)

    def seconds_without_image(self) -> float:
        """Give the time since the last image, or since the subscription where none came."""
        return time.monotonic() - (self.statistics.arrivals.last or self._began)

    def follow_publishers(self) -> None:
        """Subscribe anew where publishers that came or went ask for another reliability."""
        publishers = self.publishers()
        wanted = quality.wanted_reliability(self._asked, publishers)
        if not publishers or wanted == self.reliability:
            return
        self._node.get_logger().info(f"{self.topic}: subscribing {wanted.name.lower()}")
        self._node.destroy_subscription(self._subscription)
        self.reliability = wanted
        self._subscription = self._subscribe(wanted)

    def _subscribe(self, reliability: ReliabilityPolicy) -> Subscription:
        return self._node.create_subscription(
            self._images.kind,
            self._images.of(self.camera),
            self._on_image,
            self._images.profile(reliability),
            qos_overriding_options=OVERRIDES,
        )

    def _on_image(self, message: ImageMessage) -> None:
        self.statistics.received += 1
        self.statistics.arrivals.tick()
        self._note_age("transport", message)
        if self._parameters.max_rate_hz > 0.0:
            now, period = time.monotonic(), 1.0 / self._parameters.max_rate_hz
            if now < self._due:
                self.statistics.rate_limited += 1
                return
            # From when it was due, not from now: else 30 Hz limited to 20 would give 15.
            self._due = max(self._due + period, now)
        self._take(self, message)

    def frame_of(self, message: ImageMessage) -> Frame | None:
        """Convert a message; the worker calls this, since it takes time.

        Returns:
            The frame, or ``None`` where the image cannot be used or is too old: that is counted
            and, once for each kind of fault, logged.
        """
        age_s = self._note_age("age", message)
        if 0.0 < self._parameters.max_frame_age < age_s:
            self.statistics.too_old += 1
            self._tell_once("too old", f"{age_s:.3f} s, max_frame_age allows less")
            return None
        began = time.perf_counter()
        try:
            image = (
                compressed_to_rgb(message)
                if isinstance(message, CompressedImage)
                else to_rgb(message)
            )
        except ImageError as error:
            self.statistics.refused[error.kind] += 1
            self._tell_once(error.kind, str(error))
            return None
        self.statistics.times_s["conversion"].append(time.perf_counter() - began)
        return Frame(image, self.camera, stamp_ns(message.header.stamp))

    def _note_age(self, name: str, message: ImageMessage) -> float:
        """Give the time since the image's stamp, and keep it where it is of the node's clock."""
        now_ns: int = self._node.get_clock().now().nanoseconds
        age_s = (now_ns - stamp_ns(message.header.stamp)) / NANOSECONDS
        if abs(age_s) < OTHER_CLOCK_S:
            self.statistics.times_s[name].append(age_s)
        return age_s

    def _tell_once(self, kind: str, detail: str) -> None:
        if kind not in self._faults_told:
            self._faults_told.add(kind)
            self._node.get_logger().warning(f"{self.topic}: image dropped: {detail}")


def _reliability_asked_for(node: LifecycleNode, topic: str) -> str:
    """Give what ``qos_overrides`` say of the subscription's reliability, empty where nothing.

    Left to rclpy, the parameter would be declared with the first subscription's reliability and
    hold all later ones to it.

    Raises:
        ValueError: it is no reliability.
    """
    name = f"qos_overrides.{topic}.subscription.reliability"
    if not node.has_parameter(name):
        about = "best_effort or reliable; empty: as image_reliability says. Given at the start."
        node.declare_parameter(name, "", ParameterDescriptor(description=about, read_only=True))
    asked = str(node.get_parameter(name).value).lower()
    if asked not in ("", "best_effort", "reliable"):
        raise ValueError(f"{name}: expected best_effort or reliable, got {asked!r}")
    return asked
