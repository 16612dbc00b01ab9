"""The node in a separate process."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

END_TIMEOUT_S = 10.0


class NodeProcess:
    """The node in a separate process, with its log in a file.

    Attributes:
        name: full name of the node.
        image_topic: full name of the default camera's image topic.
        process: the process.
        log_file: standard output and standard error.
    """

    def __init__(
        self,
        folder: Path,
        namespace: str,
        arguments: list[str],
        program: tuple[str, str] = ("-m", "samwise_ros.ros.node"),
    ) -> None:
        self.log_file = folder / f"{namespace.replace('/', '_')}.log"
        self.name = f"/{namespace}/samwise_node"
        self.image_topic = f"/{namespace}/camera/image_raw"
        command = [sys.executable, *program, "--ros-args"]
        command += ["-r", f"__ns:=/{namespace}", *arguments]
        with self.log_file.open("w") as log:
            self.process = subprocess.Popen(
                command,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=folder,
                env={**os.environ, "OMP_NUM_THREADS": "1"},
            )

    @property
    def log(self) -> str:
        return self.log_file.read_text()

    def resident_bytes(self) -> int:
        """Return the resident memory of the process."""
        pages = Path(f"/proc/{self.process.pid}/statm").read_text().split()[1]
        return int(pages) * os.sysconf("SC_PAGE_SIZE")

    def thread_count(self) -> int:
        """Return the number of the system's threads in the process."""
        return len(list(Path(f"/proc/{self.process.pid}/task").iterdir()))

    def end(self, number: int = signal.SIGINT) -> tuple[int, float]:
        """Send a signal; return the exit code and the seconds until the exit."""
        began = time.monotonic()
        self.process.send_signal(number)
        try:
            code = self.process.wait(END_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            code = self.process.wait()
        return code, time.monotonic() - began


StartNode: TypeAlias = Callable[..., NodeProcess]
"""Type of the fixture ``start_node``, which takes arguments and parameters of a node."""
