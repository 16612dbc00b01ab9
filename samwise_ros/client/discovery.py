"""A short visit to the ROS 2 graph: finds the samwise node there, and hears what it says.

A node is known by the types of its topics, not by their names, so that one whose topics are
remapped is found like any other.
"""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import rclpy
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node, NodeNameNonExistentError
from rclpy.qos import DurabilityPolicy, QoSProfile
from rclpy.signals import SignalHandlerOptions
from rclpy.topic_endpoint_info import TopicEndpointInfo

from samwise_ros.client.names import NODE
from samwise_ros.msg import CommandArray

T = TypeVar("T")

PATIENCE_S = 10.0  # for whoever is expected to be there
# Without another node coming into sight. Fast DDS announces a participant anew every 3 s: one whose
# announcement was missed, as on a busy machine, is seen by the next.
SETTLED_S = 3.5

LATCHED = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)

_UNKNOWN_NAME = "_NODE_NAME_UNKNOWN_"  # of a publisher whose node is not known yet


class NodeNotFoundError(Exception):
    """Nobody is there to hear; the message says whom the graph has."""


class Graph:
    """The graph as a guest sees it.

    Attributes:
        node: the guest.
    """

    def __init__(self, node: Node) -> None:
        """Begin to listen with a node."""
        self.node = node
        self._executor = SingleThreadedExecutor()
        self._executor.add_node(node)

    def close(self) -> None:
        """Leave."""
        self._executor.shutdown()
        self.node.destroy_node()

    def listen(self, seconds: float) -> None:
        """Take what comes, for so long."""
        end = time.monotonic() + seconds
        while (left_s := end - time.monotonic()) > 0.0:
            self._executor.spin_once(timeout_sec=left_s)

    def wait_for(self, condition: Callable[[], T], seconds: float = PATIENCE_S) -> T:
        """Listen until a condition holds or the time is over; give what it gave last."""
        end = time.monotonic() + seconds
        while not (found := condition()) and time.monotonic() < end:
            self.listen(0.1)
        return found

    def samwise_nodes(self) -> list[str]:
        """Name those who publish living commands, with their namespaces."""
        return sorted(
            {
                _full_name(one.node_namespace, one.node_name)
                for one in self._tellers()
                if one.node_name != _UNKNOWN_NAME
            }
        )

    def _tellers(self) -> list[TopicEndpointInfo]:
        """Give who publishes living commands, those whose name has not come yet among them."""
        kind = _type_name(CommandArray)
        return [
            one
            for topic, kinds in self.node.get_topic_names_and_types()
            if kind in kinds
            for one in self.node.get_publishers_info_by_topic(topic)
            if one.topic_type == kind
        ]

    def has(self, node: str) -> bool:
        """Say whether a node is there, in whatever state."""
        known = self.node.get_node_names_and_namespaces()
        return node in {_full_name(namespace, name) for name, namespace in known}

    def find(self, wanted: str = "") -> str:
        """Wait for a node.

        Args:
            wanted: its name with its namespace; empty is `NODE`, which is taken as soon as it
                comes into sight, or else the only samwise node, which takes some seconds.

        Returns:
            Its full name.

        Raises:
            NodeNotFoundError: it does not come.
            ValueError: there are several, none of that name, and none is chosen.
        """
        if wanted:
            name = f"/{wanted.strip('/')}"
            if not self.wait_for(lambda: name in self.samwise_nodes()):
                raise self.nobody(f"{name} is not there")
            return name
        nodes = self.wait_for(self._settled) or self.samwise_nodes()
        if not nodes:
            raise self.nobody("no samwise node is there")
        if len(nodes) > 1:
            raise ValueError(f"--node: expected one of {', '.join(nodes)}, got none")
        return nodes[0]

    def published(self, node: str, kind: type) -> list[str]:
        """Give the topics of a type that a node publishes; none where it is not there."""
        return self._topics(self.node.get_publisher_names_and_types_by_node, node, kind)

    def subscribed(self, node: str, kind: type) -> list[str]:
        """Give the topics of a type that a node subscribes to; none where it is not there."""
        return self._topics(self.node.get_subscriber_names_and_types_by_node, node, kind)

    def nobody(self, what: str) -> NodeNotFoundError:
        """Make an error that says, after what is missing, whom the graph has."""
        nodes = ", ".join(self.samwise_nodes()) or "none"
        domain = os.environ.get("ROS_DOMAIN_ID", "0")
        return NodeNotFoundError(
            f"{what}; waited {PATIENCE_S:g} s; samwise nodes that are configured, "
            f"in ROS_DOMAIN_ID {domain}: {nodes}"
        )

    def _settled(self) -> list[str]:
        """Give the samwise nodes, if all have a name and no other comes into sight for a while.

        Where one has the usual name it is the one that is meant, whoever else comes.
        """
        nodes = self.samwise_nodes()
        if NODE in nodes:
            return [NODE]
        if nodes:
            self.listen(SETTLED_S)
        if any(one.node_name == _UNKNOWN_NAME for one in self._tellers()):
            return []
        return nodes if nodes == self.samwise_nodes() else []

    @staticmethod
    def _topics(
        query: Callable[[str, str], list[tuple[str, list[str]]]], node: str, kind: type
    ) -> list[str]:
        namespace, _, name = node.rpartition("/")
        try:
            topics = query(name, namespace or "/")
        except NodeNameNonExistentError:
            return []
        return sorted(topic for topic, kinds in topics if _type_name(kind) in kinds)


@contextmanager
def ros_session(name: str) -> Iterator[Graph]:
    """Join the graph until the block ends.

    Args:
        name: of the guest's node.
    """
    # Signals stay Python's own, the command line is not ROS's.
    rclpy.init(args=[], signal_handler_options=SignalHandlerOptions.NO)
    try:
        graph = Graph(Node(name, enable_rosout=False, start_parameter_services=False))
        try:
            yield graph
        finally:
            graph.close()
    finally:
        rclpy.shutdown()


def _full_name(namespace: str, name: str) -> str:
    return f"{namespace.rstrip('/')}/{name}"


def _type_name(kind: type) -> str:
    """Name a message's type as the graph does.

    >>> _type_name(CommandArray)
    'samwise_ros/msg/CommandArray'
    """
    return f"{kind.__module__.partition('.')[0]}/msg/{kind.__name__}"
