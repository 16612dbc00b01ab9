"""A camera for a node, as a process: the test process itself takes no part in ROS 2.

A node with ``use_depth`` also receives a depth of 1 m in every pixel, and a calibration.

Prints "ready" when the node, which starts by itself, is active, or deactivated again on request.
Ends when standard input is closed.

  python node_camera.py /kitchen active moving
"""

import select
import sys
import time
from array import array

import numpy as np
import rclpy
from lifecycle_msgs.msg import Transition
from lifecycle_msgs.srv import ChangeState
from rclpy.node import Node
from sensor_msgs.msg import CameraInfo, Image

from samwise_ros.cli.demo.script import make_scene
from samwise_ros.client.image_message import to_image

RATE_HZ = 5.0


def main(namespace: str, state: str, motion: str) -> None:
    rclpy.init()
    node = Node("node_camera", namespace=namespace)
    publisher = node.create_publisher(Image, "camera/image_raw", 5)
    depths = node.create_publisher(Image, "camera/depth/image_raw", 5)
    infos = node.create_publisher(CameraInfo, "camera/camera_info", 5)
    while not publisher.get_subscription_count():
        time.sleep(0.05)
    if state == "inactive":
        deactivate(node)
    print("ready", flush=True)
    scene = make_scene(3)
    index = 0
    while not select.select([sys.stdin], [], [], 1.0 / RATE_HZ)[0]:
        image = to_image(scene.frame(index)[0], time.time_ns())
        if depths.get_subscription_count():
            infos.publish(calibration(image))
            depths.publish(depth_of(image))
        publisher.publish(image)
        index += motion == "moving"
    rclpy.shutdown()


def depth_of(image: Image) -> Image:
    """Return an aligned depth image: 1 m everywhere."""
    pixels = array("B", np.full((image.height, image.width), 1000, "<u2").tobytes())
    size = {"height": image.height, "width": image.width, "step": 2 * image.width}
    return Image(header=image.header, encoding="16UC1", data=pixels, **size)


def calibration(image: Image) -> CameraInfo:
    info = CameraInfo(header=image.header, height=image.height, width=image.width)
    info.k = [300.0, 0.0, image.width / 2, 0.0, 300.0, image.height / 2, 0.0, 0.0, 1.0]
    return info


def deactivate(node: Node) -> None:
    client = node.create_client(ChangeState, "samwise_node/change_state")
    assert client.wait_for_service(120.0)
    transition = Transition(id=Transition.TRANSITION_DEACTIVATE)
    answer = client.call_async(ChangeState.Request(transition=transition))
    rclpy.spin_until_future_complete(node, answer, timeout_sec=240.0)
    assert answer.result().success


if __name__ == "__main__":
    main(*sys.argv[1:])
