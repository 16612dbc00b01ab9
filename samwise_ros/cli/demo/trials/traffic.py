"""Counts the messages and bytes of the topics that have a subscription."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial

from rclpy.node import Node
from rclpy.qos import QoSProfile, ReliabilityPolicy

from samwise_ros.interface.ros_types import load_type

_DEPTH = 100


@dataclass
class Traffic:
    """Messages and bytes by topic.

    Attributes:
        seconds: how long they were counted.
        messages: number of messages by topic.
        sizes: serialised size in bytes of all messages by topic.
    """

    seconds: float = 0.0
    messages: dict[str, int] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)

    def table(self) -> list[str]:
        """Return a header, a row for each topic and the sum."""
        rows = [f"{'topic, in the first trial':40}{'messages/s':>12}{'kB/s':>10}"]
        names = sorted(self.sizes, key=lambda name: -self.sizes[name])
        for name in names:
            rows.append(self._row(name, self.messages[name], self.sizes[name]))
        return [*rows, self._row("all", sum(self.messages.values()), sum(self.sizes.values()))]

    def _row(self, name: str, messages: int, size: int) -> str:
        seconds = max(self.seconds, 1e-9)
        return f"{name:40}{messages / seconds:12.1f}{size / 1000 / seconds:10.1f}"

    def _count(self, name: str, message: bytes) -> None:
        self.messages[name] += 1
        self.sizes[name] += len(message)


@contextmanager
def counted_traffic(node: Node) -> Iterator[Traffic]:
    """Count until the block ends, while the caller spins the node.

    Topics without a subscription are not counted: their publishers may do more work for one. The
    hidden topics of actions are not counted either.
    """
    traffic, began = Traffic(), time.monotonic()
    qos = QoSProfile(depth=_DEPTH, reliability=ReliabilityPolicy.BEST_EFFORT)
    subscriptions = []
    for name, types in node.get_topic_names_and_types():
        is_used = node.count_publishers(name) > 0 and node.count_subscribers(name) > 0
        if not is_used or "/_action/" in name:
            continue
        traffic.messages[name] = traffic.sizes[name] = 0
        count = partial(traffic._count, name)
        subscriptions.append(
            node.create_subscription(load_type(types[0]), name, count, qos, raw=True)
        )
    try:
        yield traffic
    finally:
        traffic.seconds = time.monotonic() - began
        for subscription in subscriptions:
            node.destroy_subscription(subscription)
