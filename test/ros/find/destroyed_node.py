"""A node that is destroyed after rclpy's shutdown, while a goal continues; prints "destroyed"."""

import os
import sys
import time

import rclpy
from rclpy.action import ActionClient
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node

from samwise_ros.action import FindObject
from samwise_ros.ros.node import SamwiseNode

TIMEOUT_S = 60.0


def main() -> None:
    rclpy.init(args=sys.argv)
    node, caller = SamwiseNode(), Node("caller")
    node.trigger_configure()
    node.trigger_activate()
    executor = SingleThreadedExecutor()
    executor.add_node(node)
    executor.add_node(caller)
    client = ActionClient(caller, FindObject, "/samwise_node/find")
    end = time.monotonic() + TIMEOUT_S
    while not client.server_is_ready() and time.monotonic() < end:
        executor.spin_once(0.1)
    goal = client.send_goal_async(FindObject.Goal(sentence="the red ball"))
    executor.spin_until_future_complete(goal, TIMEOUT_S)
    assert goal.result().accepted
    time.sleep(0.5)  # the worker adds the command
    rclpy.shutdown()
    node.destroy_node()
    print("destroyed", flush=True)
    os._exit(0)


if __name__ == "__main__":
    main()
