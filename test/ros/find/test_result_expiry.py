"""Results of ended goals expire in real time, also while simulated time stands still."""

import time

from rclpy.action.client import ActionClient
from rclpy.action.server import ActionServer, ServerGoalHandle
from rclpy.context import Context
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from rclpy.parameter import Parameter

from samwise_ros.action import FindObject
from samwise_ros.ros.find.real_time import RealTimeNode


def test_results_expire_without_a_clock_topic(ros_context: Context) -> None:
    node = Node(
        "paused",
        context=ros_context,
        parameter_overrides=[Parameter("use_sim_time", value=True)],
    )

    def end(goal: ServerGoalHandle) -> FindObject.Result:
        goal.abort()
        return FindObject.Result()

    server = ActionServer(
        RealTimeNode(node), FindObject, "~/find", execute_callback=end, result_timeout=1
    )
    client = ActionClient(node, FindObject, "/paused/find")
    executor = SingleThreadedExecutor(context=ros_context)
    executor.add_node(node)
    try:
        assert client.wait_for_server(20.0)
        client.send_goal_async(FindObject.Goal(sentence="the red ball"))
        kept: list[int] = []
        until = time.monotonic() + 20.0
        while time.monotonic() < until and not (kept and kept[-1] == 0 and max(kept) == 1):
            executor.spin_once(0.05)
            kept.append(len(server._goal_handles))
        assert max(kept) == 1
        assert kept[-1] == 0
    finally:
        executor.shutdown()
        node.destroy_node()
