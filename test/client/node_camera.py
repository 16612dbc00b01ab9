"""A camera for a node, as a process: the test process itself takes no part in ROS 2.

Prints "ready" when the node, which starts by itself, is active, or deactivated again on request.
Ends when standard input is closed.

  python node_camera.py /kitchen active
"""

import select
import sys
import time

import rclpy
from lifecycle_msgs.msg import Transition
from lifecycle_msgs.srv import ChangeState
from rclpy.node import Node
from sensor_msgs.msg import Image

from samwise_ros.cli.demo.script import make_scene
from samwise_ros.client.image_message import to_image

RATE_HZ = 5.0


def main(namespace: str, state: str) -> None:
    rclpy.init()
    node = Node("node_camera", namespace=namespace)
    publisher = node.create_publisher(Image, "camera/image_raw", 5)
    while not publisher.get_subscription_count():
        time.sleep(0.05)
    if state == "inactive":
        deactivate(node)
    print("ready", flush=True)
    scene = make_scene(3)
    index = 0
    while not select.select([sys.stdin], [], [], 1.0 / RATE_HZ)[0]:
        publisher.publish(to_image(scene.frame(index)[0], time.time_ns()))
        index += 1
    rclpy.shutdown()


def deactivate(node: Node) -> None:
    client = node.create_client(ChangeState, "samwise_node/change_state")
    assert client.wait_for_service(120.0)
    transition = Transition(id=Transition.TRANSITION_DEACTIVATE)
    answer = client.call_async(ChangeState.Request(transition=transition))
    rclpy.spin_until_future_complete(node, answer, timeout_sec=240.0)
    assert answer.result().success


if __name__ == "__main__":
    main(*sys.argv[1:])
