"""Drive after an object; stop without a new pose, and for good after an unsafe event.

python examples/ros_follow.py "the person in the red coat"    # the node needs use_depth
"""

import math
import sys

import rclpy
from geometry_msgs.msg import PoseStamped, Twist
from rclpy.time import Time

from samwise_ros import EventKind, SamwiseClient

DISTANCE_M, MAX_AGE_NS = 1.0, 500_000_000
UNSAFE = (EventKind.SWITCHED, EventKind.RESET, EventKind.REMOVED)

rclpy.init()
node = rclpy.create_node("follow")
client = SamwiseClient(node)
target_id = client.track(sys.argv[1])
wheels = node.create_publisher(Twist, "cmd_vel", 1)
poses = [PoseStamped()]  # of the first target, in the optical frame; the last one counts
node.create_subscription(PoseStamped, f"{client.name}/camera/target_pose", poses.append, 1)
unsafe: list[EventKind] = []
try:
    while not unsafe:
        kinds = [e.kind for e in client.events(timeout_s=0.1) if e.command_id == target_id]
        unsafe = [EventKind(kind) for kind in kinds if kind in UNSAFE]
        del poses[:-1]
        velocity, place = Twist(), poses[0].pose.position  # x points right, z forward
        age_ns = (node.get_clock().now() - Time.from_msg(poses[0].header.stamp)).nanoseconds
        if age_ns < MAX_AGE_NS and not unsafe:
            velocity.linear.x = max(-0.2, min(0.2, 0.5 * (place.z - DISTANCE_M)))
            velocity.angular.z = -math.atan2(place.x, place.z)
        wheels.publish(velocity)
finally:
    if rclpy.ok():  # not after Ctrl-C
        wheels.publish(Twist())
print("stopped:", *(kind.name for kind in unsafe))
