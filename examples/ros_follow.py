"""Drive towards a target; stop within 0.5 s if it, the images, an event or the node are missing.

python examples/ros_follow.py "the red mug"
"""

import sys
from contextlib import suppress

import rclpy
from geometry_msgs.msg import Twist, Vector3
from rclpy.executors import ExternalShutdownException

from samwise_ros.client.control.target_guard import TargetGuard
from samwise_ros.msg import Target

CENTRE_X, SPEED, TURN = 160.0, 0.2, 0.005  # pixels; metres per second; radians per second and pixel


def main(sentence: str) -> None:
    """Publish velocities towards the target, and zero while it is uncertain."""
    rclpy.init()
    node = rclpy.create_node("follower")
    motion = node.create_publisher(Twist, "cmd_vel", 1)

    def drive(target: Target) -> None:
        offset = CENTRE_X - target.roi.x_offset - target.roi.width / 2
        motion.publish(Twist(linear=Vector3(x=SPEED), angular=Vector3(z=TURN * offset)))

    def stop(reason: str) -> None:
        motion.publish(Twist())
        node.get_logger().info(f"stopped: {reason}", throttle_duration_sec=1.0)

    TargetGuard(node, sentence, on_target=drive, on_stop=stop)
    rclpy.spin(node)


if __name__ == "__main__":
    with suppress(KeyboardInterrupt, ExternalShutdownException):
        main(sys.argv[1] if len(sys.argv) > 1 else "the red mug")
