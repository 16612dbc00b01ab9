"""Allow a grasp only while its target is certain: stop when it is lost or switched, and on silence.

python examples/ros_grasp_guard.py "the red mug"
ros2 topic echo /grasp_allowed
"""

import sys
from contextlib import suppress

import rclpy
from rclpy.executors import ExternalShutdownException
from rclpy.qos import DurabilityPolicy, QoSProfile
from std_msgs.msg import Bool

from samwise_ros.client.control.target_guard import TargetGuard
from samwise_ros.msg import Target


def main(sentence: str) -> None:
    """Publish True for each frame with a certain target, and False otherwise; latched."""
    rclpy.init()
    node = rclpy.create_node("grasp_guard")
    latched = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)
    allowed = node.create_publisher(Bool, "grasp_allowed", latched)

    def allow(_: Target) -> None:
        allowed.publish(Bool(data=True))
        node.get_logger().info("grasp allowed", throttle_duration_sec=1.0)

    def stop(reason: str) -> None:
        allowed.publish(Bool(data=False))
        node.get_logger().info(f"grasp stopped: {reason}", throttle_duration_sec=1.0)

    TargetGuard(node, sentence, on_target=allow, on_stop=stop)
    rclpy.spin(node)


if __name__ == "__main__":
    with suppress(KeyboardInterrupt, ExternalShutdownException):
        main(sys.argv[1] if len(sys.argv) > 1 else "the red mug")
