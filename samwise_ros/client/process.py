"""Starts and stops processes: the node, cameras and the `samwise` command."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType

NODE_PROGRAM = ("-m", "samwise_ros.ros.node")
STOP_TIMEOUT_S = 10.0
_POLL_S = 0.02


def node_command(
    namespace: str = "",
    parameters: Mapping[str, object] | None = None,
    arguments: Sequence[str] = (),
    program: Sequence[str] = NODE_PROGRAM,
) -> list[str]:
    """Return the command line of the node.

    Run the process in an empty folder, not in the source tree: Python looks for modules in the
    current folder first, and the source tree has no compiled messages.

    Args:
        namespace: such as ``/kitchen``; empty for the root namespace.
        parameters: values of node parameters; a path becomes a string.
        arguments: further arguments after ``--ros-args``, such as remappings.
        program: arguments of Python that select the program; a robot program can host the node.

    >>> node_command("/kitchen", {"device": "cpu"})[1:]
    ['-m', 'samwise_ros.ros.node', '--ros-args', '-r', '__ns:=/kitchen', '-p', 'device:="cpu"']
    """
    command = [sys.executable, *program, "--ros-args"]
    if namespace:
        command += ["-r", f"__ns:={namespace}"]
    for name, value in (parameters or {}).items():
        # YAML reads JSON; the quotes keep text such as "7" or "off" a string.
        command += ["-p", f"{name}:={json.dumps(value, default=os.fspath)}"]
    return [*command, *arguments]


class ChildProcess:
    """A process with its output in a file; leaving the ``with`` block stops it.

    Attributes:
        log_file: standard output and standard error of the process.
    """

    def __init__(
        self,
        command: Sequence[str],
        log_file: Path,
        *,
        folder: Path | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """Start the process.

        Args:
            command: program and arguments.
            log_file: file for the output; an existing file is overwritten.
            folder: working directory; ``None`` is the current one.
            environment: all environment variables; ``None`` passes on those of this process.

        Raises:
            OSError: the program or a folder does not exist.
        """
        self.log_file = log_file
        with log_file.open("w") as file:
            # In a new session, Ctrl-C in the terminal reaches only the parent, which stops the
            # children in order.
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=file,
                stderr=subprocess.STDOUT,
                cwd=folder,
                env=environment,
                text=True,
                start_new_session=True,
            )

    def __enter__(self) -> "ChildProcess":
        """Return the process."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop the process."""
        self.stop()

    @property
    def pid(self) -> int:
        """Process id."""
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """Exit code, negative after a signal; ``None`` while the process runs."""
        return self._process.poll()

    @property
    def log(self) -> str:
        """The output so far."""
        return self.log_file.read_text(errors="replace")

    def log_tail(self, lines: int = 15) -> str:
        """Return the last lines of the output."""
        return "\n".join(self.log.splitlines()[-lines:])

    def write_line(self, line: str) -> None:
        """Write a line to standard input; ignored if the process has ended."""
        assert self._process.stdin is not None
        with suppress(BrokenPipeError):
            self._process.stdin.write(f"{line}\n")
            self._process.stdin.flush()

    def close_input(self) -> None:
        """Close standard input."""
        assert self._process.stdin is not None
        with suppress(BrokenPipeError):
            self._process.stdin.close()

    def wait(self, timeout_s: float | None = None) -> int:
        """Wait for the end of the process and return its exit code.

        Raises:
            subprocess.TimeoutExpired: the process still runs.
        """
        return self._process.wait(timeout_s)

    def wait_for_output(self, pattern: str, timeout_s: float) -> str:
        """Wait until a regular expression matches the output, and return the output.

        Raises:
            TimeoutError: no match in time.
            RuntimeError: the process ended without a match.
        """
        end = time.monotonic() + timeout_s
        while True:
            ended = self.exit_code is not None  # before reading, else the last lines are missed
            if re.search(pattern, text := self.log):
                return text
            if ended:
                raise RuntimeError(
                    f"expected {pattern!r} in {self.log_file}, but the process ended with code "
                    f"{self.exit_code}:\n{self.log_tail()}"
                )
            if time.monotonic() > end:
                raise TimeoutError(
                    f"expected {pattern!r} in {self.log_file} within {timeout_s:g} s, got:\n"
                    f"{self.log_tail()}"
                )
            time.sleep(_POLL_S)

    def stop(self, number: int = signal.SIGINT, timeout_s: float = STOP_TIMEOUT_S) -> int:
        """Send a signal, kill the process if it does not end in time, and return the exit code."""
        if self._process.poll() is None:
            self._process.send_signal(number)
            try:
                self._process.wait(timeout_s)
            except subprocess.TimeoutExpired:
                self._process.kill()
        code = self._process.wait()
        self.close_input()
        return code
