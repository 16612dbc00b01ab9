"""Stops training after the current step on a signal, or with its launcher."""

import os
import signal
import threading
import time
from types import FrameType, TracebackType

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Interruption:
    """Context manager that records SIGINT and SIGTERM, so that training can save its state.

    A second signal acts immediately, with the previous handler.
    """

    def __init__(self, after: int | None = None) -> None:
        """Start without a signal.

        Args:
            after: number of steps to stop after; ``None`` for no limit.
        """
        self.signalled, self._remaining = False, after

    def should_stop(self) -> bool:
        """Count a step and return whether to stop."""
        if self._remaining is not None:
            self._remaining -= 1
        return self.signalled or (self._remaining is not None and self._remaining <= 0)

    def __enter__(self) -> "Interruption":
        """Install the signal handlers."""
        self._previous = {number: signal.signal(number, self._on_signal) for number in _SIGNALS}
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Restore the previous signal handlers."""
        for number, handler in self._previous.items():
            signal.signal(number, handler)

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self.signalled = True
        for signal_number, handler in self._previous.items():
            signal.signal(signal_number, handler)


def ignore_stop_signals() -> None:
    """Ignore SIGINT and SIGTERM in a worker process, which its parent still needs."""
    for number in _SIGNALS:
        signal.signal(number, signal.SIG_IGN)


def end_with_parent() -> None:
    """End this process within a second after its parent was killed.

    Processes that outlive a killed ``torchrun`` would train on, and write the same files as those
    of the repeated command.
    """
    threading.Thread(target=_watch, args=(os.getppid(),), daemon=True).start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(1)
