"""An oracle scores 100, one that ignores the sentence is found out by the control."""

import numpy as np
import pytest

from samwise_ros.data.dataset import Expression
from samwise_ros.data.tabletop import TabletopConfig, TabletopVideo, make_video
from samwise_ros.evaluation.results import Results, Run
from samwise_ros.evaluation.scoring import ExpressionScore, compare, mean, partner, score_video


@pytest.fixture(scope="module")
def video() -> TabletopVideo:
    return make_video("test", 0, TabletopConfig(frames=6, width=160, height=120))


def _run(scores: list[ExpressionScore]) -> Run:
    return Run("online", True, tuple(scores))


def test_an_oracle_scores_100_and_its_swapped_sentences_go_to_the_other_object(
    video: TabletopVideo,
) -> None:
    oracle = [video.masks[expression.objects[0]] for expression in video.expressions]
    run = _run(score_video(0, video.expressions, video.masks, oracle))
    assert run.mean_of().jf == 1.0
    control = run.control()
    assert control is not None
    assert control.count >= 2
    assert (control.said.jf, control.other.jf) == (1.0, 1.0)
    assert control.original.jf < 0.15


def test_who_ignores_the_sentence_is_told_by_the_control(video: TabletopVideo) -> None:
    deaf = [video.masks[0]] * len(video.expressions)
    control = _run(score_video(0, video.expressions, video.masks, deaf)).control()
    assert control is not None
    assert control.other.jf < 0.9
    assert control.original.jf > 0.15


def test_nothing_found_scores_nothing_but_where_nothing_is_in_view() -> None:
    truth = np.zeros((4, 20, 20), bool)
    truth[:2, 5:15, 5:15] = True
    nothing = np.zeros_like(truth)
    assert compare(nothing, truth).jf == 0.5
    assert compare(truth, nothing).jf == 0.5


def test_the_partner_is_the_next_attribute_sentence_of_another_object() -> None:
    kinds = [("attribute", 0), ("attribute", 0), ("motion", 1), ("late", 2), ("attribute", 3)]
    expressions = [Expression("", (thing,), kind=kind) for kind, thing in kinds]
    assert [partner(expressions, index) for index in range(5)] == [4, 4, None, None, 0]
    assert partner(expressions[:3], 0) is None


def test_masks_that_do_not_belong_are_refused(video: TabletopVideo) -> None:
    with pytest.raises(ValueError, match=r"expected \d+ masks, got 1"):
        score_video(0, video.expressions, video.masks, [video.masks[0]])
    with pytest.raises(ValueError, match="expected at least one similarity"):
        mean([])


def test_the_tables_and_the_json_say_the_same(video: TabletopVideo) -> None:
    oracle = [video.masks[expression.objects[0]] for expression in video.expressions]
    nothing = [np.zeros_like(mask) for mask in oracle]
    runs = (
        Run("online", True, tuple(score_video(0, video.expressions, video.masks, oracle))),
        Run("clip", False, tuple(score_video(0, video.expressions, video.masks, nothing))),
    )
    results = Results("oracle", "tabletop:test", 1, 6, (160, 120), runs)
    table = results.to_markdown()
    count = len(video.expressions)
    assert f"1 videos of 6 frames, 160x120, {count} sentences" in table
    assert "| sentences | number | online, CME on | clip, CME off |" in table
    assert f"| all | {count} | 100.0 (100.0 / 100.0) | " in table
    data = results.to_json()
    assert data["runs"][0]["all"] == {"j": 100.0, "f": 100.0, "jf": 100.0}
    assert data["runs"][0]["control"]["other"]["jf"] == 100.0
    assert data["runs"][1]["all"]["jf"] < 10.0
    assert len(data["runs"][0]["sentences"]) == data["sentences"] == count


def test_without_partners_there_is_no_control() -> None:
    truth = np.zeros((1, 2, 20, 20), bool)
    truth[0, :, 5:15, 5:15] = True
    lonely = [Expression("the red ball", (0,), "0", "attribute", "colour shape")]
    run = _run(score_video(0, lonely, truth, [truth[0]]))
    assert run.control() is None
    results = Results("oracle", "tabletop:test", 1, 2, (20, 20), (run,))
    assert "control" not in results.to_markdown()
    assert results.to_json()["runs"][0]["control"] is None
