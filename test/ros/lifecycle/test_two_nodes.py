"""Two nodes in one process or on one graph do not affect each other."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from image_messages import image
from lifecycle_msgs.msg import Transition
from lifecycle_steps import set_parameter
from node_process import NodeProcess, StartNode
from ros_harness import Inbox, Robot

from samwise_ros.msg import TargetArray

# Two nodes with one executor, and two nodes with an executor and a thread each.
ONE_EXECUTOR = """
import rclpy
from rclpy.executors import ExternalShutdownException, SingleThreadedExecutor
from rclpy.parameter import Parameter
from samwise_ros.ros.node import SamwiseNode

rclpy.init()
nodes = {nodes}
executor = SingleThreadedExecutor()
for node in nodes:
    executor.add_node(node)
try:
    executor.spin()
except (KeyboardInterrupt, ExternalShutdownException):
    pass
for node in nodes:
    node.destroy_node()
"""
ONE_EACH = """
import contextlib
import threading
import rclpy
from rclpy._rclpy_pybind11 import RCLError
from rclpy.executors import ExternalShutdownException, SingleThreadedExecutor
from samwise_ros.ros.node import SamwiseNode

def spin(node):
    executor = SingleThreadedExecutor()
    executor.add_node(node)
    try:
        executor.spin()
    except ExternalShutdownException:
        pass
    except RCLError:  # rclpy was shut down between the executor's check and its wait
        if rclpy.ok():
            raise

rclpy.init()
nodes = {nodes}
threads = [threading.Thread(target=spin, args=[node]) for node in nodes]
for thread in threads:
    thread.start()
for thread in threads:
    with contextlib.suppress(KeyboardInterrupt):
        thread.join()
    thread.join()
for node in nodes:
    node.destroy_node()
"""

# Different names and cameras; and the same names in different namespaces.
DIFFERENT_NAMES = """[
    SamwiseNode(f"{one}_tracker", parameter_overrides=[Parameter("cameras", value=[one])])
    for one in ("front", "rear")
]"""
DIFFERENT_NAMESPACES = """[
    SamwiseNode(cli_args=["--ros-args", "-r", f"__ns:=/pair/{one}"]) for one in ("front", "rear")
]"""


class NodeHandle:
    """A node by its name, with its camera's topic."""

    def __init__(self, robot: Robot, name: str, image_topic: str) -> None:
        self.robot, self.name, self.image_topic = robot, name, image_topic

    @contextmanager
    def with_camera(self, camera: str) -> Iterator[tuple[Any, Inbox[TargetArray]]]:
        """Yield a publisher of its camera's images, and its targets."""
        with (
            self.robot.image_publisher(self.image_topic) as publisher,
            self.robot.subscribed(f"{self.name}/{camera}/targets", TargetArray) as targets,
        ):
            yield publisher, targets


def sentences_at(targets: Inbox[TargetArray], stamp_ns: int) -> list[str]:
    """Return the sentences of the targets on the image of a stamp."""
    array = targets.wait(lambda array: array.header.stamp.nanosec == stamp_ns % 10**9)
    return [one.sentence for one in array.targets]


@pytest.fixture(params=["names, one executor", "namespaces, one executor each"])
def nodes(
    request: pytest.FixtureRequest, robot: Robot, tmp_path: Path, model_folder: Path
) -> Iterator[tuple[NodeHandle, NodeHandle, NodeProcess]]:
    """Two nodes in one process."""
    if request.param.startswith("names,"):
        program, code = ONE_EXECUTOR, DIFFERENT_NAMES
        named = {
            one: (f"/pair/{one}_tracker", f"/pair/{one}/image_raw") for one in ("front", "rear")
        }
    else:
        program, code = ONE_EACH, DIFFERENT_NAMESPACES
        named = {
            one: (f"/pair/{one}/samwise_node", f"/pair/{one}/camera/image_raw")
            for one in ("front", "rear")
        }
    parameters = {"model": model_folder, "device": "cpu"}
    program = ("-c", program.format(nodes=code))
    process = NodeProcess(tmp_path, "pair", program=program, parameters=parameters)
    front, rear = (NodeHandle(robot, *named[one]) for one in ("front", "rear"))
    yield front, rear, process
    process.end(signal.SIGKILL)


def camera_of(node: NodeHandle) -> str:
    return node.image_topic.split("/")[-2]


def test_two_nodes_in_one_process_are_independent(
    nodes: tuple[NodeHandle, NodeHandle, NodeProcess], robot: Robot
) -> None:
    front, rear, process = nodes
    for handle in (front, rear):
        robot.bring_up(handle.name)
    assert set_parameter(robot, front.name, "command_mode", "add") == ""  # of this node only
    robot.say(front, "the red ball")
    robot.wait_for_sentences(front, ["the red ball"])
    for handle in (front, rear):
        robot.say(handle, "the blue mug")
    robot.wait_for_sentences(front, ["the red ball", "the blue mug"])
    robot.say(rear, "the green ball")
    robot.wait_for_sentences(rear, ["the green ball"])
    with front.with_camera(camera_of(front)) as (camera, targets):
        stamp = robot.stamp_ns()
        with rear.with_camera(camera_of(rear)) as (other_camera, other_targets):
            camera.publish(image(stamp))
            other_camera.publish(image(stamp + 1))
            assert sentences_at(targets, stamp) == ["the red ball", "the blue mug"]
            assert sentences_at(other_targets, stamp + 1) == ["the green ball"]
            assert len(targets.messages) == len(other_targets.messages) == 1
        # One node is cleaned up and fails to configure; the other continues.
        assert robot.change_state(rear.name, Transition.TRANSITION_DEACTIVATE)
        assert robot.change_state(rear.name, Transition.TRANSITION_CLEANUP)
        assert set_parameter(robot, rear.name, "model", "nowhere") == ""
        assert not robot.change_state(rear.name, Transition.TRANSITION_CONFIGURE)
        fault = robot.status(rear.name, lambda status: status.message.startswith("FAILED"))
        assert "nowhere" in fault.message
        robot.status(front.name, lambda status: status.message == "active")
        camera.publish(image(stamp + 2))
        assert sentences_at(targets, stamp + 2) == ["the red ball", "the blue mug"]
    assert robot.state(front.name) == "active"
    code, _ = process.end(signal.SIGINT)
    assert code == 0, process.log
    assert "Traceback" not in process.log


def test_two_nodes_on_one_graph_share_a_camera(robot: Robot, start_node: StartNode) -> None:
    topic = "/shared/image_raw"
    processes = [start_node("-r", f"camera/image_raw:={topic}") for _ in range(2)]
    one, other = (NodeHandle(robot, node.name, topic) for node in processes)
    for handle in (one, other):
        robot.bring_up(handle.name)
    with (
        robot.image_publisher(topic, nodes=2) as camera,
        robot.subscribed(f"{one.name}/camera/targets", TargetArray) as targets,
        robot.subscribed(f"{other.name}/camera/targets", TargetArray) as other_targets,
    ):
        robot.say(one, "the red ball")
        robot.say(other, "the blue mug")
        robot.wait_for_sentences(one, ["the red ball"])
        robot.wait_for_sentences(other, ["the blue mug"])
        stamp = robot.stamp_ns()
        camera.publish(image(stamp))
        assert sentences_at(targets, stamp) == ["the red ball"]
        assert sentences_at(other_targets, stamp) == ["the blue mug"]
        processes[1].stop(signal.SIGKILL)  # without any message to the graph
        camera.publish(image(stamp + 1))
        assert sentences_at(targets, stamp + 1) == ["the red ball"]
        assert robot.state(one.name) == "active"
