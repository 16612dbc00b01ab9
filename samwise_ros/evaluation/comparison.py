"""Compares two run configurations on the same sentences, with confidence intervals."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from samwise_ros.evaluation.run_config import RunConfig
from samwise_ros.evaluation.runs import Group, Run
from samwise_ros.evaluation.scoring import ExpressionScore

_RESAMPLES = 2000
_CHUNK = 100  # resamples at a time; bounds the memory
_SEED = 0


@dataclass(frozen=True)
class Difference:
    """Difference in J&F between two run configurations, paired by sentence.

    Attributes:
        sentences: number of sentences.
        videos: number of videos.
        mean: mean difference, -1 to 1.
        low: lower bound of its 95 % confidence interval.
        high: upper bound of its 95 % confidence interval.
    """

    sentences: int
    videos: int
    mean: float
    low: float
    high: float


@dataclass(frozen=True)
class Comparison:
    """Differences between two run configurations.

    Attributes:
        first: the first run configuration.
        other: the run configuration whose J&F is subtracted.
        groups: the difference for each group of sentences.
    """

    first: RunConfig
    other: RunConfig
    groups: dict[Group, Difference]

    @property
    def name(self) -> str:
        """Heading of a table column."""
        first, other = self.first, self.other
        if first.memory != other.memory:
            return f"{first.mode}: memory {first.memory} less {other.memory}"
        if first.mode == other.mode:
            return f"{first.mode}: CME {first.decider} less {other.decider}"
        return f"CME {first.decider}: {first.mode} less {other.mode}"

    def to_json(self) -> dict[str, Any]:
        """Return the comparison as plain data, in percent."""
        return {
            "first": asdict(self.first),
            "other": asdict(self.other),
            "groups": [
                {"kind": kind, "detail": detail, **_percent(group_difference)}
                for (kind, detail), group_difference in self.groups.items()
            ],
        }


def compare(first: Run, other: Run, groups: Sequence[Group]) -> Comparison:
    """Compare two runs on the same sentences, for each group of sentences."""
    return Comparison(
        first.config,
        other.config,
        {group: difference(first.select(group), other.select(group)) for group in groups},
    )


def difference(first: Sequence[ExpressionScore], other: Sequence[ExpressionScore]) -> Difference:
    """Compare scores of the same sentences, all with equal weight.

    The interval is a percentile bootstrap (Efron and Tibshirani, 1993, chapter 13) with a fixed
    seed. It resamples videos instead of sentences, because the scores of one video are correlated.
    The interval of a single video is the full range, -1 to 1.

    Args:
        first: scores of the first run, at least one.
        other: scores of the other run, of the same sentences in the same order.

    Raises:
        ValueError: the sentences differ, or there are none.
    """
    if not first or [_key(score) for score in first] != [_key(score) for score in other]:
        raise ValueError("expected scores of the same sentences, at least one")
    differences = np.array([a.own.jf - b.own.jf for a, b in zip(first, other, strict=True)])
    _, owner = np.unique([score.video for score in first], return_inverse=True)
    sums = np.bincount(owner, differences).astype(np.float64)
    counts = np.bincount(owner).astype(np.float64)
    low, high = _interval(sums, counts)
    return Difference(len(first), len(sums), float(differences.mean()), low, high)


def _interval(sums: NDArray[np.float64], counts: NDArray[np.float64]) -> tuple[float, float]:
    """Bootstrap the mean over sentences from each video's sum and number of sentences."""
    if len(sums) == 1:
        return -1.0, 1.0
    rng = np.random.default_rng(_SEED)
    means = []
    for _ in range(_RESAMPLES // _CHUNK):
        drawn = rng.integers(len(sums), size=(_CHUNK, len(sums)))
        means.append(sums[drawn].sum(axis=1) / counts[drawn].sum(axis=1))
    low, high = np.quantile(means, (0.025, 0.975))
    return float(low), float(high)


def _key(score: ExpressionScore) -> tuple[str, str]:
    return score.video, score.expression


def _percent(item: Difference) -> dict[str, float]:
    values = {name: round(100 * getattr(item, name), 2) for name in ("mean", "low", "high")}
    return {"sentences": item.sentences, "videos": item.videos, **values}
