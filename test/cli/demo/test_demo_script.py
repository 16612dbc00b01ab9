"""The sentences of the demo, and the scores against ground truth."""

import numpy as np
import pytest

from samwise_ros.cli.demo.script import RATE_HZ, MaskScorer, even_lines, make_scene, tabletop_lines


def test_tabletop_sentences_are_contiguous() -> None:
    scene = make_scene(3)
    lines = tabletop_lines(scene, 30.0)
    assert lines[0].begin_s == 0.0
    assert lines[-1].end_s == 30.0
    assert [line.end_s for line in lines[:-1]] == [line.begin_s for line in lines[1:]]
    assert {line.object_index for line in lines} <= set(range(len(scene.objects)))


def test_given_sentences_share_the_time() -> None:
    lines = even_lines(["the mug", "the plate", "the mug"], 30.0)
    assert [(line.begin_s, line.end_s) for line in lines] == [(0, 10), (10, 20), (20, 30)]
    assert {line.object_index for line in lines} == {None}


def test_scorer_compares_with_described_object() -> None:
    scene = make_scene(3)
    lines = tabletop_lines(scene, 30.0)
    scorer = MaskScorer(scene, lines)
    for line in lines[:4]:
        assert line.object_index is not None
        middle_s = round((line.begin_s + line.end_s) / 2 * RATE_HZ) / RATE_HZ
        truth = scene.frame(round(middle_s * RATE_HZ))[1]
        assert scorer.score(middle_s, line.sentence, truth[line.object_index]) == pytest.approx(
            100.0
        )
        other = truth[(line.object_index + 1) % len(truth)]
        assert scorer.score(middle_s, line.sentence, other) < 30.0
        nothing = np.zeros_like(other)
        expected = 0.0 if truth[line.object_index].any() else 100.0
        assert scorer.score(middle_s, line.sentence, nothing) == expected
