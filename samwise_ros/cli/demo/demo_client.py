"""Receives what the demo shows: masks with their targets, overlays, events and diagnostics."""

from collections import deque
from dataclasses import dataclass
from typing import Any

import numpy as np
from diagnostic_msgs.msg import DiagnosticStatus
from numpy.typing import NDArray
from rclpy.node import Node
from sensor_msgs.msg import Image
from std_msgs.msg import String

from samwise_ros.client.image_message import to_pixels
from samwise_ros.client.names import DEFAULT_NODE, resolve_topic
from samwise_ros.client.samwise_client import SamwiseClient
from samwise_ros.interface.stamps import SECOND_NS, to_nanoseconds
from samwise_ros.interface.topics import IMAGE, MASK, OVERLAY
from samwise_ros.msg import TargetArray, TargetEvent

_IMAGE_TOPIC = f"/{resolve_topic(IMAGE.name)}"
_DEPTH = 5
_WAITING_MASKS = 8


@dataclass(frozen=True, eq=False)
class ProcessedFrame:
    """The mask that the node published for a frame.

    Attributes:
        stamp_ns: stamp of the frame.
        latency_s: time from the stamp to the arrival of the mask.
        sentence: sentence of the first command; empty without commands.
        mask: (H, W) bool.
        dropped: number of frames that the node did not process.
    """

    stamp_ns: int
    latency_s: float
    sentence: str
    mask: NDArray[np.bool_]
    dropped: int


class DemoClient:
    """Collects messages while the demo spins; the demo takes them out of the queues.

    Attributes:
        frames: processed frames in the order of their stamps.
        overlays: stamps in nanoseconds with (H, W, 3) uint8 RGB images.
    """

    def __init__(self, node: Node) -> None:
        """Subscribe to the topics of `DEFAULT_NODE`."""
        self.frames: deque[ProcessedFrame] = deque()
        self.overlays: deque[tuple[int, NDArray[np.uint8]]] = deque()
        self._node = node
        self._masks: dict[int, tuple[NDArray[np.bool_], float]] = {}
        self._client = SamwiseClient(node, name=DEFAULT_NODE, on_targets=self._on_targets)
        on_mask: Any = self._on_mask  # rclpy's types do not allow callbacks with two arguments
        node.create_subscription(Image, resolve_topic(MASK.name), on_mask, _DEPTH)
        node.create_subscription(Image, resolve_topic(OVERLAY.name), self._on_overlay, _DEPTH)

    def close(self) -> None:
        """Free the executor."""
        self._client.close()

    def spin_once(self, timeout_s: float) -> None:
        """Receive at most one message."""
        self._client.spin_once(timeout_s)

    def is_ready(self) -> bool:
        """Return whether the node accepts sentences and subscribes to the camera."""
        return self._client.connect() and self._node.count_subscribers(_IMAGE_TOPIC) > 0

    def send(self, sentence: str) -> None:
        """Send a sentence to the ready node."""
        self._client.send(String(data=sentence))

    def new_events(self) -> list[TargetEvent]:
        """Return the events since the last call."""
        return list(self._client.events(timeout_s=0.0))

    def problem(self) -> str:
        """Return the messages of all diagnostics that are not OK."""
        return "; ".join(
            status.message
            for status in self._client.diagnostics.values()
            if status.level != DiagnosticStatus.OK
        )

    def has_failed(self) -> bool:
        """Return whether the diagnostics contain an error."""
        levels = [status.level for status in self._client.diagnostics.values()]
        return DiagnosticStatus.ERROR in levels

    def _on_mask(self, message: Image, information: dict[str, Any]) -> None:
        stamp_ns = to_nanoseconds(message.header.stamp)
        # The middleware's time of arrival: this process may have been busy since then.
        latency_s = (information["received_timestamp"] - stamp_ns) / SECOND_NS
        self._masks[stamp_ns] = to_pixels(message)[..., 0] > 0, latency_s
        while len(self._masks) > _WAITING_MASKS:
            self._masks.pop(next(iter(self._masks)))

    def _on_targets(self, message: TargetArray) -> None:
        stamp_ns = to_nanoseconds(message.header.stamp)
        mask, latency_s = self._masks.pop(stamp_ns, (None, 0.0))
        if mask is not None:
            sentence = message.targets[0].sentence if message.targets else ""
            dropped = message.dropped_frames
            self.frames.append(ProcessedFrame(stamp_ns, latency_s, sentence, mask, dropped))

    def _on_overlay(self, message: Image) -> None:
        self.overlays.append((to_nanoseconds(message.header.stamp), to_pixels(message)))
