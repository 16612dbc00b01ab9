"""One camera's depth: the subscriptions, and the depth that belongs to an image."""

import threading
from collections import deque

from rclpy.lifecycle import LifecycleNode
from sensor_msgs.msg import CameraInfo, Image

from samwise_ros.interface import topics as interface
from samwise_ros.ros.image_qos import full_name
from samwise_ros.ros.messages import NANOSECONDS, stamp_ns
from samwise_ros.ros.target_3d.depth_image import DepthImage
from samwise_ros.vision.depth import DepthError

TOLERANCE_NS = 20_000_000  # less than half a frame at 25 Hz: no other image is nearer
PATIENCE_S = 0.05  # depth is computed from images, so it may come after them
LATE_NS = NANOSECONDS  # depth that is further behind than this is not just late
MAX_RECENT = 5
MAX_HELD = 16  # two clips of images


class DepthInput:
    """Subscribes to a camera's depth while it exists; made at activation, closed at deactivation.

    Depth belongs to an image if their stamps are equal or, where none is, if it is the nearest and
    within `TOLERANCE_NS`. Masks take time, and meanwhile newer depth comes: what belongs to an
    image that was announced by `hold` is kept for it.

    Attributes:
        topic: resolved name of the depth topic.
        info_topic: resolved name of the topic of the camera's parameters.
        received: depth images that came.
    """

    def __init__(self, node: LifecycleNode, camera: str) -> None:
        """Subscribe.

        Args:
            node: the node.
            camera: its name.
        """
        self._node = node
        self.received = 0
        self._closed = False
        self._info: CameraInfo | None = None
        self._recent: deque[Image] = deque(maxlen=MAX_RECENT)
        self._held: dict[int, Image | None] = {}
        self._changed = threading.Condition()
        depth, info = interface.DEPTH, interface.CAMERA_INFO
        self.topic: str = node.resolve_topic_name(depth.of(camera))
        self.info_topic: str = node.resolve_topic_name(info.of(camera))
        self._subscriptions = (
            node.create_subscription(depth.kind, depth.of(camera), self._on_depth, depth.profile()),
            node.create_subscription(info.kind, info.of(camera), self._on_info, info.profile()),
        )

    def close(self) -> None:
        """End the subscriptions."""
        for one in self._subscriptions:
            self._node.destroy_subscription(one)
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def hold(self, image_stamp_ns: int) -> None:
        """Keep the depth of an image that is being worked on; of many such, the newest's."""
        with self._changed:
            self._hold(image_stamp_ns)

    def at(self, image_stamp_ns: int) -> DepthImage:
        """Give the depth of an image, and forget that it was held.

        Waits a moment for depth that is on its way, so not in the executor's thread.

        Args:
            image_stamp_ns: of the image, in nanoseconds.

        Raises:
            DepthError: there is none, or the camera's parameters are not known.
        """
        with self._changed:
            self._hold(image_stamp_ns)
            self._changed.wait_for(lambda: not self._on_its_way(image_stamp_ns), PATIENCE_S)
            message = self._held.pop(image_stamp_ns)
            info, recent = self._info, tuple(self._recent)
        if not recent:
            raise DepthError("no depth", self._silence(self.topic))
        if message is None:
            nearest = min((_stamp(one) - image_stamp_ns for one in recent), key=abs)
            raise DepthError(
                "no depth of the image's stamp",
                f"expected one within {TOLERANCE_NS / NANOSECONDS:g} s on {self.topic}, "
                f"the nearest is {nearest / NANOSECONDS:+.3f} s off",
            )
        if info is None:
            raise DepthError("no camera_info", self._silence(self.info_topic))
        return DepthImage(message, info)

    def _on_info(self, message: CameraInfo) -> None:
        self._info = message

    def _on_depth(self, message: Image) -> None:
        with self._changed:
            self.received += 1
            self._recent.append(message)
            for wanted, held in self._held.items():
                self._held[wanted] = _nearest(wanted, held, message)
            self._changed.notify_all()

    def _hold(self, wanted: int) -> None:
        if wanted not in self._held:
            self._held[wanted] = _nearest(wanted, *self._recent)
        while len(self._held) > MAX_HELD:
            del self._held[next(iter(self._held))]

    def _on_its_way(self, wanted: int) -> bool:
        """Whether the depth camera is behind the image, but not by much."""
        if self._closed or not self._recent:
            return False
        return 0 < wanted - _stamp(self._recent[-1]) < LATE_NS

    def _silence(self, topic: str) -> str:
        publishers = self._node.get_publishers_info_by_topic(topic)
        names = ", ".join(sorted({full_name(one) for one in publishers}))
        if not names:
            return f"nobody publishes {topic}"
        return (
            f"{names} publishes {topic}, but none has come: if this goes on, large images are lost "
            "with the middleware's default buffers, start the camera with config/fastdds.xml"
        )


def _stamp(message: Image) -> int:
    return stamp_ns(message.header.stamp)


def _nearest(wanted: int, *messages: Image | None) -> Image | None:
    """The one whose stamp is nearest to the wanted, ``None`` where none is within the tolerance."""
    near = [one for one in messages if one and abs(_stamp(one) - wanted) <= TOLERANCE_NS]
    return min(near, key=lambda one: abs(_stamp(one) - wanted), default=None)
