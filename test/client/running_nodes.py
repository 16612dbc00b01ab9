"""Real nodes for the commands of the field: each with its camera, all in a domain of their own."""

import os
import random
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

PATIENCE_S = 240.0  # a busy machine is slow, a fault is for ever

# Where the tests run in a script's background, Ctrl-C would be ignored from birth.
PROGRAM = (
    "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler);"
    "from samwise_ros.cli.main import main; sys.exit(main())"
)


def wait_for(condition: Callable[[], Any], what: str) -> Any:
    """Wait until something is true and give it."""
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        if found := condition():
            return found
        time.sleep(0.05)
    raise AssertionError(f"waited {PATIENCE_S} s in vain: {what}")


class Said:
    """A `samwise` process, with what it says in a file that can be read meanwhile."""

    def __init__(self, process: subprocess.Popen[bytes], file: Path) -> None:
        self.process, self._file = process, file

    @property
    def text(self) -> str:
        return self._file.read_text()

    def wait(self, pattern: str) -> str:
        """Give what was said, once a pattern is found in it."""
        wait_for(lambda: re.search(pattern, self.text) or self.process.poll() is not None, pattern)
        assert re.search(pattern, self.text), f"{pattern}: {self.text}"
        return self.text

    def end(self, number: int = signal.SIGINT) -> int:
        """Send a signal; give the exit code."""
        self.process.send_signal(number)
        return self.process.wait(PATIENCE_S)


class Field:
    """A domain of its own, on this machine, and a folder."""

    def __init__(self, folder: Path, model: str) -> None:
        own = int(os.environ["ROS_DOMAIN_ID"])
        domains = set(range(own % 2 or 2, 102, 2)) - {own}  # see conftest.py of all tests
        self.domain = str(random.choice(sorted(domains)))
        self.environment = {**os.environ, "ROS_DOMAIN_ID": self.domain}
        self.folder, self._model = folder, model

    @contextmanager
    def node(
        self, namespace: str, *arguments: str, state: Literal["active", "inactive"] = "active"
    ) -> Iterator[subprocess.Popen[bytes]]:
        """Run a node and its camera until the block ends."""
        program = [sys.executable, "-m", "samwise_ros.ros.node", "--ros-args", "-r"]
        program += [f"__ns:={namespace}", "-p", f"model:={self._model}", "-p", "device:=cpu"]
        program += ["-p", "autostart:=true"]
        driver = [sys.executable, str(Path(__file__).parent / "node_driver.py")]
        node = self._start("node" + namespace.strip("/"), [*program, *arguments])
        around = self._start("driver" + namespace.strip("/"), [*driver, namespace, state])
        try:
            around.wait("ready")
            yield node.process
        finally:
            assert around.process.stdin
            around.process.stdin.close()
            around.process.wait(PATIENCE_S)
            node.end()

    def start(self, *arguments: str) -> Said:
        """Start `samwise` with arguments."""
        name = f"samwise{time.monotonic_ns()}"
        return self._start(name, [sys.executable, "-c", PROGRAM, *arguments])

    def samwise(self, *arguments: str) -> tuple[int, str]:
        """Run `samwise` to its end; give the exit code and what it said."""
        said = self.start(*arguments)
        return said.process.wait(PATIENCE_S), said.text

    def _start(self, name: str, command: list[str]) -> Said:
        file = self.folder / f"{name}.log"
        with file.open("w") as log:
            process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self.folder,
                env=self.environment,
            )
        return Said(process, file)
