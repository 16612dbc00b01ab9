"""A camera that shows one tabletop image; a line on standard input makes it show another.

"scene" shows the objects, "empty" nothing; ends when standard input is closed.
"""

import select
import sys
import time

import numpy as np
import rclpy
from rclpy.node import Node
from sensor_msgs.msg import Image

from samwise_ros.cli.demo.script import make_scene
from samwise_ros.client.image_message import to_image

PERIOD_S = 0.1
SEED = 2


def main() -> None:
    rclpy.init()
    node = Node("tabletop_camera")
    publisher = node.create_publisher(Image, "camera/image_raw", 5)
    scene = make_scene(SEED).frame(0)[0]
    pictures = {"scene": scene, "empty": np.full_like(scene, 128)}
    shown = "scene"
    print("ready", flush=True)
    while True:
        publisher.publish(to_image(pictures[shown], time.time_ns()))
        if select.select([sys.stdin], [], [], PERIOD_S)[0]:
            if not (line := sys.stdin.readline().strip()):
                break
            shown = line
    rclpy.shutdown()


if __name__ == "__main__":
    main()
