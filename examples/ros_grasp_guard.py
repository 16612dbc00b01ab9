"""Allow a grasp only while its target is certain: stop when it is lost or switched.

python examples/ros_grasp_guard.py "the red mug"
ros2 topic echo /grasp_allowed
"""

import sys
from contextlib import suppress

import rclpy
from rclpy.executors import ExternalShutdownException
from rclpy.qos import DurabilityPolicy, QoSProfile
from std_msgs.msg import Bool

from samwise_ros import SamwiseClient
from samwise_ros.engine.types import EventKind

UNSAFE = (EventKind.LOST, EventKind.SWITCHED, EventKind.RESET, EventKind.REMOVED)


def main(sentence: str) -> None:
    """Publish True once the target is visible, and False after an unsafe event; latched."""
    rclpy.init()
    node = rclpy.create_node("grasp_guard")
    latched = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)
    allowed = node.create_publisher(Bool, "grasp_allowed", latched)
    client = SamwiseClient(node)
    target_id = client.track(sentence)
    client.wait_until_tracked(target_id, timeout_s=10.0)
    allowed.publish(Bool(data=True))
    print("grasp allowed", flush=True)
    for event in client.events():
        if event.command_id == target_id and event.kind in UNSAFE:
            allowed.publish(Bool(data=False))
            print(f"grasp stopped: {EventKind(event.kind).name} {event.reason}", flush=True)


if __name__ == "__main__":
    with suppress(KeyboardInterrupt, ExternalShutdownException):
        main(sys.argv[1] if len(sys.argv) > 1 else "the red mug")
