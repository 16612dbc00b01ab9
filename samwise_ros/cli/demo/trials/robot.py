"""The processes of a trial: simulator, arm, node and picker; and the view of the judge."""

import json
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from ament_index_python.packages import get_package_share_directory
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from sensor_msgs.msg import JointState
from std_msgs.msg import String

from samwise_ros.client.names import resolve_topic
from samwise_ros.client.process import NODE_PROGRAM, ChildProcess, node_command
from samwise_ros.errors import SamwiseError
from samwise_ros.interface.topics import TARGETS
from samwise_ros.msg import TargetArray
from samwise_ros.sim import messages

SENTENCE, STATE = "pick/sentence", "pick/state"
"""std_msgs/String: topics of the sentence that the picker obeys, and of its state."""
PICKER = "picker"
"""Name of the picker's node."""
START_S = 120.0
SHOW_S = 20.0
_QUEUE = 10


class ProcessError(SamwiseError, OSError):
    """A process of the robot ended or does not answer; the message has its last lines."""


class TrialRobot:
    """The processes of a robot, and what a judge sees and does.

    Attributes:
        node: node of the judge.
        processes: the running processes by name.
        truth: latest truth of the simulator.
        states: states of the picker since it received the last sentence.
        lifted: indices of the things that the gripper held since the last `say`.
        speed_rad_s: speed of the fastest joint but the gripper.
    """

    def __init__(
        self, node: Node, folder: Path, environment: Mapping[str, str] | None = None
    ) -> None:
        """Prepare; nothing runs yet.

        Args:
            node: node of the judge; no other executor spins it.
            folder: for the logs.
            environment: environment variables of the processes; ``None`` passes on those of this
                process.
        """
        self.node = node
        self._folder, self._environment = folder, environment
        self._stack = ExitStack()
        self._executor = SingleThreadedExecutor(context=node.context)
        self._executor.add_node(node)
        self.processes: dict[str, ChildProcess] = {}
        self.truth: dict[str, Any] = {}
        self.states: list[str] = []
        self.lifted: set[int] = set()
        self._said = ""
        self.speed_rad_s = 0.0
        self._frames = 0
        self._starts: Counter[str] = Counter()
        node.create_subscription(String, messages.TRUTH, self._on_truth, _QUEUE)
        node.create_subscription(String, STATE, self._on_state, _QUEUE)
        node.create_subscription(JointState, messages.JOINT_STATES, self._on_joints, _QUEUE)
        node.create_subscription(TargetArray, resolve_topic(TARGETS.name), self._on_targets, 2)
        self._sentences = node.create_publisher(String, SENTENCE, _QUEUE)
        self._requests = node.create_publisher(String, messages.REQUEST, _QUEUE)

    def start(
        self,
        parameters: Mapping[str, object],
        program: Sequence[str] = NODE_PROGRAM,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """Start all processes, and wait until the node processes images.

        Args:
            parameters: of the node.
            program: arguments of Python that select the program of the node.
            environment: environment variables of the node; by default as for all.

        Raises:
            ProcessError: a process failed.
        """
        self._node_start = dict(parameters), tuple(program), environment
        python = sys.executable
        self._start("simulator", [python, "-m", "samwise_ros.sim.simulator"])
        self._start("arm", [python, "-m", "samwise_ros.sim.arm"])
        self._start("picker", [python, str(picker_path())])
        self.start_node()

    def start_node(self) -> None:
        """Start only the node, after `kill_node`, as `start` did; errors as there."""
        parameters, program, environment = self._node_start
        values = {"autostart": True, "use_depth": True, **parameters}
        self._start("node", node_command("", values, program=program), environment)
        self._frames = 0
        self.wait_for(lambda: self._frames > 0, START_S, "an image that the node has processed")
        self.wait_for(
            lambda: self._requests.get_subscription_count() > 0 and self._has_picker(),
            START_S,
            "the simulator and the picker",
        )

    def show(self, split: str, seed: int) -> None:
        """Show a scene.

        Raises:
            ProcessError: a process failed.
        """
        shown = self.truth.get("scenes", 0)
        self.request(f"scene {split} {seed}")
        wanted = {"split": split, "seed": seed}
        self.wait_for(
            lambda: wanted.items() <= self.truth.items() and self.truth["scenes"] > shown,
            SHOW_S,
            "the scene",
        )
        frames = self._frames
        self.wait_for(lambda: self._frames > frames + 1, SHOW_S, "images of the scene")

    def request(self, text: str) -> None:
        """Ask the simulator for something; see `messages.REQUEST`."""
        self._requests.publish(String(data=text))

    def say(self, sentence: str) -> None:
        """Say a sentence to the picker."""
        self.states.clear()
        self.lifted.clear()
        self._said = sentence
        self._sentences.publish(String(data=sentence))

    def has_state(self, *starts: str) -> bool:
        """Return whether the picker was in a state since the sentence was said."""
        return any(state.startswith(starts) for state in self.states)

    def spin_for(self, seconds: float) -> None:
        """Receive messages for a number of seconds."""
        end = time.monotonic() + seconds
        while (left_s := end - time.monotonic()) > 0.0:
            self._executor.spin_once(left_s)

    def wait_for(self, condition: Callable[[], bool], timeout_s: float, name: str) -> None:
        """Wait for a condition.

        Raises:
            ProcessError: a process ended, or the time is over.
        """
        end = time.monotonic() + timeout_s
        while not condition():
            self._executor.spin_once(0.05)
            for label, process in self.processes.items():
                if process.exit_code is not None:
                    raise ProcessError(
                        f"{label} ended with code {process.exit_code}:\n{process.log_tail()}"
                    )
            if time.monotonic() > end:
                raise ProcessError(f"expected {name} within {timeout_s:g} s; logs: {self._folder}")

    def kill_node(self) -> None:
        """Kill the node, as if it had crashed."""
        self.processes.pop("node").stop(9)

    def close(self) -> None:
        """Stop the processes."""
        self._stack.close()
        self._executor.shutdown()

    def _start(
        self, name: str, command: list[str], environment: Mapping[str, str] | None = None
    ) -> None:
        self._starts[name] += 1
        number = "" if self._starts[name] == 1 else f"_{self._starts[name]}"
        process = ChildProcess(
            command,
            self._folder / f"{name}{number}.log",
            folder=self._folder,
            environment=environment or self._environment,
        )
        self.processes[name] = self._stack.enter_context(process)

    def _has_picker(self) -> bool:
        subscriptions = self.node.get_subscriptions_info_by_topic(SENTENCE)
        return any(info.node_name == PICKER for info in subscriptions)

    def _on_truth(self, message: String) -> None:
        self.truth = json.loads(message.data)
        if self.truth["held"] is not None:
            self.lifted.add(self.truth["held"])

    def _on_state(self, message: String) -> None:
        # Not the end of what the picker did before.
        if self.states or message.data == f"received: {self._said}":
            self.states.append(message.data)

    def _on_joints(self, message: JointState) -> None:
        self.speed_rad_s = max(map(abs, message.velocity[:5]), default=0.0)

    def _on_targets(self, _: TargetArray) -> None:
        self._frames += 1


def picker_path() -> Path:
    """Return the path of the example ``examples/pick``.

    Raises:
        PackageNotFoundError: the package is not installed.
    """
    return Path(get_package_share_directory("samwise_ros")) / "examples" / "pick" / "pick.py"
