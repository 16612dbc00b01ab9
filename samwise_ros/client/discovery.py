"""Finds samwise nodes and their topics on the ROS 2 graph.

A node is recognized by the types of its topics, not by their names, so that a node with remapped
topics is found as well.
"""

import os
from collections.abc import Callable

from rclpy.node import Node, NodeNameNonExistentError
from rclpy.topic_endpoint_info import TopicEndpointInfo

from samwise_ros.client.names import DEFAULT_NODE, full_node_name
from samwise_ros.client.spinner import Spinner
from samwise_ros.errors import NodeNotFoundError
from samwise_ros.msg import CommandArray

DISCOVERY_TIMEOUT_S = 10.0
# Wait without a new node. Fast DDS repeats the announcement of a participant every 3 s; if the
# first one is lost on a busy machine, the next one arrives within this time.
SETTLE_S = 3.5

_UNKNOWN_NAME = "_NODE_NAME_UNKNOWN_"  # rmw's placeholder until the name has been discovered


class Graph:
    """The ROS 2 graph as one of its nodes sees it."""

    def __init__(self, node: Node, spinner: Spinner) -> None:
        """Look at the graph through a node.

        Args:
            node: any node.
            spinner: waits with that node.
        """
        self._node = node
        self._spinner = spinner

    def samwise_nodes(self) -> list[str]:
        """Return the full names of the nodes that publish commands: the configured nodes."""
        return sorted(
            {
                _full_name(endpoint.node_namespace, endpoint.node_name)
                for endpoint in self._command_publishers()
                if endpoint.node_name != _UNKNOWN_NAME
            }
        )

    def has_node(self, name: str) -> bool:
        """Return whether a node exists, in any state."""
        known = self._node.get_node_names_and_namespaces()
        return name in {_full_name(namespace, node) for node, namespace in known}

    def find_node(self, name: str = "", timeout_s: float = DISCOVERY_TIMEOUT_S) -> str:
        """Wait for a samwise node and return its full name.

        Args:
            name: name with namespace. Empty selects `DEFAULT_NODE` as soon as it is discovered,
                else the only samwise node, which takes some seconds longer.
            timeout_s: seconds to wait.

        Raises:
            NodeNotFoundError: there is no such node.
            ValueError: there are several nodes, and none has the usual name; or ROS 2 does not
                allow the name.
        """
        if name:
            wanted = full_node_name(name)
            if not self._spinner.spin_until(lambda: wanted in self.samwise_nodes(), timeout_s):
                raise self.not_found(f"no node {wanted}", timeout_s)
            return wanted
        nodes = self._spinner.spin_until(self._settled_nodes, timeout_s) or self.samwise_nodes()
        if not nodes:
            raise self.not_found("no samwise node", timeout_s)
        if len(nodes) > 1:
            raise ValueError(
                f"node name: expected one of {', '.join(nodes)}, got none; choose one of them"
            )
        return nodes[0]

    def published_topics(self, node: str, kind: type) -> list[str]:
        """Return the topics of a message type that a node publishes; empty without the node."""
        return self._topics(self._node.get_publisher_names_and_types_by_node, node, kind)

    def subscribed_topics(self, node: str, kind: type) -> list[str]:
        """Return the topics of a message type that a node subscribes to."""
        return self._topics(self._node.get_subscriber_names_and_types_by_node, node, kind)

    def not_found(self, problem: str, timeout_s: float) -> NodeNotFoundError:
        """Return an error that states the problem and lists the nodes of the graph."""
        nodes = ", ".join(self.samwise_nodes()) or "none"
        domain = os.environ.get("ROS_DOMAIN_ID", "0")
        return NodeNotFoundError(
            f"{problem} after {timeout_s:g} s; configured samwise nodes in ROS_DOMAIN_ID {domain}: "
            f"{nodes}"
        )

    def _command_publishers(self) -> list[TopicEndpointInfo]:
        """Return the publishers of commands, including those whose node is not known yet."""
        wanted = _type_name(CommandArray)
        return [
            endpoint
            for topic, types in self._node.get_topic_names_and_types()
            if wanted in types
            for endpoint in self._node.get_publishers_info_by_topic(topic)
            if endpoint.topic_type == wanted
        ]

    def _settled_nodes(self) -> list[str]:
        """Return the samwise nodes once no further node appears; empty until then.

        A node of the usual name is returned alone and at once.
        """
        nodes = self.samwise_nodes()
        if DEFAULT_NODE in nodes:
            return [DEFAULT_NODE]
        if nodes:
            self._spinner.spin_for(SETTLE_S)
        if any(endpoint.node_name == _UNKNOWN_NAME for endpoint in self._command_publishers()):
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
        return sorted(topic for topic, types in topics if _type_name(kind) in types)


def _full_name(namespace: str, name: str) -> str:
    return f"{namespace.rstrip('/')}/{name}"


def _type_name(kind: type) -> str:
    """Return the name of a message type on the graph.

    >>> _type_name(CommandArray)
    'samwise_ros/msg/CommandArray'
    """
    return f"{kind.__module__.partition('.')[0]}/msg/{kind.__name__}"
