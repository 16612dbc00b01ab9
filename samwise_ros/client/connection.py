"""The connection of a client to one samwise node: discovery, subscriptions and publishers."""

import time
from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import TypeVar

from rclpy.event_handler import PublisherEventCallbacks, QoSPublisherMatchedInfo
from rclpy.node import Node
from rclpy.publisher import Publisher
from std_msgs.msg import String

from samwise_ros.client.discovery import Graph
from samwise_ros.client.names import full_node_name
from samwise_ros.client.spinner import Spinner
from samwise_ros.client.subscriptions import NodeSubscriptions
from samwise_ros.errors import CommandRemovedError
from samwise_ros.interface.topics import COMMAND, COMMAND_REQUEST
from samwise_ros.msg import Command, CommandArray, TargetArray

T = TypeVar("T")

_MATCH_TIMEOUT_S = 5.0  # from a discovered node to connected topics


class NodeConnection:
    """Finds a node, and connects to its topics as they appear.

    Attributes:
        name: full name of the samwise node; empty until it is found.
        node: node of the caller.
        subscriptions: what the node publishes; ``None`` until the node is found.
        spinner: waits with the caller's node.
        graph: the ROS graph as the caller's node sees it.
        tracked: the node's commands after the client's last request to track.
    """

    def __init__(
        self, node: Node, name: str, on_targets: Callable[[TargetArray], None] | None
    ) -> None:
        """Create an unconnected client.

        Args:
            node: node of the caller.
            name: full name of the samwise node; empty selects it as `Graph.find_node` does.
            on_targets: called with each message of targets.
        """
        self.name = full_node_name(name) if name else ""
        self.subscriptions: NodeSubscriptions | None = None
        self.spinner = Spinner(node)
        self.graph = Graph(node, self.spinner)
        self.node = node
        self._on_targets = on_targets
        self._publishers: dict[type, Publisher] = {}
        self._matches: Counter[type] = Counter()
        self.tracked: CommandArray | None = None

    def subscribe(self) -> None:
        """Subscribe to topics of the node that appeared since the last call."""
        if self.subscriptions is None and self.name:
            self.subscriptions = NodeSubscriptions(
                self.node, self.graph, self.name, self._on_targets
            )
        if self.subscriptions is not None:
            self.subscriptions.update()

    def connect(self) -> bool:
        """Connect to topics that appeared, and return whether the node accepts commands."""
        self.subscribe()
        if self.subscriptions is None:
            return False
        for declared, kind in ((COMMAND, String), (COMMAND_REQUEST, Command)):
            topics = self.graph.subscribed_topics(self.name, kind)
            if topics and kind not in self._publishers:
                callbacks = PublisherEventCallbacks(matched=partial(self._on_match, kind))
                self._publishers[kind] = self.node.create_publisher(
                    kind, topics[0], declared.depth, event_callbacks=callbacks
                )
        return (
            self.subscriptions.commands is not None
            and len(self._matches) == 2
            and all(one.get_subscription_count() > 0 for one in self._publishers.values())
        )

    def wait_until_found(self, timeout_s: float) -> None:
        """Wait until the node is configured, and subscribe to its topics.

        Raises:
            NodeNotFoundError: there is no such node.
            ValueError: there are several nodes and no name was passed.
        """
        self.name = self.graph.find_node(self.name, timeout_s)
        self.subscribe()

    def wait_until_ready(self, timeout_s: float) -> None:
        """Wait until `connect` succeeds.

        Raises:
            NodeNotFoundError: there is no such node, or the node is not active.
            ValueError: there are several nodes and no name was passed.
        """
        if self.connect():
            return
        end = time.monotonic() + timeout_s
        self.wait_until_found(timeout_s)
        left_s = max(end - time.monotonic(), _MATCH_TIMEOUT_S)
        if not self.spinner.spin_until(self.connect, left_s):
            raise self.graph.not_found(
                f"{self.name} accepts no commands (is the node active?)", timeout_s
            )

    def spin_while_tracked(self, condition: Callable[[], T], target: str, timeout_s: float) -> T:
        """Wait for a condition about a target as `Spinner.spin_until` does.

        Args:
            condition: is true at the end of the wait.
            target: id or sentence.
            timeout_s: seconds to wait.

        Raises:
            CommandRemovedError: the node was restarted since the wait began, or since the client
                requested the target, and no longer tracks it.
        """
        received = self.subscriptions
        assert received is not None
        earlier = self.tracked, received.commands

        def checked() -> T:
            found = condition()
            if not found and any(
                received.has_restarted_without(target, commands) for commands in earlier
            ):
                raise CommandRemovedError(f"{self.name} was restarted without {target!r}")
            return found

        return self.spinner.spin_until(checked, timeout_s)

    def publish(self, message: String | Command) -> str:
        """Publish a message to the ready node and return the topic."""
        publisher = self._publishers[type(message)]
        publisher.publish(message)
        return str(publisher.topic_name)

    def matches(self, message: String | Command) -> int:
        """Return how many subscriptions of a message's topic have been connected so far.

        A node that is activated again has a new subscription, which does not receive what was
        published before.
        """
        return self._matches[type(message)]

    def _on_match(self, kind: type, matched: QoSPublisherMatchedInfo) -> None:
        self._matches[kind] = matched.total_count
