"""What is said in the demo, and the judge who knows the truth."""

import numpy as np
import pytest

from samwise_ros.cli.demo.script import RATE_HZ, Judge, even_lines, make_scene, tabletop_lines


def test_the_scenes_own_sentences_follow_each_other() -> None:
    scene = make_scene(3)
    lines = tabletop_lines(scene, 30.0)
    assert lines[0].begin_s == 0.0
    assert lines[-1].end_s == 30.0
    assert [line.end_s for line in lines[:-1]] == [line.begin_s for line in lines[1:]]
    assert {line.asked for line in lines} <= set(range(len(scene.objects)))


def test_given_sentences_share_the_time() -> None:
    lines = even_lines(["the mug", "the plate", "the mug"], 30.0)
    assert [(line.begin_s, line.end_s) for line in lines] == [(0, 10), (10, 20), (20, 30)]
    assert {line.asked for line in lines} == {None}


def test_the_judge_compares_with_the_object_that_is_meant() -> None:
    scene = make_scene(3)
    lines = tabletop_lines(scene, 30.0)
    judge = Judge(scene, lines)
    for line in lines[:4]:
        assert line.asked is not None
        middle_s = round((line.begin_s + line.end_s) / 2 * RATE_HZ) / RATE_HZ
        truth = scene.frame(round(middle_s * RATE_HZ))[1]
        assert judge.score(middle_s, line.sentence, truth[line.asked]) == pytest.approx(100.0)
        other = truth[(line.asked + 1) % len(truth)]
        assert judge.score(middle_s, line.sentence, other) < 30.0
        nothing = np.zeros_like(other)
        expected = 0.0 if truth[line.asked].any() else 100.0
        assert judge.score(middle_s, line.sentence, nothing) == expected
