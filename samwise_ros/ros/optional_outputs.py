"""Outputs whose message types may not be installed: those of vision_msgs and foxglove_msgs.

The PyPI wheels of ROS 2 contain neither package. Without one, its topics are missing.
"""

import os

from rclpy.lifecycle import LifecycleNode
from rclpy.lifecycle.publisher import LifecyclePublisher

from samwise_ros.interface import topics
from samwise_ros.interface.ros_types import load_type
from samwise_ros.interface.topics import Topic
from samwise_ros.ros.endpoints import create_publisher


def create_optional_publisher(
    node: LifecycleNode, topic: Topic, camera: str
) -> LifecyclePublisher | None:
    """Create the publisher of an output, or return ``None`` if its type is not installed."""
    return create_publisher(node, topic, camera) if _is_installed(topic) else None


def has_subscribers(publisher: LifecyclePublisher | None) -> bool:
    """Return whether messages of a publisher are needed; ``None`` has no subscribers."""
    return publisher is not None and bool(publisher.get_subscription_count() > 0)


def log_missing_types(node: LifecycleNode) -> None:
    """Log once, in one line, which topics are missing and what to install for them."""
    missing = [topic for topic in topics.OPTIONAL_OUTPUTS if not _is_installed(topic)]
    if not missing:
        return
    packages = dict.fromkeys(topic.type_name.split("/", 1)[0] for topic in missing)
    distribution = os.environ.get("ROS_DISTRO") or "jazzy"
    to_install = (f"ros-{distribution}-{name.replace('_', '-')}" for name in packages)
    node.get_logger().info(
        f"no {', '.join(topic.name for topic in missing)}: {' and '.join(packages)} not installed; "
        f"to publish them: sudo apt install {' '.join(to_install)}",
        once=True,
    )


def _is_installed(topic: Topic) -> bool:
    try:
        load_type(topic.type_name)
    except ImportError:
        return False
    return True
