"""Subscriptions to a node's targets, events, commands and diagnostics."""

from collections.abc import Callable

from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus
from rclpy.node import Node
from rclpy.qos import DurabilityPolicy, QoSProfile

from samwise_ros.client.discovery import Graph
from samwise_ros.client.event_log import EventLog
from samwise_ros.interface.topics import COMMANDS, DIAGNOSTICS, EVENTS
from samwise_ros.msg import CommandArray, TargetArray, TargetEvent

_LATCHED = QoSProfile(depth=COMMANDS.depth, durability=DurabilityPolicy.TRANSIENT_LOCAL)
_TARGETS_DEPTH = 10  # a program that is busy for a moment still receives every frame


class NodeSubscriptions:
    """Subscribes to the topics of one samwise node and keeps the latest messages.

    Attributes:
        targets: latest targets of each camera; empty after a restart of the node.
        commands: latest commands; ``None`` before the first message.
        commands_received: number of messages with commands.
        diagnostics: latest status of each part of the node: ``model`` or a camera.
        events: events in the order of arrival.
    """

    def __init__(
        self,
        node: Node,
        graph: Graph,
        name: str,
        on_targets: Callable[[TargetArray], None] | None,
    ) -> None:
        """Prepare for the topics; `update` subscribes to them.

        Args:
            node: node of the caller.
            graph: as seen by that node.
            name: full name of the samwise node.
            on_targets: called with each message of targets.
        """
        self.targets: dict[str, TargetArray] = {}
        self.commands: CommandArray | None = None
        self.commands_received = 0
        self.diagnostics: dict[str, DiagnosticStatus] = {}
        self.events = EventLog()
        self._node, self._graph, self._name = node, graph, name
        self._callback = on_targets
        self._topics: set[str] = set()
        self._has_events = False

    def update(self) -> None:
        """Subscribe to topics that appeared since the last call."""
        subscribe = self._node.create_subscription
        for topic in self._new_topics(TargetEvent):
            subscribe(TargetEvent, topic, self._on_event, EVENTS.depth)
            self._has_events = True
        # Only after the events: when the latched message arrives, the node knows both
        # subscriptions, and no event is missed from then on.
        if self._has_events:
            for topic in self._new_topics(CommandArray):
                subscribe(CommandArray, topic, self._on_commands, _LATCHED)
        for topic in self._new_topics(DiagnosticArray):
            subscribe(DiagnosticArray, topic, self._on_diagnostics, DIAGNOSTICS.depth)
        for topic in self._new_topics(TargetArray):
            subscribe(TargetArray, topic, self._on_targets, _TARGETS_DEPTH)

    def has_restarted_without(self, target: str, earlier: CommandArray | None) -> bool:
        """Return whether a restart of the node ended a command.

        Args:
            target: id or sentence.
            earlier: commands that were received before.
        """
        latest = self.commands
        if earlier is None or latest is None or earlier.run_start == latest.run_start:
            return False
        return _has(earlier, target) and not _has(latest, target)

    def _new_topics(self, kind: type) -> list[str]:
        published = self._graph.published_topics(self._name, kind)
        found = [topic for topic in published if topic not in self._topics]
        self._topics.update(found)
        return found

    def _on_event(self, message: TargetEvent) -> None:
        self.events.append(message)

    def _on_commands(self, message: CommandArray) -> None:
        if self.commands is not None and message.run_start != self.commands.run_start:
            self.targets.clear()
        self.commands = message
        self.commands_received += 1

    def _on_targets(self, message: TargetArray) -> None:
        if self.commands is None or message.run_start == self.commands.run_start:
            self.targets[message.camera] = message
        if self._callback is not None:
            self._callback(message)

    def _on_diagnostics(self, message: DiagnosticArray) -> None:
        for status in message.status:
            owner, _, part = status.name.partition(": ")
            if owner == self._name.lstrip("/"):
                self.diagnostics[part] = status


def _has(commands: CommandArray, target: str) -> bool:
    return any(target in (command.id, command.sentence) for command in commands.commands)
