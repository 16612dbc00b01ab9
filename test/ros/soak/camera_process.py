"""A camera in a separate process, until it is killed.

Its arguments are the topic, the reliability that it offers, and the frame of its images.
"""

import sys
import time
from array import array

import rclpy
from rclpy.qos import QoSProfile, ReliabilityPolicy
from sensor_msgs.msg import Image

WIDTH, HEIGHT = 64, 48
PERIOD_S = 0.05


def main() -> None:
    topic, reliability, frame = sys.argv[1:]
    rclpy.init()
    node = rclpy.create_node(frame)
    profile = QoSProfile(depth=2, reliability=ReliabilityPolicy[reliability])
    publisher = node.create_publisher(Image, topic, profile)
    message = Image(height=HEIGHT, width=WIDTH, encoding="rgb8", step=3 * WIDTH)
    message.data = array("B", bytes(range(256)) * (3 * WIDTH * HEIGHT // 256))
    message.header.frame_id = frame
    while True:
        message.header.stamp = node.get_clock().now().to_msg()
        publisher.publish(message)
        time.sleep(PERIOD_S)


if __name__ == "__main__":
    main()
