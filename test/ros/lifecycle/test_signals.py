"""The node ends promptly after a signal in every state."""

import signal
import time

import pytest
from image_messages import image, picture
from lifecycle_msgs.msg import Transition
from lifecycle_msgs.srv import ChangeState
from node_process import EXIT_LIMIT_S, StartNode
from ros_harness import Robot, wait_for

LEAVE_LIMIT_S = 10.0


def test_ends_while_unconfigured(robot: Robot, start_node: StartNode) -> None:
    node = start_node(preloaded=False)
    robot.state(node.name)
    assert robot.client(node.name).is_running()
    code, seconds = node.end(signal.SIGTERM)
    assert code == 0, node.log
    assert seconds < EXIT_LIMIT_S
    # A node that does not leave the graph stays on it for 20 s.
    wait_for(lambda: not robot.client(node.name).is_running(), LEAVE_LIMIT_S, "no node")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ends_while_a_frame_is_processed(robot: Robot, start_node: StartNode, number: int) -> None:
    node = start_node(command="the red ball", preloaded=False)
    robot.bring_up(node.name)
    with robot.camera(node) as camera:
        end = time.monotonic() + 1.0
        while time.monotonic() < end:
            camera.publish(image(robot.stamp_ns(), picture(320, 240)))
            time.sleep(0.01)
        code, seconds = node.end(number)
    assert code == 0, node.log
    assert seconds < EXIT_LIMIT_S
    assert "Traceback" not in node.log


def test_ends_while_the_model_loads(robot: Robot, start_node: StartNode) -> None:
    node = start_node(preloaded=False)
    robot.state(node.name)
    client = robot.node.create_client(ChangeState, f"{node.name}/change_state")
    wait_for(client.service_is_ready)
    client.call_async(
        ChangeState.Request(transition=Transition(id=Transition.TRANSITION_CONFIGURE))
    )
    time.sleep(0.5)
    code, seconds = node.end(signal.SIGINT)
    robot.node.destroy_client(client)
    assert code == 0, node.log
    assert seconds < EXIT_LIMIT_S
