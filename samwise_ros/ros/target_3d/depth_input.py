"""The depth subscriptions of one camera, and the depth image that belongs to an image."""

import threading
from collections import deque

from rclpy.lifecycle import LifecycleNode
from sensor_msgs.msg import CameraInfo

from samwise_ros.interface import topics
from samwise_ros.interface.stamps import SECOND_NS, to_nanoseconds
from samwise_ros.ros.camera.image_qos import lost_images_advice, node_names
from samwise_ros.ros.endpoints import create_subscription
from samwise_ros.ros.target_3d.depth_image import DepthImage, DepthMessage
from samwise_ros.vision.depth import DepthError

TOLERANCE_NS = 20_000_000  # half a frame at 25 Hz; the closest depth is used
WAIT_S = 0.05  # depth is computed from images, so it can arrive after them
MAX_DELAY_NS = SECOND_NS  # depth that is further behind is not merely late
MAX_RECENT = 5


class DepthInput:
    """Subscribes to a camera's depth; created on activation, closed on deactivation.

    Depth belongs to an image if their stamps are equal. Otherwise the closest depth within
    `TOLERANCE_NS` belongs to it. Newer depth arrives while an image is processed: `expect` keeps
    the depth of that image until `get` returns it.

    Attributes:
        topic: full name of the depth topic.
        info_topic: full name of the camera_info topic.
        received: number of depth images that arrived.
    """

    def __init__(self, node: LifecycleNode, camera: str, transport: str = "raw") -> None:
        """Subscribe.

        Args:
            node: the node.
            camera: name of the camera.
            transport: ``raw`` or ``compressedDepth``.
        """
        depth = topics.COMPRESSED_DEPTH if transport == "compressedDepth" else topics.DEPTH
        self._node = node
        self.received = 0
        self._closed = False
        self._info: CameraInfo | None = None
        self._recent: deque[DepthMessage] = deque(maxlen=MAX_RECENT)
        self._expected_ns: int | None = None
        self._match: DepthMessage | None = None
        self._changed = threading.Condition()
        self._declared = depth.name_for(camera), topics.CAMERA_INFO.name_for(camera)
        self.topic, self.info_topic = map(node.resolve_topic_name, self._declared)
        self._subscriptions = (
            create_subscription(node, depth, self._on_depth, camera),
            create_subscription(node, topics.CAMERA_INFO, self._on_info, camera),
        )

    def close(self) -> None:
        """Destroy the subscriptions."""
        for subscription in self._subscriptions:
            self._node.destroy_subscription(subscription)
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def expect(self, image_stamp_ns: int) -> None:
        """Keep the depth of an image whose processing begins; replaces the previous image."""
        with self._changed:
            self._expect(image_stamp_ns)

    def get(self, image_stamp_ns: int) -> DepthImage:
        """Return the depth of an image.

        Waits up to `WAIT_S` for late depth, so it must not run in the executor's thread.

        Args:
            image_stamp_ns: stamp of the image, in nanoseconds.

        Raises:
            DepthError: there is no depth for the image, or no camera_info.
        """
        with self._changed:
            if self._expected_ns != image_stamp_ns:
                self._expect(image_stamp_ns)
            self._changed.wait_for(lambda: not self._is_late(image_stamp_ns), WAIT_S)
            match, info, recent = self._match, self._info, tuple(self._recent)
            self._expected_ns = self._match = None
        if not recent:
            raise DepthError("no depth", self._missing(self._declared[0]))
        if match is None:
            nearest_ns = min((_stamp(depth) - image_stamp_ns for depth in recent), key=abs)
            raise DepthError(
                "no depth of the image's stamp",
                f"expected depth within {TOLERANCE_NS / SECOND_NS:g} s on {self.topic}, "
                f"the closest differs by {nearest_ns / SECOND_NS:+.3f} s",
            )
        if info is None:
            raise DepthError("no camera_info", self._missing(self._declared[1]))
        return DepthImage(match, info)

    def _on_info(self, message: CameraInfo) -> None:
        self._info = message

    def _on_depth(self, message: DepthMessage) -> None:
        with self._changed:
            self.received += 1
            self._recent.append(message)
            if self._expected_ns is not None:
                self._match = _closest(self._expected_ns, self._match, message)
            self._changed.notify_all()

    def _expect(self, image_stamp_ns: int) -> None:
        self._expected_ns = image_stamp_ns
        self._match = _closest(image_stamp_ns, *self._recent)

    def _is_late(self, image_stamp_ns: int) -> bool:
        """Whether the newest depth is older than the image, but not by much."""
        if self._closed or not self._recent:
            return False
        return 0 < image_stamp_ns - _stamp(self._recent[-1]) < MAX_DELAY_NS

    def _missing(self, declared: str) -> str:
        names = node_names(self._node.get_publishers_info_by_topic(declared))  # rclpy remaps it
        topic = self._node.resolve_topic_name(declared)
        if not names:
            return f"no publisher on {topic}"
        return f"{names} publishes {topic}, but no message has arrived{lost_images_advice()}"


def _stamp(message: DepthMessage) -> int:
    return to_nanoseconds(message.header.stamp)


def _closest(image_stamp_ns: int, *depths: DepthMessage | None) -> DepthMessage | None:
    """Return the depth with the closest stamp; ``None`` if none is within the tolerance."""

    def distance_ns(depth: DepthMessage) -> int:
        return abs(_stamp(depth) - image_stamp_ns)

    close = [depth for depth in depths if depth and distance_ns(depth) <= TOLERANCE_NS]
    return min(close, key=distance_ns, default=None)
