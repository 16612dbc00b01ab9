"""Publishers and subscriptions of the topics that `samwise_ros.interface.topics` declares."""

import math
from collections.abc import Callable
from typing import Any

from rclpy.duration import Duration
from rclpy.lifecycle import LifecycleNode
from rclpy.lifecycle.publisher import LifecyclePublisher
from rclpy.qos import (
    DurabilityPolicy,
    HistoryPolicy,
    QoSPolicyKind,
    QoSProfile,
    ReliabilityPolicy,
)
from rclpy.qos_overriding_options import QoSOverridingOptions
from rclpy.subscription import Subscription

from samwise_ros.interface.ros_types import load_type
from samwise_ros.interface.stamps import SECOND_NS
from samwise_ros.interface.topics import Reliability, Topic

DEFAULT_POLICIES = (QoSPolicyKind.HISTORY, QoSPolicyKind.DEPTH, QoSPolicyKind.RELIABILITY)
_INFINITE_NS = 2**63 - 1


def qos_profile(topic: Topic, reliability: Reliability | None = None) -> QoSProfile:
    """Return a topic's quality of service.

    Args:
        topic: a declared topic.
        reliability: for a topic that follows its publishers and so declares none.
    """
    chosen = reliability or topic.reliability
    assert chosen is not None, topic.name
    deadline = {} if topic.deadline_s is None else {"deadline": Duration(seconds=topic.deadline_s)}
    return QoSProfile(
        history=HistoryPolicy.KEEP_LAST,
        depth=topic.depth,
        reliability=ReliabilityPolicy[chosen.upper()],
        durability=DurabilityPolicy[topic.durability.upper()],
        **deadline,
    )


def deadline_s(profile: QoSProfile) -> float:
    """Return the deadline of a quality of service in seconds; infinite if there is none."""
    nanoseconds = int(profile.deadline.nanoseconds)
    return nanoseconds / SECOND_NS if 0 < nanoseconds < _INFINITE_NS else math.inf


def create_publisher(node: LifecycleNode, topic: Topic, camera: str = "") -> LifecyclePublisher:
    """Create the publisher of an output; ``qos_overrides`` can change its quality of service."""
    deadline = () if topic.deadline_s is None else (QoSPolicyKind.DEADLINE,)
    publisher: LifecyclePublisher = node.create_lifecycle_publisher(
        load_type(topic.type_name),
        topic.name_for(camera),
        qos_profile(topic),
        qos_overriding_options=QoSOverridingOptions((*DEFAULT_POLICIES, *deadline)),
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
