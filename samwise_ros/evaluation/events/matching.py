"""Matching of reported events with true ones, and intervals of shares."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

EARLY_FRAMES = 1
"""An event may precede its onset by this many frames: masks and true masks differ a little."""
LATE_FRAMES = 15
"""An event may be reported this many frames after its hysteresis."""


@dataclass(frozen=True)
class Matching:
    """Which reported events belong to which true ones.

    Attributes:
        pairs: index of the reported event and of the true event.
        false: indices of reported events without a true one.
        missed: indices of true events without a reported one.
        reports: for each true event with a match, how many reports it caused: the match, and the
            false ones in its window.
    """

    pairs: tuple[tuple[int, int], ...]
    false: tuple[int, ...]
    missed: tuple[int, ...]
    reports: tuple[int, ...]


def match(reported: Sequence[int], onsets: Sequence[int], hysteresis: int) -> Matching:
    """Match events of one kind, one to one in time order.

    A reported event matches the first unmatched true event whose window contains it. All windows
    have the same length, so this order matches as many events as any other.

    Args:
        reported: frames of the reported events, ascending.
        onsets: onsets of the true events, ascending.
        hysteresis: frames that the node waits before it reports this kind.

    >>> match([6, 7, 40], [2, 100], 5)
    Matching(pairs=((0, 0),), false=(1, 2), missed=(1,), reports=(2,))
    """
    pairs, false = [], []
    free = list(range(len(onsets)))
    for index, frame in enumerate(reported):
        found = next((true for true in free if _in_window(frame, onsets[true], hysteresis)), None)
        if found is None:
            false.append(index)
        else:
            free.remove(found)
            pairs.append((index, found))
    reports = [
        1 + sum(_in_window(reported[index], onsets[true], hysteresis) for index in false)
        for _, true in pairs
    ]
    return Matching(tuple(pairs), tuple(false), tuple(free), tuple(reports))


def _in_window(frame: int, onset: int, hysteresis: int) -> bool:
    return onset - EARLY_FRAMES <= frame <= onset + hysteresis + LATE_FRAMES


@dataclass(frozen=True)
class Share:
    """A share: ``hits`` of ``total``.

    >>> print(Share(9, 10))
    0.90 [0.60, 0.98] of 10
    """

    hits: int
    total: int

    @property
    def value(self) -> float:
        """``hits / total``; NaN of nothing."""
        return self.hits / self.total if self.total else math.nan

    def interval(self, z: float = 1.96) -> tuple[float, float]:
        """Return the score interval of the share, for 95 % by default; 0 to 1 of nothing.

        Source: E. B. Wilson, "Probable inference, the law of succession, and statistical
        inference", Journal of the American Statistical Association 22, 1927.
        """
        if not self.total:
            return 0.0, 1.0
        n, p = self.total, self.value
        centre = (p + z * z / (2 * n)) / (1 + z * z / n)
        reach = z / (1 + z * z / n) * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
        return max(0.0, centre - reach), min(1.0, centre + reach)

    def __str__(self) -> str:
        """Return the share with its interval."""
        if not self.total:
            return "- of 0"
        low, high = self.interval()
        return f"{self.value:.2f} [{low:.2f}, {high:.2f}] of {self.total}"


def f1(precision: float, recall: float) -> float:
    """Return the harmonic mean of precision and recall; 0 if both are 0.

    >>> f1(1.0, 0.5)
    0.6666666666666666
    """
    total = precision + recall
    return 2 * precision * recall / total if total else 0.0
