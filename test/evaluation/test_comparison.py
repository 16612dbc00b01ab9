"""Intervals hold what they should, and draw whole videos."""

import numpy as np
import pytest
from made_scores import score

from samwise_ros.evaluation.comparison import difference


def _scores(values, per_video=1):
    return [score(v, f"v{n // per_video}", str(n)) for n, v in enumerate(values)]


def test_a_constant_difference_is_certain() -> None:
    found = difference(_scores([0.5] * 20), _scores([0.4] * 20))
    assert (found.sentences, found.videos) == (20, 20)
    assert (found.low, found.mean, found.high) == pytest.approx((0.1, 0.1, 0.1))


def test_the_interval_is_about_two_standard_errors() -> None:
    gains = np.random.default_rng(1).normal(0.1, 0.2, 400)
    found = difference(_scores(0.5 + gains), _scores([0.5] * 400))
    error = gains.std() / np.sqrt(400)
    assert found.mean == pytest.approx(gains.mean())
    assert found.low == pytest.approx(gains.mean() - 1.96 * error, abs=0.2 * error)
    assert found.high == pytest.approx(gains.mean() + 1.96 * error, abs=0.2 * error)


def test_sentences_of_a_video_are_no_independent_evidence() -> None:
    gains = np.repeat(np.random.default_rng(1).normal(0.0, 0.2, 40), 10)
    together = difference(_scores(0.5 + gains, per_video=10), _scores([0.5] * 400, per_video=10))
    apart = difference(_scores(0.5 + gains), _scores([0.5] * 400))
    assert together.videos == 40
    assert together.high - together.low > 2 * (apart.high - apart.low)


def test_one_video_says_nothing_about_others() -> None:
    found = difference(_scores([0.9, 0.8], per_video=2), _scores([0.5, 0.4], per_video=2))
    assert (found.videos, found.low, found.high) == (1, -1.0, 1.0)
    assert found.mean == pytest.approx(0.4)


def test_the_same_scores_give_the_same_interval() -> None:
    values = np.random.default_rng(2).random(30)
    assert difference(_scores(values), _scores(values[::-1])) == difference(
        _scores(values), _scores(values[::-1])
    )


def test_other_sentences_are_refused() -> None:
    for first, other in (([], []), (_scores([0.1]), _scores([0.1, 0.2]))):
        with pytest.raises(ValueError, match="the same sentences, at least one"):
            difference(first, other)
