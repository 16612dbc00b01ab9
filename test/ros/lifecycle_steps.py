"""Lifecycle transitions, parameters and topics of a node, from another process."""

from typing import Any

from lifecycle_msgs.msg import Transition
from node_process import NodeProcess
from rcl_interfaces.srv import SetParameters
from rclpy.parameter import Parameter
from ros_harness import Robot, wait_for

# Once around: each transition with the state that it leads to.
CYCLE = (
    (Transition.TRANSITION_CONFIGURE, "inactive"),
    (Transition.TRANSITION_ACTIVATE, "active"),
    (Transition.TRANSITION_DEACTIVATE, "inactive"),
    (Transition.TRANSITION_CLEANUP, "unconfigured"),
)


def unconfigure(robot: Robot, node: str) -> None:
    """Bring an active node back to the state unconfigured."""
    assert robot.change_state(node, Transition.TRANSITION_DEACTIVATE)
    assert robot.change_state(node, Transition.TRANSITION_CLEANUP)


def set_parameter(robot: Robot, node: str, name: str, value: Any) -> str:
    """Set a parameter; return the reason if it is rejected, else an empty text."""
    request = SetParameters.Request(parameters=[Parameter(name, value=value).to_parameter_msg()])
    result = robot.call(f"{node}/set_parameters", SetParameters, request).results[0]
    return "" if result.successful else str(result.reason)


def pipeline_topics(robot: Robot, node: NodeProcess) -> list[str]:
    """Return the node's topics that exist only while it is configured or active."""
    name, namespace = "samwise_node", node.name.rsplit("/", 1)[0]
    queries = (
        robot.node.get_publisher_names_and_types_by_node,
        robot.node.get_subscriber_names_and_types_by_node,
    )
    wait_for(lambda: (name, namespace) in robot.node.get_node_names_and_namespaces())
    topics = {topic for query in queries for topic, _ in query(name, namespace)}
    parts = ("/camera", "/command", "/events")
    return [topic for topic in topics if any(part in topic for part in parts)]
