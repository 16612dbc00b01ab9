"""Measures durations and summarises them by quantiles."""

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

import numpy as np
import torch
from tqdm import tqdm

MIN_CALLS = 3
MAX_CALLS = 500


@dataclass(frozen=True)
class DurationSummary:
    """Durations in milliseconds.

    Attributes:
        median_ms: the median.
        q25_ms, q75_ms: the quartiles; their difference is the interquartile range.
        p99_ms: the 99th percentile; the maximum of fewer than 100 durations.
    """

    median_ms: float
    q25_ms: float
    q75_ms: float
    p99_ms: float

    @classmethod
    def of(cls, seconds: Sequence[float]) -> "DurationSummary":
        """Summarise durations in seconds.

        Raises:
            ValueError: there are no durations.

        >>> DurationSummary.of([0.001, 0.002, 0.003])
        DurationSummary(median_ms=2.0, q25_ms=1.5, q75_ms=2.5, p99_ms=3.0)
        """
        if not seconds:
            raise ValueError("expected at least one duration, got none")
        ms = np.asarray(seconds) * 1000
        quartiles = np.percentile(ms, [50, 25, 75])
        slow = np.percentile(ms, 99, method="higher")
        return cls(*(round(float(rank), 3) for rank in (*quartiles, slow)))

    def to_json(self) -> dict[str, float]:
        """Return the values by name."""
        return asdict(self)


def time_calls(
    call: Callable[[], object], device: torch.device, warm_up: int, seconds: float, label: str
) -> list[float]:
    """Time repeated calls.

    Args:
        call: the call to time.
        device: device of the call; a GPU is synchronised before and after each call.
        warm_up: number of calls that are not timed, before the measurement.
        seconds: duration of the measurement, with ``MIN_CALLS`` to ``MAX_CALLS`` calls.
        label: label of the progress bar.

    Returns:
        The durations of the calls, seconds.
    """
    with tqdm(unit="call", desc=label, leave=False) as progress:
        for _ in range(warm_up):
            call()
            progress.update()
        durations: list[float] = []
        end = time.perf_counter() + seconds
        while len(durations) < MIN_CALLS or (
            time.perf_counter() < end and len(durations) < MAX_CALLS
        ):
            durations.append(time_call(call, device))
            progress.update()
    return durations


def time_call(call: Callable[[], object], device: torch.device) -> float:
    """Return the duration of a call in seconds, with the device synchronised at both ends."""
    _synchronize(device)
    started = time.perf_counter()
    call()
    _synchronize(device)
    return time.perf_counter() - started


def _synchronize(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)
