"""Real nodes, each with a camera, in a separate ROS domain, and `samwise` processes."""

import os
import random
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Literal

import rclpy
from rclpy.context import Context
from rclpy.node import Node

from samwise_ros.client.process import ChildProcess, node_command

TIMEOUT_S = 120.0  # a node starts slowly on a busy machine

# A shell script that runs the tests in the background disables Ctrl-C for its children.
PROGRAM = (
    "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler);"
    "from samwise_ros.cli.main import main; sys.exit(main())"
)


class RosDomain:
    """A ROS domain on this machine, and a folder for logs.

    Attributes:
        number: the ROS_DOMAIN_ID.
        environment: environment variables of processes in the domain.
    """

    def __init__(self, folder: Path, model: str) -> None:
        used = int(os.environ["ROS_DOMAIN_ID"])
        # Each worker of pytest-xdist uses the even or the odd domains: see test/conftest.py.
        free = set(range(used % 2 or 2, 102, 2)) - {used}
        self.number = random.choice(sorted(free))
        self.environment = {**os.environ, "ROS_DOMAIN_ID": str(self.number)}
        self.folder, self._model = folder, model

    @contextmanager
    def node(self, namespace: str, *arguments: str) -> Iterator[ChildProcess]:
        """Run an active node and its camera until the block ends."""
        with self.node_starting(namespace, *arguments) as (node, camera):
            camera.wait_for_output("ready", TIMEOUT_S)
            yield node

    @contextmanager
    def node_starting(
        self,
        namespace: str,
        *arguments: str,
        state: Literal["active", "inactive"] = "active",
        parameters: Mapping[str, object] | None = None,
        motion: Literal["moving", "still"] = "moving",
    ) -> Iterator[tuple[ChildProcess, ChildProcess]]:
        """Run a node and its camera, which prints "ready" when the node is in a state."""
        values = {"model": self._model, "device": "cpu", "autostart": True, **(parameters or {})}
        program = str(Path(__file__).parent / "node_camera.py")
        camera = [sys.executable, program, namespace, state, motion]
        name = namespace.strip("/")
        with (
            self.start(f"node{name}", node_command(namespace, values, arguments)) as node,
            self.start(f"camera{name}", camera) as publisher,
        ):
            yield node, publisher
            publisher.close_input()
            publisher.wait(TIMEOUT_S)

    def start(self, name: str, command: Sequence[str]) -> ChildProcess:
        """Start a process."""
        log_file = self.folder / f"{name}.log"
        return ChildProcess(command, log_file, folder=self.folder, environment=self.environment)

    def start_samwise(self, *arguments: str) -> ChildProcess:
        """Start `samwise`."""
        command = [sys.executable, "-c", PROGRAM, *arguments]
        return self.start(f"samwise{time.monotonic_ns()}", command)

    def samwise(self, *arguments: str) -> tuple[int, str]:
        """Run `samwise` to its end; return the exit code and the output."""
        return self.samwise_at_once(arguments)[0]

    def samwise_at_once(self, *commands: Sequence[str]) -> list[tuple[int, str]]:
        """Run several `samwise` at the same time; return the exit code and the output of each."""
        with ExitStack() as stack:
            started = [stack.enter_context(self.start_samwise(*command)) for command in commands]
            return [(process.wait(TIMEOUT_S), process.log) for process in started]

    @contextmanager
    def caller_node(self) -> Iterator[Node]:
        """Create a node of the test process in the domain."""
        context = Context()
        rclpy.init(context=context, domain_id=self.number)
        node = Node("caller", context=context)
        try:
            yield node
        finally:
            node.destroy_node()
            context.shutdown()
