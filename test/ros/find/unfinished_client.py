"""A client that sends a goal, prints "accepted" and does not wait for the result.

python unfinished_client.py /finding/samwise_node/find SECONDS
"""

import sys

import rclpy
from rclpy.action import ActionClient
from rclpy.node import Node

from samwise_ros.action import FindObject


def main(name: str, timeout_seconds: float) -> None:
    rclpy.init()
    node = Node("unfinished_client")
    client = ActionClient(node, FindObject, name)
    client.wait_for_server()
    goal = FindObject.Goal(sentence="the red ball", timeout_seconds=timeout_seconds)
    accepted = client.send_goal_async(goal)
    rclpy.spin_until_future_complete(node, accepted)
    assert accepted.result().accepted
    print("accepted", flush=True)
    rclpy.spin(node)


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]))
