"""A request to stop, kept until it can be met."""

import signal
from types import FrameType, TracebackType

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Interruption:
    """Notes Ctrl-C and SIGTERM while it is entered, so that a training saves its state first.

    A second signal acts at once, as if nobody had listened.
    """

    def __init__(self, after: int | None = None) -> None:
        """Nobody has asked yet.

        Args:
            after: steps after which to stop in any case; ``None``: never.
        """
        self.signalled, self._left = False, after

    def due(self) -> bool:
        """Tell after each step whether to stop."""
        if self._left is not None:
            self._left -= 1
        return self.signalled or (self._left is not None and self._left <= 0)

    def __enter__(self) -> "Interruption":
        """Listen."""
        self._before = {number: signal.signal(number, self._note) for number in _SIGNALS}
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Let signals act as they did before."""
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _note(self, number: int, frame: FrameType | None) -> None:
        self.signalled = True
        for one, handler in self._before.items():
            signal.signal(one, handler)


def ignore() -> None:
    """Leave signals to the process that started this one: it still needs what this one makes."""
    for number in _SIGNALS:
        signal.signal(number, signal.SIG_IGN)
