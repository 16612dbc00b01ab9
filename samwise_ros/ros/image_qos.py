"""Which quality of service an image subscription should ask for, and what publishers offer."""

from collections.abc import Sequence

from rclpy.qos import ReliabilityPolicy
from rclpy.topic_endpoint_info import TopicEndpointInfo


def wanted_reliability(
    parameter: str, publishers: Sequence[TopicEndpointInfo]
) -> ReliabilityPolicy:
    """Choose the reliability of the image subscription.

    Reliable images survive the middleware's default buffers, best effort ones match every
    publisher: so reliable where nobody would be left out.

    Args:
        parameter: ``image_reliability``: auto, best_effort or reliable.
        publishers: of the topic, as they are now.
    """
    if parameter == "reliable":
        return ReliabilityPolicy.RELIABLE
    offered = {one.qos_profile.reliability for one in publishers}
    if parameter == "auto" and offered == {ReliabilityPolicy.RELIABLE}:
        return ReliabilityPolicy.RELIABLE
    return ReliabilityPolicy.BEST_EFFORT


def mismatches(
    publishers: Sequence[TopicEndpointInfo], reliability: ReliabilityPolicy, type_name: str
) -> list[str]:
    """Say which publishers will never reach a subscription, and why.

    Args:
        publishers: of the topic.
        reliability: that the subscription asks for.
        type_name: that the subscription expects, such as ``sensor_msgs/msg/Image``.
    """
    found = []
    for one in publishers:
        if one.topic_type != type_name:
            found.append(f"{full_name(one)} sends {one.topic_type}, {type_name} is expected")
        elif (
            reliability == ReliabilityPolicy.RELIABLE
            and one.qos_profile.reliability == ReliabilityPolicy.BEST_EFFORT
        ):
            found.append(f"{full_name(one)} offers best effort, image_reliability asks reliable")
    return found


def full_name(publisher: TopicEndpointInfo) -> str:
    """Name the node that publishes, with its namespace."""
    return f"{publisher.node_namespace.rstrip('/')}/{publisher.node_name}"
