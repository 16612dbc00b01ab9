"""Publishers and subscriptions of the topics that `samwise_ros.interface.topics` declares."""

from collections.abc import Callable
from typing import Any

from rclpy.lifecycle import LifecycleNode
from rclpy.lifecycle.publisher import LifecyclePublisher
from rclpy.qos import DurabilityPolicy, HistoryPolicy, QoSProfile, ReliabilityPolicy
from rclpy.qos_overriding_options import QoSOverridingOptions
from rclpy.subscription import Subscription

from samwise_ros.interface.ros_types import load_type
from samwise_ros.interface.topics import Reliability, Topic


def qos_profile(topic: Topic, reliability: Reliability | None = None) -> QoSProfile:
    """Return a topic's quality of service.

    Args:
        topic: a declared topic.
        reliability: for a topic that follows its publishers and so declares none.
    """
    chosen = reliability or topic.reliability
    assert chosen is not None, topic.name
    return QoSProfile(
        history=HistoryPolicy.KEEP_LAST,
        depth=topic.depth,
        reliability=ReliabilityPolicy[chosen.upper()],
        durability=DurabilityPolicy[topic.durability.upper()],
    )


def create_publisher(node: LifecycleNode, topic: Topic, camera: str = "") -> LifecyclePublisher:
    """Create the publisher of an output; ``qos_overrides`` can change its quality of service."""
    publisher: LifecyclePublisher = node.create_lifecycle_publisher(
        load_type(topic.type_name),
        topic.name_for(camera),
        qos_profile(topic),
        qos_overriding_options=QoSOverridingOptions.with_default_policies(),
    )
    return publisher


def create_subscription(
    node: LifecycleNode,
    topic: Topic,
    callback: Callable[[Any], None],
    camera: str = "",
    *,
    reliability: Reliability | None = None,
    overrides: QoSOverridingOptions | None = None,
) -> Subscription:
    """Create the subscription of an input.

    Args:
        node: the node.
        topic: a declared topic.
        callback: called with each message.
        camera: name of the camera, for a camera's topic.
        reliability: for a topic that follows its publishers.
        overrides: policies that ``qos_overrides`` can change; none by default.
    """
    return node.create_subscription(
        load_type(topic.type_name),
        topic.name_for(camera),
        callback,
        qos_profile(topic, reliability),
        qos_overriding_options=overrides,
    )
