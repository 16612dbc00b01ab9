"""The count of frames without a pose ends when the target leaves."""

from collections.abc import Iterator

import numpy as np
import pytest
from geometry_msgs.msg import PoseStamped
from rclpy.context import Context
from rclpy.lifecycle import LifecycleNode
from ros_harness import wait_for
from std_msgs.msg import Header

from samwise_ros.engine.types import Box, Command, Frame, FrameResult, Target, TargetState
from samwise_ros.ros.health import MIN_MISSING_POSES
from samwise_ros.ros.target_3d.depth_input import DepthInput
from samwise_ros.ros.target_3d.pose_output import PoseOutput

MASK = np.zeros((48, 64), np.bool_)
MASK[5:20, 5:20] = True


@pytest.fixture
def node(ros_context: Context) -> Iterator[LifecycleNode]:
    node = LifecycleNode("poses", context=ros_context)
    yield node
    node.destroy_node()


def result(mask: np.ndarray, box: Box | None) -> FrameResult:
    state = TargetState.TRACKING if box else TargetState.LOST
    target = Target(Command("a", "the red mug"), 1, state, mask, 1.0, box, int(bool(box)), 0)
    return FrameResult(Frame(np.zeros((48, 64, 3), np.uint8)), (target,))


def test_missing_poses_are_counted_until_the_target_leaves(node: LifecycleNode) -> None:
    depth = DepthInput(node, "camera")
    output = PoseOutput(node, "camera", depth_range=(0.1, 10.0), lookup=None, publish_tf=False)
    node.create_subscription(PoseStamped, "/poses/camera/target_pose", print, 1)
    wait_for(lambda: node.count_subscribers("/poses/camera/target_pose"), what="the subscriber")
    for _ in range(MIN_MISSING_POSES):
        output.publish(result(MASK, Box(5, 5, 15, 15)), Header(), depth)
    assert output.missing == MIN_MISSING_POSES
    assert output.reason
    output.publish(result(np.zeros_like(MASK), None), Header(), depth)
    assert (output.missing, output.reason) == (0, "")
    output.close()
    depth.close()
