"""The node in a separate process."""

import os
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

from preloaded_process import PreloadedProcess

from samwise_ros.client.process import NODE_PROGRAM, ChildProcess, node_command

# The node ends within two seconds of a signal; this bound also holds on a busy machine.
EXIT_LIMIT_S = 5.0


class NodeProcess(ChildProcess):
    """The node, or another program with a node of this name, in a separate process.

    Attributes:
        name: full name of the node.
        image_topic: full name of the default camera's image topic.
    """

    def __init__(
        self,
        folder: Path,
        namespace: str,
        arguments: Sequence[str] = (),
        program: Sequence[str] = NODE_PROGRAM,
        parameters: Mapping[str, object] | None = None,
        preloaded: bool = True,
    ) -> None:
        """Start the process.

        Args:
            folder: working directory, with the log file.
            namespace: of the node.
            arguments: of ROS 2.
            program: arguments of Python that select the program.
            parameters: of the node.
            preloaded: fork the process instead of starting Python, which then imports torch.
        """
        self.name = f"/{namespace}/samwise_node"
        self.image_topic = f"/{namespace}/camera/image_raw"
        command = node_command(f"/{namespace}", parameters, arguments, program)
        log_file = folder / f"{namespace.replace('/', '_')}.log"
        environment = {**os.environ, "OMP_NUM_THREADS": "1"}
        if preloaded:
            self.log_file = log_file
            self._process = PreloadedProcess(command[1:], log_file, folder, environment)
        else:
            super().__init__(command, log_file, folder=folder, environment=environment)

    def resident_bytes(self) -> int:
        """Return the resident memory of the process."""
        pages = Path(f"/proc/{self.pid}/statm").read_text().split()[1]
        return int(pages) * os.sysconf("SC_PAGE_SIZE")

    def thread_count(self) -> int:
        """Return the number of the system's threads in the process."""
        return len(list(Path(f"/proc/{self.pid}/task").iterdir()))

    def end(self, number: int = signal.SIGINT) -> tuple[int, float]:
        """Send a signal; return the exit code and the seconds until the exit."""
        began = time.monotonic()
        code = self.stop(number)
        return code, time.monotonic() - began


StartNode: TypeAlias = Callable[..., NodeProcess]
"""Type of the fixture ``start_node``, which takes arguments and parameters of a node."""
