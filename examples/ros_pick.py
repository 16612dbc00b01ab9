"""Wait until an object lies still and certain, and print where to grasp it.

python examples/ros_pick.py "the red mug"    # the node needs use_depth
"""

import sys

import numpy as np
import rclpy
from geometry_msgs.msg import PoseStamped

from samwise_ros import EventKind, SamwiseClient

POSES, MAX_MOTION_M, TIMEOUT_S = 5, 0.01, 30.0
CERTAIN = (EventKind.ADDED, EventKind.ACQUIRED, EventKind.RECOVERED)

rclpy.init()
node = rclpy.create_node("pick")
client = SamwiseClient(node)
target_id = client.track(sys.argv[1])
client.wait_until_tracked(target_id, TIMEOUT_S)  # raises TimeoutError
poses: list[PoseStamped] = []
node.create_subscription(PoseStamped, f"{client.name}/camera/target_pose", poses.append, POSES)

end = node.get_clock().now() + rclpy.duration.Duration(seconds=TIMEOUT_S)
while node.get_clock().now() < end:
    for event in client.events(timeout_s=0.1):
        if event.command_id == target_id and event.kind not in CERTAIN:
            poses.clear()  # lost or perhaps another object: begin again
    points = [(p.pose.position.x, p.pose.position.y, p.pose.position.z) for p in poses[-POSES:]]
    if len(points) == POSES and np.ptp(points, axis=0).max() < MAX_MOTION_M:
        x, y, z = np.mean(points, axis=0)
        print(f"grasp at ({x:.3f}, {y:.3f}, {z:.3f}) m in {poses[-1].header.frame_id!r}")
        client.remove(target_id)
        sys.exit()
sys.exit(f"no {POSES} poses within {MAX_MOTION_M} m of each other in {TIMEOUT_S:g} s")
