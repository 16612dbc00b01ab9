"""Whether two ways to run a model differ by more than chance, on the same sentences."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from samwise_ros.evaluation.run_config import RunConfig
from samwise_ros.evaluation.runs import Group, Run
from samwise_ros.evaluation.scoring import ExpressionScore

_RESAMPLES = 2000
_AT_ONCE = 100  # bounds the memory
_SEED = 0


@dataclass(frozen=True)
class Difference:
    """How much better one way is than another, in J&F, paired by sentence.

    Attributes:
        sentences: how many they are.
        videos: in how many videos.
        mean: of one way's J&F less the other's, -1 to 1.
        low: lower end of its 95 % confidence interval.
        high: upper end of it.
    """

    sentences: int
    videos: int
    mean: float
    low: float
    high: float


@dataclass(frozen=True)
class Comparison:
    """Two ways to run a model.

    Attributes:
        first: the way that is compared.
        other: the way whose J&F is subtracted.
        groups: the differences for some kinds and details of sentences.
    """

    first: RunConfig
    other: RunConfig
    groups: dict[Group, Difference]

    @property
    def name(self) -> str:
        """For the head of a table's column."""
        first, other = self.first, self.other
        if first.mode == other.mode:
            return f"{first.mode}: CME {first.decider} less {other.decider}"
        return f"CME {first.decider}: {first.mode} less {other.mode}"

    def to_json(self) -> dict[str, Any]:
        """Everything as plain data, in percent."""
        return {
            "first": asdict(self.first),
            "other": asdict(self.other),
            "groups": [
                {"kind": kind, "detail": detail, **_percent(one)}
                for (kind, detail), one in self.groups.items()
            ],
        }


def compare(first: Run, other: Run, groups: Sequence[Group]) -> Comparison:
    """Compare two ways on the same sentences, for each group of sentences."""
    return Comparison(
        first.way,
        other.way,
        {group: difference(first.of(group), other.of(group)) for group in groups},
    )


def difference(first: Sequence[ExpressionScore], other: Sequence[ExpressionScore]) -> Difference:
    """Compare scores of the same sentences, each of the same weight.

    The interval is a percentile bootstrap (Efron and Tibshirani, 1993, chapter 13) with a fixed
    seed. Whole videos are drawn, not sentences: those of one video are right or wrong together.
    A single video says nothing about others: its interval is all that is possible, -1 to 1.

    Args:
        first: of one way, at least one.
        other: of the other way, of the same sentences in the same order.

    Raises:
        ValueError: the sentences are not the same, or there is none.
    """
    if not first or [_key(score) for score in first] != [_key(score) for score in other]:
        raise ValueError("expected scores of the same sentences, at least one")
    gains = np.array([a.own.jf - b.own.jf for a, b in zip(first, other, strict=True)])
    _, owner = np.unique([score.video for score in first], return_inverse=True)
    sums = np.bincount(owner, gains).astype(np.float64)
    counts = np.bincount(owner).astype(np.float64)
    low, high = _interval(sums, counts)
    return Difference(len(first), len(sums), float(gains.mean()), low, high)


def _interval(sums: NDArray[np.float64], counts: NDArray[np.float64]) -> tuple[float, float]:
    """Bootstrap a mean over sentences from each video's sum and number of sentences."""
    if len(sums) == 1:
        return -1.0, 1.0
    rng = np.random.default_rng(_SEED)
    means = []
    for _ in range(_RESAMPLES // _AT_ONCE):
        drawn = rng.integers(len(sums), size=(_AT_ONCE, len(sums)))
        means.append(sums[drawn].sum(axis=1) / counts[drawn].sum(axis=1))
    low, high = np.quantile(means, (0.025, 0.975))
    return float(low), float(high)


def _key(score: ExpressionScore) -> tuple[str, str]:
    return score.video, score.expression


def _percent(one: Difference) -> dict[str, float]:
    parts = {name: round(100 * getattr(one, name), 2) for name in ("mean", "low", "high")}
    return {"sentences": one.sentences, "videos": one.videos, **parts}
