"""Frame rates and latencies of a samwise node, computed from its messages."""

import math
import time
from collections import deque
from statistics import median

from diagnostic_msgs.msg import DiagnosticStatus
from rclpy.node import Node

from samwise_ros.client.samwise_client import SamwiseClient
from samwise_ros.msg import Command, CommandArray, Target, TargetArray

WINDOW_S = 5.0
_MODEL_PART = "model"


class CameraMonitor:
    """Statistics of one camera.

    Attributes:
        targets: targets of the last frame.
        dropped: number of frames that the node did not process.
    """

    def __init__(self) -> None:
        """Start without frames."""
        self.targets: list[Target] = []
        self.dropped = 0
        self._frames: deque[tuple[float, float]] = deque(maxlen=1000)  # arrival, latency

    def add(self, message: TargetArray) -> None:
        """Add the targets of a frame."""
        self.targets = list(message.targets)
        self.dropped = message.dropped_frames
        self._frames.append((time.monotonic(), message.latency_seconds))

    def add_diagnostics(self, status: DiagnosticStatus) -> None:
        """Use the node's count of dropped frames: without results there are no targets."""
        values = {pair.key: pair.value for pair in status.values}
        self.dropped = int(values.get("dropped", self.dropped))

    def frames_per_second(self) -> float:
        """Return the mean rate over the last `WINDOW_S`; 0 with fewer than two frames."""
        arrivals = [arrival for arrival, _ in self._recent()]
        if len(arrivals) < 2 or arrivals[-1] == arrivals[0]:
            return 0.0
        return (len(arrivals) - 1) / (arrivals[-1] - arrivals[0])

    def latency_s(self) -> float | None:
        """Return the median latency over the last `WINDOW_S`.

        ``None`` without frames, and if their stamps are zero or of another clock.
        """
        known = [latency for _, latency in self._recent() if not math.isnan(latency)]
        return median(known) if known else None

    def _recent(self) -> list[tuple[float, float]]:
        since = time.monotonic() - WINDOW_S
        return [frame for frame in self._frames if frame[0] > since]


class NodeMonitor:
    """Watches a node.

    Attributes:
        client: client of the node, with its events, commands and diagnostics.
        cameras: statistics of each camera, by name.
        is_running: whether the node exists.
    """

    def __init__(self, node: Node, name: str) -> None:
        """Wait for a node and subscribe to its topics.

        Args:
            node: node of the caller.
            name: full name of the samwise node; empty selects it as in `SamwiseClient`.

        Raises:
            NodeNotFoundError: there is no such node.
            ValueError: there are several nodes and no name was passed.
        """
        self.cameras: dict[str, CameraMonitor] = {}
        self.client = SamwiseClient(node, name=name, on_targets=self._on_targets)
        self.client.wait_until_found()
        self.is_running = True

    def update(self) -> None:
        """Look for new topics and cameras, and check that the node exists."""
        self.client.subscribe()
        self.is_running = self.client.is_running()
        for part, status in self.client.diagnostics.items():
            if part != _MODEL_PART:  # a camera, perhaps without images
                self.cameras.setdefault(part, CameraMonitor()).add_diagnostics(status)

    def commands(self) -> list[tuple[Command, int, bool]]:
        """Return each command with its label and whether the command is paused."""
        latest = self.client.commands
        paused = [state == CommandArray.PAUSED for state in latest.states]
        return list(zip(latest.commands, latest.labels, paused, strict=True))

    def _on_targets(self, message: TargetArray) -> None:
        self.cameras.setdefault(message.camera, CameraMonitor()).add(message)
