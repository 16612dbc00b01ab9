"""Ask the running node to track an object, and wait until the object is visible.

python examples/ros_track_and_wait.py "the red mug"
"""

import sys

import rclpy

from samwise_ros import SamwiseClient


def main(sentence: str) -> None:
    """Track the object and print its box."""
    rclpy.init()
    client = SamwiseClient(rclpy.create_node("track_and_wait"))
    target_id = client.track(sentence)  # raises with the node's reason if it is rejected
    print(f"tracking {target_id}")

    box = client.wait_until_tracked(target_id, timeout_s=10.0).roi  # raises TimeoutError
    print(f"found: {box.width}x{box.height} pixels at ({box.x_offset}, {box.y_offset})")

    client.pause(target_id)  # costs no computing time until `resume`
    print("paused")
    client.remove(target_id)
    rclpy.shutdown()


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "the red mug")
