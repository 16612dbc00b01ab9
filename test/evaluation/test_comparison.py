"""Confidence intervals of differences between runs."""

import numpy as np
import pytest
from made_scores import score

from samwise_ros.evaluation.comparison import difference


def _scores(values, per_video=1):
    return [score(v, f"v{n // per_video}", str(n)) for n, v in enumerate(values)]


def test_constant_difference_has_empty_interval() -> None:
    found = difference(_scores([0.5] * 20), _scores([0.4] * 20))
    assert (found.sentences, found.videos) == (20, 20)
    assert (found.low, found.mean, found.high) == pytest.approx((0.1, 0.1, 0.1))


def test_interval_is_about_two_standard_errors() -> None:
    differences = np.random.default_rng(1).normal(0.1, 0.2, 400)
    found = difference(_scores(0.5 + differences), _scores([0.5] * 400))
    error = differences.std() / np.sqrt(400)
    assert found.mean == pytest.approx(differences.mean())
    assert found.low == pytest.approx(differences.mean() - 1.96 * error, abs=0.2 * error)
    assert found.high == pytest.approx(differences.mean() + 1.96 * error, abs=0.2 * error)


def test_interval_is_wider_for_sentences_of_one_video() -> None:
    differences = np.repeat(np.random.default_rng(1).normal(0.0, 0.2, 40), 10)
    together = difference(
        _scores(0.5 + differences, per_video=10), _scores([0.5] * 400, per_video=10)
    )
    apart = difference(_scores(0.5 + differences), _scores([0.5] * 400))
    assert together.videos == 40
    assert together.high - together.low > 2 * (apart.high - apart.low)


def test_single_video_has_the_full_interval() -> None:
    found = difference(_scores([0.9, 0.8], per_video=2), _scores([0.5, 0.4], per_video=2))
    assert (found.videos, found.low, found.high) == (1, -1.0, 1.0)
    assert found.mean == pytest.approx(0.4)


def test_interval_is_reproducible() -> None:
    values = np.random.default_rng(2).random(30)
    assert difference(_scores(values), _scores(values[::-1])) == difference(
        _scores(values), _scores(values[::-1])
    )


def test_different_sentences_raise() -> None:
    for first, other in (([], []), (_scores([0.1]), _scores([0.1, 0.2]))):
        with pytest.raises(ValueError, match="the same sentences, at least one"):
            difference(first, other)
