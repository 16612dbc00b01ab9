"""The reliability of an image subscription, and publishers that do not match it."""

from collections.abc import Sequence

from rcl_interfaces.msg import ParameterDescriptor
from rclpy.node import Node
from rclpy.qos import ReliabilityPolicy
from rclpy.topic_endpoint_info import TopicEndpointInfo
from rclpy.utilities import get_rmw_implementation_identifier

from samwise_ros.interface.topics import Reliability

_UNKNOWN_NAME = "_NODE_NAME_UNKNOWN_"  # the middleware's placeholder


def choose_reliability(requested: str, publishers: Sequence[TopicEndpointInfo]) -> Reliability:
    """Return the reliability of an image subscription.

    Reliable images survive the middleware's default buffers; a best-effort subscription matches
    every publisher. So ``auto`` is reliable if every publisher is reliable.

    Args:
        requested: ``image_reliability``: auto, best_effort or reliable.
        publishers: of the topic, as they are now.
    """
    if requested == "reliable":
        return "reliable"
    offered = {one.qos_profile.reliability for one in publishers}
    if requested == "auto" and offered == {ReliabilityPolicy.RELIABLE}:
        return "reliable"
    return "best_effort"


def reliability_override(node: Node, topic: str) -> str:
    """Return the reliability that ``qos_overrides`` sets for a subscription; empty if none.

    If rclpy declared the parameter, its default would be the first subscription's reliability, and
    all later subscriptions would get that.

    Args:
        node: the node.
        topic: full name of the topic.

    Raises:
        ValueError: the value is not a reliability.
    """
    name = f"qos_overrides.{topic}.subscription.reliability"
    if not node.has_parameter(name):
        description = "best_effort or reliable; empty for image_reliability. Set at startup only."
        descriptor = ParameterDescriptor(description=description, read_only=True)
        node.declare_parameter(name, "", descriptor)
    override = str(node.get_parameter(name).value).lower()
    if override not in ("", "best_effort", "reliable"):
        raise ValueError(f"{name}: expected best_effort or reliable, got {override!r}")
    return override


def mismatches(
    publishers: Sequence[TopicEndpointInfo], reliability: Reliability, type_name: str
) -> list[str]:
    """Describe the publishers that can never reach a subscription.

    Args:
        publishers: of the topic.
        reliability: of the subscription.
        type_name: of the subscription, such as ``sensor_msgs/msg/Image``.
    """
    found = []
    for publisher in publishers:
        offered = publisher.qos_profile.reliability
        name = node_name(publisher)
        if publisher.topic_type != type_name:
            found.append(f"{name} publishes {publisher.topic_type}, expected {type_name}")
        elif reliability == "reliable" and offered == ReliabilityPolicy.BEST_EFFORT:
            found.append(f"{name} offers best effort, but image_reliability requests reliable")
    return found


def node_name(endpoint: TopicEndpointInfo) -> str:
    """Return the full name of the node of a publisher or subscription."""
    if endpoint.node_name == _UNKNOWN_NAME:
        return "a node that has ended or is not known yet"
    return f"{endpoint.node_namespace.rstrip('/')}/{endpoint.node_name}"


def node_names(publishers: Sequence[TopicEndpointInfo]) -> str:
    """Return the full names of the publishers' nodes, sorted and joined with commas."""
    return ", ".join(sorted({node_name(publisher) for publisher in publishers}))


def lost_images_advice(middleware: str | None = None) -> str:
    """Return what to do if a publisher's images do not arrive; empty for other middlewares.

    Args:
        middleware: identifier of the RMW implementation; ``None`` for the one in use.

    >>> lost_images_advice("rmw_cyclonedds_cpp")
    ''
    """
    if not (middleware or get_rmw_implementation_identifier()).startswith("rmw_fastrtps"):
        return ""
    return (
        "; start the camera with config/fastdds.xml: the default buffers of Fast DDS lose large "
        "images"
    )
