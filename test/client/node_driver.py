"""The camera before a node, as a process: the tests' own process takes no part in ROS 2.

The node starts itself. Says "ready" when it is active, or deactivated again where that is wanted;
ends when its standard input does.

  python field_driver.py /kitchen active
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
from sensor_msgs.msg import Image

from samwise_ros.cli.demo.script import make_scene

RATE_HZ = 5.0


def main(namespace: str, state: str) -> None:
    rclpy.init()
    node = Node("field_driver", namespace=namespace)
    publisher = node.create_publisher(Image, "camera/image_raw", 5)
    while not publisher.get_subscription_count():
        time.sleep(0.05)
    if state == "inactive":
        deactivate(node)
    print("ready", flush=True)
    scene = make_scene(3)
    index = 0
    while not select.select([sys.stdin], [], [], 1.0 / RATE_HZ)[0]:
        publisher.publish(to_message(scene.frame(index)[0]))
        index += 1
    rclpy.shutdown()


def deactivate(node: Node) -> None:
    client = node.create_client(ChangeState, "samwise_node/change_state")
    assert client.wait_for_service(120.0)
    transition = Transition(id=Transition.TRANSITION_DEACTIVATE)
    answer = client.call_async(ChangeState.Request(transition=transition))
    rclpy.spin_until_future_complete(node, answer, timeout_sec=240.0)
    assert answer.result().success


def to_message(pixels: np.ndarray) -> Image:
    height, width = pixels.shape[:2]
    data = array("B", np.ascontiguousarray(pixels).tobytes())
    message = Image(height=height, width=width, encoding="rgb8", step=3 * width, data=data)
    message.header.frame_id = "optical"
    now_ns = time.time_ns()
    message.header.stamp.sec, message.header.stamp.nanosec = divmod(now_ns, 1_000_000_000)
    return message


if __name__ == "__main__":
    main(*sys.argv[1:])
