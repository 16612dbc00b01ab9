"""Counts, rates and times of a camera's images."""

import time
from collections import Counter, deque

import numpy as np

WINDOW_S = 5.0
SAMPLES = 1000
TIMES = ("transport", "age", "conversion", "inference", "publishing", "latency")
"""Times of an image: from its stamp to its arrival, from its stamp to the start of its processing,
conversion, inference, publishing of all results, and from its stamp to the publishing of its masks.
The first two leave out stamps of another clock."""
OTHER_CLOCK_S = 3600.0  # a stamp that is further away is not of the node's clock


class Rate:
    """Mean frequency of an event over the last seconds."""

    def __init__(self) -> None:
        """Start without events."""
        self._times: deque[float] = deque(maxlen=SAMPLES)

    def tick(self) -> None:
        """Record one event now."""
        self._times.append(time.monotonic())

    @property
    def last(self) -> float | None:
        """Time of the last event, in seconds of ``time.monotonic``."""
        return self._times[-1] if self._times else None

    def per_second(self) -> float:
        """Return the mean rate within the window, 0 for fewer than two events."""
        now = time.monotonic()
        recent = [one for one in tuple(self._times) if now - one < WINDOW_S]
        if len(recent) < 2 or recent[-1] == recent[0]:
            return 0.0
        return (len(recent) - 1) / (recent[-1] - recent[0])


class CameraStatistics:
    """Counts of one camera since the node was activated.

    Each number has one writer: the subscription's callback for arriving images, the worker for
    processed images.

    Attributes:
        arrivals: rate of arriving images.
        results: rate of frames whose masks were published.
        received: number of images that arrived.
        superseded: images that a newer image replaced before they were processed.
        rate_limited: images dropped because of ``max_rate_hz``.
        too_old: images older than ``max_frame_age``.
        failed: frames for which the network raised an error.
        invalid: images that cannot be decoded, by kind of fault.
        times_s: of the last images or frames, for each of `TIMES`.
    """

    def __init__(self) -> None:
        """Start at zero."""
        self.arrivals = Rate()
        self.results = Rate()
        self.received = 0
        self.superseded = 0
        self.rate_limited = 0
        self.too_old = 0
        self.failed = 0
        self.invalid: Counter[str] = Counter()
        self.times_s: dict[str, deque[float]] = {name: deque(maxlen=SAMPLES) for name in TIMES}

    def add_age(self, name: str, age_s: float) -> None:
        """Record the time since an image's stamp, unless the stamp is of another clock.

        Args:
            name: ``transport`` or ``age``.
            age_s: in seconds.
        """
        if abs(age_s) < OTHER_CLOCK_S:
            self.times_s[name].append(age_s)

    @property
    def dropped(self) -> int:
        """Images that arrived and were not processed, for any reason."""
        lost = self.superseded + self.rate_limited + self.too_old + self.failed
        return lost + sum(dict(self.invalid).values())


def percentile(samples: deque[float], percent: float) -> float:
    """Return a percentile of the samples, NaN if there are none.

    >>> percentile(deque([1.0, 2.0, 3.0]), 50)
    2.0
    """
    kept = tuple(samples)
    return float(np.percentile(kept, percent)) if kept else float("nan")
