"""Durations: how they are taken, and how they are summed up, not by the best one."""

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

import numpy as np
import torch
from tqdm import tqdm

LEAST_CALLS = 3
MOST_CALLS = 500


@dataclass(frozen=True)
class Spread:
    """Durations in milliseconds.

    Attributes:
        median_ms: half of them took no longer.
        q25_ms, q75_ms: the quartiles; their distance is the interquartile range.
        p99_ms: 99 of 100 took no longer; the slowest, where there are fewer than 100.
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
        Spread(median_ms=2.0, q25_ms=1.5, q75_ms=2.5, p99_ms=3.0)
        """
        if not seconds:
            raise ValueError("expected at least one duration, got none")
        ms = np.asarray(seconds) * 1000
        quartiles = np.percentile(ms, [50, 25, 75])
        slow = np.percentile(ms, 99, method="higher")
        return cls(*(round(float(rank), 3) for rank in (*quartiles, slow)))

    def to_json(self) -> dict[str, float]:
        """The numbers by name."""
        return asdict(self)


def time_calls(
    call: Callable[[], object], device: torch.device, warm_up: int, seconds: float, about: str
) -> list[float]:
    """Time a call again and again.

    Args:
        call: what to time.
        device: what it works on; a GPU is waited for before and after each call.
        warm_up: calls before, which do not count.
        seconds: how long to go on; 3 calls at least and 500 at most.
        about: what it is, for the progress bar.

    Returns:
        The calls' durations, seconds.
    """
    with tqdm(unit="call", desc=about, leave=False) as progress:
        for _ in range(warm_up):
            call()
            progress.update()
        durations: list[float] = []
        end = time.perf_counter() + seconds
        while len(durations) < LEAST_CALLS or (
            time.perf_counter() < end and len(durations) < MOST_CALLS
        ):
            durations.append(time_call(call, device))
            progress.update()
    return durations


def time_call(call: Callable[[], object], device: torch.device) -> float:
    """Time a call, seconds, from when the device rests to when it rests again."""
    _wait_for(device)
    began = time.perf_counter()
    call()
    _wait_for(device)
    return time.perf_counter() - began


def _wait_for(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)
