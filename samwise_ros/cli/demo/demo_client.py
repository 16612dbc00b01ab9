"""The demo's ears and voice: says sentences to the node and hears what it finds."""

from collections import deque
from dataclasses import dataclass
from typing import Any

import numpy as np
from builtin_interfaces.msg import Time
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus
from numpy.typing import NDArray
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from sensor_msgs.msg import Image
from std_msgs.msg import String

from samwise_ros.client.names import NODE
from samwise_ros.msg import TargetArray, TargetEvent

IMAGE_TOPIC = "/camera/image_raw"
SECOND_NS = 1_000_000_000
_WAITING_MASKS = 8


@dataclass(frozen=True, eq=False)
class Finding:
    """What the node found on one frame.

    Attributes:
        stamp_ns: of the frame.
        latency_s: from the stamp to the mask's arrival here.
        sentence: what was looked for; empty where nothing was.
        mask: (H, W) bool.
        dropped: frames that the node did not look at, so far.
    """

    stamp_ns: int
    latency_s: float
    sentence: str
    mask: NDArray[np.bool_]
    dropped: int


class DemoClient(Node):
    """Collects what comes while `listen` runs; whoever reads it takes it out.

    Attributes:
        findings: in the order of their stamps.
        overlays: stamp in nanoseconds, and (H, W, 3) uint8 RGB.
        events: of the node.
        trouble: what the node's diagnostics complain of, empty where they do not.
        failed: whether it is an error, so that no more is to be expected.
    """

    def __init__(self) -> None:
        """Subscribe to all that the demo shows."""
        super().__init__("demo_director")
        self.findings: deque[Finding] = deque()
        self.overlays: deque[tuple[int, NDArray[np.uint8]]] = deque()
        self.events: deque[TargetEvent] = deque()
        self.trouble = ""
        self.failed = False
        self._masks: dict[int, tuple[NDArray[np.bool_], float]] = {}
        self._voice = self.create_publisher(String, f"{NODE}/command", 10)
        output = f"{NODE}/camera"
        on_mask: Any = self._on_mask  # rclpy's types do not know callbacks of two arguments
        self.create_subscription(Image, f"{output}/mask", on_mask, 5)
        self.create_subscription(TargetArray, f"{output}/targets", self._on_targets, 5)
        self.create_subscription(Image, f"{output}/overlay", self._on_overlay, 5)
        self.create_subscription(TargetEvent, f"{NODE}/events", self._on_event, 50)
        self.create_subscription(DiagnosticArray, "/diagnostics", self._on_diagnostics, 10)
        self._executor = SingleThreadedExecutor()
        self._executor.add_node(self)

    def listen(self, seconds: float) -> None:
        """Take what comes, for at most so long."""
        self._executor.spin_once(timeout_sec=seconds)

    def say(self, sentence: str) -> None:
        """Tell the node what to look for."""
        self._voice.publish(String(data=sentence))

    def is_heard(self) -> bool:
        """Say whether the node listens to sentences and to the camera."""
        return self._voice.get_subscription_count() > 0 and self.count_subscribers(IMAGE_TOPIC) > 0

    def close(self) -> None:
        """Leave."""
        self._executor.shutdown()
        Node.destroy_node(self)

    def _on_mask(self, message: Image, information: dict[str, Any]) -> None:
        stamp_ns = _nanoseconds(message.header.stamp)
        # When it came, not when this busy process got round to it.
        latency_s = (information["received_timestamp"] - stamp_ns) / SECOND_NS
        self._masks[stamp_ns] = _pixels(message, 1)[..., 0] > 0, latency_s
        while len(self._masks) > _WAITING_MASKS:
            self._masks.pop(next(iter(self._masks)))

    def _on_targets(self, message: TargetArray) -> None:
        stamp_ns = _nanoseconds(message.header.stamp)
        mask, latency_s = self._masks.pop(stamp_ns, (None, 0.0))
        if mask is not None:
            sentence = message.targets[0].sentence if message.targets else ""
            finding = Finding(stamp_ns, latency_s, sentence, mask, message.dropped_frames)
            self.findings.append(finding)

    def _on_overlay(self, message: Image) -> None:
        self.overlays.append((_nanoseconds(message.header.stamp), _pixels(message, 3)))

    def _on_event(self, message: TargetEvent) -> None:
        self.events.append(message)

    def _on_diagnostics(self, message: DiagnosticArray) -> None:
        ours = [one for one in message.status if one.name.startswith(f"{NODE[1:]}:")]
        if ours:  # and not another node's
            bad = [one for one in ours if one.level != DiagnosticStatus.OK]
            self.trouble = "; ".join(one.message for one in bad)
            self.failed = any(one.level == DiagnosticStatus.ERROR for one in bad)


def _nanoseconds(stamp: Time) -> int:
    return int(stamp.sec) * SECOND_NS + int(stamp.nanosec)


def _pixels(message: Image, channels: int) -> NDArray[np.uint8]:
    """View a message of the node, whose rows have no padding, as (H, W, channels)."""
    data = np.frombuffer(message.data, np.uint8)
    return data.reshape(message.height, message.width, channels)
