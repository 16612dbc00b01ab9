"""Find an object with the action of the running node, and print where it is.

python examples/ros_find_object.py "the red mug"
"""

import sys

import rclpy

from samwise_ros import CommandRemovedError, SamwiseClient


def main(sentence: str) -> int:
    """Find the object; return 0 if it is found, else 1."""
    rclpy.init()
    client = SamwiseClient(rclpy.create_node("find_object"))
    try:
        result = client.find(
            sentence,
            timeout_s=10.0,
            on_feedback=lambda feedback: print(f"score {feedback.score:.2f}"),
        )  # raises CommandRejectedError with the node's reason if the sentence is rejected
    except (CommandRemovedError, TimeoutError) as error:
        print(f"not found: {error}")
        return 1
    box = result.target.roi
    print(f"found: {box.width}x{box.height} pixels at ({box.x_offset}, {box.y_offset})")
    if result.has_pose:  # with a depth camera
        point = result.pose.pose.position
        print(f"at ({point.x:.2f}, {point.y:.2f}, {point.z:.2f}) m")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else "the red mug"))
