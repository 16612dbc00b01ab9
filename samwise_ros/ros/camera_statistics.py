"""What became of a camera's images: counts, rates and times."""

import time
from collections import Counter, deque

import numpy as np

WINDOW_S = 5.0
SAMPLES = 1000
TIMES = ("transport", "age", "conversion", "inference", "publishing", "latency")
"""On an image's way: from its stamp to its arrival, from its stamp to when it is taken to be worked
on, the making of a frame, the engine, the sending of all that comes of it, and from its stamp to
when its masks go out. Stamps of another clock are left out of the first two."""


class Rate:
    """How often something happens, over the last seconds."""

    def __init__(self) -> None:
        """Start with nothing seen."""
        self._times: deque[float] = deque(maxlen=SAMPLES)

    def tick(self) -> None:
        """It happens now."""
        self._times.append(time.monotonic())

    @property
    def last(self) -> float | None:
        """When it happened last, in seconds of ``time.monotonic``."""
        return self._times[-1] if self._times else None

    def per_second(self) -> float:
        """Give the mean rate within the window, 0 where it happened less than twice."""
        now = time.monotonic()
        recent = [one for one in tuple(self._times) if now - one < WINDOW_S]
        if len(recent) < 2 or recent[-1] == recent[0]:
            return 0.0
        return (len(recent) - 1) / (recent[-1] - recent[0])


class CameraStatistics:
    """Counts of one camera since the node was activated.

    Each number has one writer: the callbacks write what comes in, the worker what it takes and
    what goes out.

    Attributes:
        arrivals: images that came.
        results: frames whose masks went out.
        superseded: images replaced by a newer one before their turn.
        rate_limited: images left out to keep to ``max_rate_hz``.
        too_old: images older than ``max_frame_age``.
        failed: frames that the network failed on.
        refused: images that could not be used, by kind of fault.
        times_s: of the last images or frames, each of `TIMES`.
    """

    def __init__(self) -> None:
        """Count from zero."""
        self.arrivals = Rate()
        self.results = Rate()
        self.received = 0
        self.superseded = 0
        self.rate_limited = 0
        self.too_old = 0
        self.failed = 0
        self.refused: Counter[str] = Counter()
        self.times_s: dict[str, deque[float]] = {name: deque(maxlen=SAMPLES) for name in TIMES}

    @property
    def dropped(self) -> int:
        """Images that came and gave no masks, whatever the reason."""
        lost = self.superseded + self.rate_limited + self.too_old + self.failed
        return lost + sum(dict(self.refused).values())


def percentile(samples: deque[float], percent: float) -> float:
    """Give a percentile of the samples, NaN where there are none.

    >>> percentile(deque([1.0, 2.0, 3.0]), 50)
    2.0
    """
    kept = tuple(samples)
    return float(np.percentile(kept, percent)) if kept else float("nan")
