"""Counts, rates and times of a camera's images."""

import math
import time
from collections import Counter, deque

import numpy as np

WINDOW_S = 5.0
SAMPLES = 1000
TIMES = ("transport", "age", "conversion", "inference", "publishing", "latency")
"""Times of an image: from its stamp to its arrival, from its stamp to the start of its processing,
conversion, inference, publishing of all results, and from its stamp to the publishing of its masks.
Times from a stamp exclude stamps that are zero or of another clock."""

SUPERSEDED = "superseded by a newer image"
RATE_LIMITED = "over max_rate_hz"
TOO_OLD = "older than max_frame_age"
UNKNOWN_AGE = "unknown age, with max_frame_age"
LATE = "late"
FAILED = "failed"
REASONS = (SUPERSEDED, RATE_LIMITED, TOO_OLD, UNKNOWN_AGE, LATE, FAILED)
"""Reasons for dropping an image in the diagnostics, besides the kinds of `ImageError`."""
INTENDED = (SUPERSEDED, RATE_LIMITED)
"""Reasons that are normal for a camera that is faster than the model."""


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
        drops: images that were not processed, by reason.
        exposure_fault: why the last image has no content (black, constant); ``None`` otherwise.
        times_s: of the last images or frames, for each of `TIMES`.
    """

    def __init__(self) -> None:
        """Start at zero."""
        self.arrivals = Rate()
        self.results = Rate()
        self.received = 0
        self.drops: Counter[str] = Counter()
        self.exposure_fault: str | None = None
        self.times_s: dict[str, deque[float]] = {name: deque(maxlen=SAMPLES) for name in TIMES}
        self.restart_count()

    def restart_count(self) -> None:
        """Count the unprocessed images from now on."""
        self._processed_at = time.monotonic()
        self._processed_received = self.received
        self._processed_drops = Counter(dict(self.drops))

    def arrived(self) -> None:
        """Count an image that arrived."""
        self.received += 1
        self.arrivals.tick()

    def drop(self, reason: str) -> None:
        """Count an image that is not processed."""
        self.drops[reason] += 1

    def processed(self) -> None:
        """Count a frame whose masks were published."""
        self.results.tick()
        self.restart_count()

    def seconds_without_result(self) -> float:
        """Return the time since the last processed image, or since the activation."""
        return time.monotonic() - self._processed_at

    @property
    def unprocessed(self) -> int:
        """Images that arrived since the last processed image."""
        return self.received - self._processed_received

    @property
    def unprocessed_drops(self) -> Counter[str]:
        """Images that were dropped since the last processed image, by reason."""
        return Counter(dict(self.drops)) - self._processed_drops

    def add_time(self, name: str, seconds: float) -> None:
        """Record a time, unless it is unknown.

        Args:
            name: one of `TIMES`.
            seconds: NaN if unknown.
        """
        if not math.isnan(seconds):
            self.times_s[name].append(seconds)

    @property
    def dropped(self) -> int:
        """Images that arrived and were not processed, for any reason."""
        return sum(dict(self.drops).values())


def percentile(samples: deque[float], percent: float) -> float:
    """Return a percentile of the samples, NaN if there are none.

    >>> percentile(deque([1.0, 2.0, 3.0]), 50)
    2.0
    """
    kept = tuple(samples)
    return float(np.percentile(kept, percent)) if kept else float("nan")
