"""The simulated robot in separate processes: simulator, arm, node and picker."""

import json
import os
import random
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import rclpy
from rclpy.context import Context
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from sensor_msgs.msg import JointState
from std_msgs.msg import String

from samwise_ros.client.process import ChildProcess, node_command
from samwise_ros.msg import TargetArray
from samwise_ros.sim import messages
from samwise_ros.sim.scene import draw_trial

TIMEOUT_S = 60.0
PICKER = Path(__file__).parents[2] / "examples/pick/pick.py"
DOUBLE = Path(__file__).parent / "true_mask_node.py"


class RobotWorld:
    """The processes of a robot, and what the runner of a trial can see and do.

    Attributes:
        truth: latest truth of the simulator.
        states: states of the picker since `say`.
    """

    def __init__(self, folder: Path) -> None:
        self.folder, self.stack = folder, ExitStack()
        used = int(os.environ["ROS_DOMAIN_ID"])
        domain = random.choice([n for n in range(1, 102) if n % 2 == used % 2 and n != used])
        self.environment = {**os.environ, "ROS_DOMAIN_ID": str(domain)}
        self.context = Context()
        rclpy.init(context=self.context, domain_id=domain)
        self.node = Node("trial", context=self.context)
        self.executor = SingleThreadedExecutor(context=self.context)
        self.executor.add_node(self.node)
        self.truth: dict[str, Any] = {}
        self.states: list[str] = []
        self.velocity = 0.0
        self.node.create_subscription(String, messages.TRUTH, self.on_truth, 10)
        self.node.create_subscription(
            String, "pick/state", lambda state: self.states.append(state.data), 10
        )
        self.node.create_subscription(JointState, messages.JOINT_STATES, self.on_joints, 10)
        self.frames = 0
        self.node.create_subscription(
            TargetArray, "/samwise_node/camera/targets", self.on_targets, 2
        )
        self.sentences = self.node.create_publisher(String, "pick/sentence", 10)
        self.requests = self.node.create_publisher(String, messages.REQUEST, 10)
        self.processes: dict[str, ChildProcess] = {}

    def start(self, name: str, command: list[str], **environment: str) -> ChildProcess:
        process = ChildProcess(
            command,
            self.folder / f"{name}.log",
            folder=self.folder,
            environment={**self.environment, **environment},
        )
        self.processes[name] = self.stack.enter_context(process)
        return process

    def start_node(self, **environment: str) -> None:
        """Start the node with the true masks instead of a network, and wait for its targets."""
        self.frames = 0
        parameters = {"autostart": True, "use_depth": True, "depth_range": [0.05, 5.0]}
        self.start("node", node_command("", parameters, program=[str(DOUBLE)]), **environment)
        self.wait_for(lambda: self.frames > 0)

    def start_robot(self) -> None:
        simulator = ["-m", "samwise_ros.sim.simulator", "--rate", "8"]
        self.start("simulator", [sys.executable, *simulator])
        self.start("arm", [sys.executable, "-m", "samwise_ros.sim.arm"])
        self.start("picker", [sys.executable, str(PICKER)])

    def on_truth(self, message: String) -> None:
        self.truth = json.loads(message.data)

    def on_targets(self, message: TargetArray) -> None:
        self.frames += 1

    def on_joints(self, message: JointState) -> None:
        self.velocity = max(map(abs, message.velocity[:5]))

    def wait_for(self, condition: Callable[[], bool], timeout_s: float = TIMEOUT_S) -> None:
        end = time.monotonic() + timeout_s
        while not condition():
            assert time.monotonic() < end, f"states {self.states}, truth {self.truth}"
            self.executor.spin_once(0.05)
            for name, process in self.processes.items():
                if name != "node":
                    assert process.exit_code is None, f"{name}:\n{process.log_tail()}"

    def spin_for(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.executor.spin_once(0.05)

    def show(self, seed: int) -> int:
        """Show the scene of a seed of ``test``; return its target."""
        self.wait_for(lambda: self.requests.get_subscription_count() > 0)
        self.wait_for(lambda: self.sentences.get_subscription_count() > 0)
        self.requests.publish(String(data=f"scene test {seed}"))
        self.wait_for(lambda: self.truth.get("seed") == seed and not self.truth["in_tray"])
        return draw_trial("test", seed).target

    def say(self, sentence: str) -> None:
        self.states.clear()
        self.sentences.publish(String(data=sentence))

    def has_state(self, *starts: str) -> bool:
        return any(state.startswith(starts) for state in self.states)

    def wait_for_state(self, *starts: str) -> None:
        self.wait_for(lambda: self.has_state(*starts))

    def close(self) -> None:
        self.stack.close()
        self.node.destroy_node()
        self.context.shutdown()


@contextmanager
def robot_world(folder: Path) -> Iterator[RobotWorld]:
    world = RobotWorld(folder)
    try:
        yield world
    finally:
        world.close()
