"""Two nodes, in one process or on one graph: each does its own work."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from conftest import StartNode
from lifecycle_msgs.msg import Transition
from ros_harness import Inbox, NodeProcess, Robot, image, wait_for
from sensor_msgs.msg import Image
from std_msgs.msg import String
from test_lifecycle import set_parameter

from samwise_ros.msg import CommandArray, TargetArray

# Programs as users write them: two nodes with one executor, and each with one and a thread.
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
    node.close()
"""
ONE_EACH = """
import contextlib
import threading
import rclpy
from rclpy.executors import ExternalShutdownException, SingleThreadedExecutor
from samwise_ros.ros.node import SamwiseNode

def spin(node):
    executor = SingleThreadedExecutor()
    executor.add_node(node)
    with contextlib.suppress(ExternalShutdownException):
        executor.spin()

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
    node.close()
"""

# Names and cameras of their own; and the same names in namespaces of their own.
OWN_NAMES = """[
    SamwiseNode(f"{one}_eye", parameter_overrides=[Parameter("cameras", value=[one])])
    for one in ("front", "rear")
]"""
OWN_NAMESPACES = """[
    SamwiseNode(cli_args=["--ros-args", "-r", f"__ns:=/pair/{one}"]) for one in ("front", "rear")
]"""


class Eye:
    """A node by its name, and its camera's topic."""

    def __init__(self, robot: Robot, name: str, image_topic: str) -> None:
        self.robot, self.name, self.image_topic = robot, name, image_topic

    def say(self, sentence: str) -> None:
        self.robot.tell(f"{self.name}/command", String(data=sentence))

    @contextmanager
    def living(self) -> Iterator[Inbox[CommandArray]]:
        topic = f"{self.name}/commands"
        with self.robot.listening(topic, CommandArray, latched=True) as inbox:
            yield inbox

    @contextmanager
    def at_work(self, camera: str) -> Iterator[tuple[Any, Inbox[TargetArray]]]:
        """Give its camera, and what it finds there."""
        with (
            self.robot.speaking(self.image_topic, Image) as publisher,
            self.robot.listening(f"{self.name}/{camera}/targets", TargetArray) as found,
        ):
            wait_for(lambda: self.robot.reliability(self.image_topic) == ["RELIABLE"])
            wait_for(publisher.get_subscription_count)
            yield publisher, found


def looks_for(living: Inbox[CommandArray], sentences: list[str]) -> None:
    living.wait(lambda array: [one.sentence for one in array.commands] == sentences)


def seen(found: Inbox[TargetArray], stamp_ns: int) -> list[str]:
    """What was looked for on the image of a stamp."""
    array = found.wait(lambda one: one.header.stamp.nanosec == stamp_ns % 10**9)
    return [one.sentence for one in array.targets]


@pytest.fixture(params=["own names, one executor", "own namespaces, one each"])
def eyes(
    request: pytest.FixtureRequest, robot: Robot, tmp_path: Path, model_folder: Path
) -> Iterator[tuple[Eye, Eye, NodeProcess]]:
    """Two nodes in one process."""
    if request.param.startswith("own names,"):
        program, nodes = ONE_EXECUTOR, OWN_NAMES
        named = {one: (f"/pair/{one}_eye", f"/pair/{one}/image_raw") for one in ("front", "rear")}
    else:
        program, nodes = ONE_EACH, OWN_NAMESPACES
        named = {
            one: (f"/pair/{one}/samwise_node", f"/pair/{one}/camera/image_raw")
            for one in ("front", "rear")
        }
    arguments = ["-p", f"model:={model_folder}", "-p", "device:=cpu"]
    process = NodeProcess(tmp_path, "pair", arguments, ("-c", program.format(nodes=nodes)))
    front, rear = (Eye(robot, *named[one]) for one in ("front", "rear"))
    yield front, rear, process
    process.end(signal.SIGKILL)


def camera_of(eye: Eye) -> str:
    return eye.image_topic.split("/")[-2]


def test_two_nodes_in_one_process_do_not_disturb_each_other(
    eyes: tuple[Eye, Eye, NodeProcess], robot: Robot
) -> None:
    front, rear, process = eyes
    for eye in (front, rear):
        robot.bring_up(eye.name)
    assert set_parameter(robot, front, "command_mode", "add") == ""  # of this one alone
    with front.living() as at_front, rear.living() as at_rear:
        front.say("the red ball")
        looks_for(at_front, ["the red ball"])
        for eye in (front, rear):
            eye.say("the blue mug")
        looks_for(at_front, ["the red ball", "the blue mug"])
        rear.say("the green ball")
        looks_for(at_rear, ["the green ball"])
        with front.at_work(camera_of(front)) as (camera, found):
            stamp = robot.stamp_ns()
            with rear.at_work(camera_of(rear)) as (other_camera, other_found):
                camera.publish(image(stamp))
                other_camera.publish(image(stamp + 1))
                assert seen(found, stamp) == ["the red ball", "the blue mug"]
                assert seen(other_found, stamp + 1) == ["the green ball"]
                assert len(found.messages) == len(other_found.messages) == 1
            # One is taken down and made to fail; the other one works on.
            assert robot.change_state(rear.name, Transition.TRANSITION_DEACTIVATE)
            assert robot.change_state(rear.name, Transition.TRANSITION_CLEANUP)
            assert set_parameter(robot, rear, "model", "nowhere") == ""
            assert not robot.change_state(rear.name, Transition.TRANSITION_CONFIGURE)
            fault = robot.diagnosis(rear.name, lambda one: one.message.startswith("FAILED"))
            assert "nowhere" in fault.message
            health = robot.diagnosis(front.name, lambda one: one.name.endswith(": model"))
            assert health.message == "active"
            camera.publish(image(stamp + 2))
            assert seen(found, stamp + 2) == ["the red ball", "the blue mug"]
    assert robot.state(front.name) == "active"
    code, _ = process.end(signal.SIGINT)
    assert code == 0, process.log
    assert "Traceback" not in process.log


def test_two_nodes_on_one_graph_look_through_one_camera(
    robot: Robot, start_node: StartNode
) -> None:
    topic = "/shared/image_raw"
    nodes = [start_node("-r", f"camera/image_raw:={topic}") for _ in range(2)]
    one, other = (Eye(robot, node.name, topic) for node in nodes)
    for eye in (one, other):
        robot.bring_up(eye.name)
    with (
        one.living() as at_one,
        other.living() as at_other,
        robot.speaking(topic, Image) as camera,
        robot.listening(f"{one.name}/camera/targets", TargetArray) as found,
        robot.listening(f"{other.name}/camera/targets", TargetArray) as other_found,
    ):
        one.say("the red ball")
        other.say("the blue mug")
        looks_for(at_one, ["the red ball"])
        looks_for(at_other, ["the blue mug"])
        wait_for(lambda: robot.reliability(topic) == ["RELIABLE"] * 2)
        wait_for(lambda: camera.get_subscription_count() == 2)
        stamp = robot.stamp_ns()
        camera.publish(image(stamp))
        assert seen(found, stamp) == ["the red ball"]
        assert seen(other_found, stamp) == ["the blue mug"]
        nodes[1].process.kill()  # nothing is told to anybody
        nodes[1].process.wait()
        camera.publish(image(stamp + 1))
        assert seen(found, stamp + 1) == ["the red ball"]
        assert robot.state(one.name) == "active"
