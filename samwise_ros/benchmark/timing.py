"""Durations summed up: the median and how far they spread, not the best one."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np


@dataclass(frozen=True)
class Spread:
    """Durations in milliseconds.

    Attributes:
        median_ms: half of them took no longer.
        q25_ms, q75_ms: the quartiles; their distance is the interquartile range.
        p99_ms: 99 of 100 took no longer.
    """

    median_ms: float
    q25_ms: float
    q75_ms: float
    p99_ms: float

    @classmethod
    def of(cls, seconds: Sequence[float]) -> "Spread":
        """Sum up durations in seconds.

        Raises:
            ValueError: there is none.

        >>> Spread.of([0.001, 0.002, 0.003])
        Spread(median_ms=2.0, q25_ms=1.5, q75_ms=2.5, p99_ms=2.98)
        """
        if not seconds:
            raise ValueError("expected at least one duration, got none")
        ranks = np.percentile(np.asarray(seconds) * 1000, [50, 25, 75, 99])
        return cls(*(round(float(rank), 3) for rank in ranks))

    def to_json(self) -> dict[str, float]:
        """The numbers by name."""
        return asdict(self)
