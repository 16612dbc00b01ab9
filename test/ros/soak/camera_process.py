"""A camera in a separate process, until it is killed.

Its arguments are the topic, the reliability that it offers, and the frame of its images.
"""

import sys
import time

import numpy as np
import rclpy
from rclpy.qos import QoSProfile, ReliabilityPolicy
from sensor_msgs.msg import Image

from samwise_ros.client.image_message import to_image

WIDTH, HEIGHT = 64, 48
PERIOD_S = 0.05


def main() -> None:
    topic, reliability, frame = sys.argv[1:]
    rclpy.init()
    node = rclpy.create_node(frame)
    profile = QoSProfile(depth=2, reliability=ReliabilityPolicy[reliability])
    publisher = node.create_publisher(Image, topic, profile)
    pixels = np.tile(np.arange(3 * WIDTH, dtype=np.uint8), HEIGHT).reshape(HEIGHT, WIDTH, 3)
    message = to_image(pixels, 0, frame)
    while True:
        message.header.stamp = node.get_clock().now().to_msg()
        publisher.publish(message)
        time.sleep(PERIOD_S)


if __name__ == "__main__":
    main()
