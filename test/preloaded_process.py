"""Runs Python programs in processes that have the large libraries in memory.

Importing torch and transformers takes four seconds of a processor, and these tests start a hundred
nodes. A server that has imported them, and does nothing else, forks each process.
"""

import multiprocessing
import os
import runpy
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from io import StringIO
from pathlib import Path

_LIBRARIES = [
    "torch",
    "sam2.modeling.sam2_base",
    "transformers.models.clip.modeling_clip",
    "transformers.models.roberta.modeling_roberta",
]
_TESTS = Path(__file__).parent
_ROOT = _TESTS.parent

_server = multiprocessing.get_context("forkserver")
_server.set_forkserver_preload(_LIBRARIES)


class PreloadedProcess:
    """A program of Python in a new session, with the interface of ``Popen``."""

    def __init__(
        self,
        arguments: Sequence[str],
        log_file: Path,
        folder: Path,
        environment: Mapping[str, str],
    ) -> None:
        """Start the program.

        Args:
            arguments: of Python: ``-m`` and a module, ``-c`` and code, or a file, and then those of
                the program.
            log_file: file for the output.
            folder: working directory.
            environment: all environment variables.
        """
        self.stdin = StringIO()
        options = (list(arguments), log_file, folder, dict(environment))
        self._process = _server.Process(target=_run, args=options)
        self._process.start()

    @property
    def pid(self) -> int:
        assert self._process.pid is not None
        return self._process.pid

    def poll(self) -> int | None:
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        self._process.join(timeout)
        if (code := self.poll()) is None:
            raise subprocess.TimeoutExpired(str(self._process), timeout or 0.0)
        return code

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


def _run(arguments: list[str], log_file: Path, folder: Path, environment: dict[str, str]) -> None:
    os.setsid()
    with log_file.open("w") as file:
        for output in (sys.stdout, sys.stderr):
            os.dup2(file.fileno(), output.fileno())
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    # Neither the tests nor the source tree, whose package has no compiled messages.
    paths = (Path(path) for path in sys.path)
    paths = (path for path in paths if path != _ROOT and not path.is_relative_to(_TESTS))
    sys.path[:] = [str(folder), *map(str, paths)]
    sys.stdout.reconfigure(line_buffering=True)
    if arguments[0] == "-m":
        sys.argv = arguments[1:]
        runpy.run_module(arguments[1], run_name="__main__", alter_sys=True)
    elif arguments[0] == "-c":
        sys.argv = ["-c", *arguments[2:]]
        exec(arguments[1], {"__name__": "__main__"})
    else:
        sys.argv = arguments
        sys.path[0] = str(Path(arguments[0]).parent)
        runpy.run_path(arguments[0], run_name="__main__")
