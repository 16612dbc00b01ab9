"""The position of a found object, from a camera with depth."""

import time
from contextlib import ExitStack

import numpy as np
from depth_table import DepthTable
from find_rig import SUCCEEDED, Goal, Result, destroy, done, requested
from node_process import StartNode
from rclpy.action import ActionClient
from ros_harness import TIMEOUT_S, Robot

from samwise_ros.action import FindObject


def test_result_has_the_position_without_subscribers_of_poses(
    robot: Robot, start_node: StartNode
) -> None:
    node = start_node(model="tabletop", use_depth=True, command_mode="add")
    robot.bring_up(node.name)
    client = ActionClient(robot.node, FindObject, f"{node.name}/find")
    with ExitStack() as stack:
        stack.callback(destroy, robot, client)
        table = DepthTable(4, robot, node, stack)  # also sends a command, which is the first target
        assert client.wait_for_server(TIMEOUT_S)
        request = FindObject.Goal(sentence=table.sentence)
        handle = done(requested(robot, lambda: client.send_goal_async(request)))
        goal = Goal(robot, handle, requested(robot, handle.get_result_async))
        truths = {}
        for index in range(60):
            message, centre = table.send(index)
            truths[str(message.header)] = centre
            time.sleep(0.1)
            if goal.response.done():
                break
        result = goal.result(SUCCEEDED, Result.FOUND)
    assert result.has_pose, node.log
    assert result.pose.header == result.header
    position, centre = result.pose.pose.position, truths[str(result.header)]
    error = np.linalg.norm(np.array([position.x, position.y, position.z]) - centre)
    assert error < 0.02 * np.linalg.norm(centre)
