"""What `samwise watch` has heard of a node."""

import time
from collections import deque
from collections.abc import Callable
from statistics import median

from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus

from samwise_ros.client.discovery import LATCHED, Graph
from samwise_ros.msg import Command, CommandArray, Target, TargetArray, TargetEvent

WINDOW_S = 5.0


class CameraEar:
    """What came of one camera.

    Attributes:
        targets: of the last frame.
        dropped: frames that the node did not look at, so far.
    """

    def __init__(self) -> None:
        """Begin with nothing heard."""
        self.targets: list[Target] = []
        self.dropped = 0
        self._frames: deque[tuple[float, float]] = deque(maxlen=1000)  # arrival, latency

    def hear(self, message: TargetArray) -> None:
        """Take one frame's targets."""
        self.targets = list(message.targets)
        self.dropped = message.dropped_frames
        self._frames.append((time.monotonic(), message.latency_seconds))

    def frames_per_second(self) -> float:
        """Give the mean rate over the last seconds, 0 where fewer than two frames came."""
        arrivals = [arrival for arrival, _ in self._recent()]
        if len(arrivals) < 2 or arrivals[-1] == arrivals[0]:
            return 0.0
        return (len(arrivals) - 1) / (arrivals[-1] - arrivals[0])

    def latency_s(self) -> float | None:
        """Give the median latency over the last seconds, in seconds; ``None`` without frames."""
        recent = self._recent()
        return median(latency for _, latency in recent) if recent else None

    def _recent(self) -> list[tuple[float, float]]:
        since = time.monotonic() - WINDOW_S
        return [one for one in self._frames if one[0] > since]


class NodeMonitor:
    """Listens to all that a node says.

    Attributes:
        node: its full name.
        present: whether it is on the graph.
        cameras: what came of each, by name.
        commands: the living ones, each with its label and whether it is paused.
        health: the node's diagnostics, by what they are of: ``model`` or a camera.
    """

    def __init__(self, graph: Graph, node: str, on_event: Callable[[TargetEvent], None]) -> None:
        """Begin to listen.

        Args:
            graph: to hear by.
            node: full name of the node.
            on_event: called with each event.
        """
        self.node = node
        self.present = True
        self.cameras: dict[str, CameraEar] = {}
        self.commands: list[tuple[Command, int, bool]] = []
        self.health: dict[str, DiagnosticStatus] = {}
        self._graph = graph
        self._tell = on_event
        self._topics: set[str] = set()
        self.look_around()

    def look_around(self) -> None:
        """Listen to topics that are new, and see whether the node is still there."""
        self.present = self._graph.has(self.node)
        subscribe = self._graph.node.create_subscription
        for topic in self._new(TargetEvent):
            subscribe(TargetEvent, topic, self._on_event, 50)
        for topic in self._new(CommandArray):
            subscribe(CommandArray, topic, self._on_commands, LATCHED)
        for topic in self._new(DiagnosticArray):
            subscribe(DiagnosticArray, topic, self._on_diagnostics, 10)
        for topic in self._new(TargetArray):
            camera = CameraEar()
            self.cameras[topic.removeprefix(f"{self.node}/").removesuffix("/targets")] = camera
            subscribe(TargetArray, topic, camera.hear, 2)

    def _new(self, kind: type) -> list[str]:
        found = [one for one in self._graph.published(self.node, kind) if one not in self._topics]
        self._topics.update(found)
        return found

    def _on_event(self, message: TargetEvent) -> None:
        self._tell(message)  # itself it may be a builtin, which rclpy would not take

    def _on_commands(self, message: CommandArray) -> None:
        paused = [state == CommandArray.PAUSED for state in message.states]
        self.commands = list(zip(message.commands, message.labels, paused, strict=True))

    def _on_diagnostics(self, message: DiagnosticArray) -> None:
        for status in message.status:
            owner, _, part = status.name.partition(": ")
            if owner == self.node.lstrip("/"):
                self.health[part] = status
