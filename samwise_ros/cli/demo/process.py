"""The demo's other processes: started, watched, and ended by their ids."""

import signal
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType

_END_TIMEOUT_S = 5.0


class DemoProcess:
    """A process with its log in a file; it ends with the ``with`` block."""

    def __init__(self, command: Sequence[str], log: Path, folder: Path | None = None) -> None:
        """Start it.

        Args:
            command: program and arguments.
            log: file for what it says.
            folder: where it runs; ``None`` is here.
        """
        self.log_file = log
        with log.open("w") as file:
            # A session of its own: Ctrl-C in the terminal is for the demo, which ends the others.
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=file,
                stderr=subprocess.STDOUT,
                cwd=folder,
                text=True,
                start_new_session=True,
            )

    def __enter__(self) -> "DemoProcess":
        """Use the process until the block ends."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the process, whatever happened."""
        self.end()

    @property
    def exit_code(self) -> int | None:
        """The exit code, negative after a signal; ``None`` while it runs."""
        return self._process.poll()

    def tell(self, line: str) -> None:
        """Write a line to its standard input; nothing, where it has ended."""
        assert self._process.stdin is not None
        with suppress(BrokenPipeError):
            self._process.stdin.write(f"{line}\n")
            self._process.stdin.flush()

    def log_tail(self, lines: int = 15) -> str:
        """Give the last lines that it said."""
        return "\n".join(self.log_file.read_text(errors="replace").splitlines()[-lines:])

    def end(self) -> None:
        """Interrupt it, kill it if that does not help, and wait for its end."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
            try:
                self._process.wait(_END_TIMEOUT_S)
            except subprocess.TimeoutExpired:
                self._process.kill()
        self._process.wait()
