"""Receive the mask of the first target with plain rclpy, and print its area and centre.

python examples/ros_mask_subscriber.py
"""

from contextlib import suppress

import numpy as np
import rclpy
from rclpy.executors import ExternalShutdownException
from rclpy.node import Node
from sensor_msgs.msg import Image


class MaskSubscriber(Node):
    """Subscribes to the mask of one camera."""

    def __init__(self) -> None:
        """Subscribe; the topic has one mask for each processed image."""
        super().__init__("mask_subscriber")
        self.create_subscription(Image, "/samwise_node/camera/mask", self.on_mask, 2)

    def on_mask(self, message: Image) -> None:
        """Print area and centre; all pixels are zero if the target is not visible."""
        mask = np.frombuffer(message.data, np.uint8).reshape(message.height, message.width) > 0
        if mask.any():
            y, x = (np.mean(indices) for indices in np.nonzero(mask))
            print(f"{np.count_nonzero(mask)} pixels around ({x:.1f}, {y:.1f})", flush=True)
        else:
            print("not visible", flush=True)


if __name__ == "__main__":
    rclpy.init()
    with suppress(KeyboardInterrupt, ExternalShutdownException):
        rclpy.spin(MaskSubscriber())
