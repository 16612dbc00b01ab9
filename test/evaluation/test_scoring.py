"""An oracle scores 100, one that ignores the sentence is found out by the control."""

from itertools import permutations

import numpy as np
import pytest
from drawn import Drawn, said

from samwise_ros.data.dataset import Expression
from samwise_ros.data.tabletop.dataset import TabletopDataset
from samwise_ros.data.tabletop.video import TabletopConfig
from samwise_ros.evaluation.label_maps import assigned, without_overlaps
from samwise_ros.evaluation.run_config import RunConfig
from samwise_ros.evaluation.runs import Run
from samwise_ros.evaluation.scoring import (
    Tally,
    VideoScorer,
    mean,
    partner,
)

FRAMES = range(6)


@pytest.fixture(scope="module")
def tabletop() -> TabletopDataset:
    return TabletopDataset("test", TabletopConfig(frames=6, width=160, height=120))


def _truths(dataset, frame_indices, index=0):
    return [
        dataset.masks(index, expression.objects, frame_indices).any(axis=0)
        for expression in dataset.video(index).expressions
    ]


def _run(dataset, answers):
    scorer = VideoScorer(dataset.video(0), label_maps=False)
    scorer.add(dict(enumerate(answers)), dict(enumerate(_truths(dataset, FRAMES))))
    return Run(RunConfig(), scorer.scores())


def test_an_oracle_scores_100_and_its_swapped_sentences_go_to_the_other_object(tabletop) -> None:
    run = _run(tabletop, _truths(tabletop, FRAMES))
    assert run.mean_of().jf == 1.0
    control = run.control()
    assert control is not None
    assert control.count >= 2
    assert (control.said.jf, control.other.jf) == (1.0, 1.0)
    assert control.original.jf < 0.15


def test_who_ignores_the_sentence_is_told_by_the_control(tabletop) -> None:
    truths = _truths(tabletop, FRAMES)
    control = _run(tabletop, [truths[0]] * len(truths)).control()
    assert control is not None
    assert control.other.jf < 0.9
    assert control.original.jf > 0.15


def test_stretches_and_batches_add_up_to_the_whole(tabletop) -> None:
    video, rng = tabletop.video(0), np.random.default_rng(0)
    truths = _truths(tabletop, FRAMES)
    found = [truth & (rng.random(truth.shape) < 0.7) for truth in truths]
    parts = VideoScorer(video, label_maps=False)
    numbers = range(len(found))
    for batch in (numbers[:2], numbers[2:]):
        for frame_indices in (slice(0, 4), slice(4, 6)):
            compared = {one: truths[one][frame_indices] for one in parts.compared(batch)}
            parts.add({one: found[one][frame_indices] for one in batch}, compared)
    for ours, whole in zip(parts.scores(), _run(tabletop, found).scores, strict=True):
        assert ours == whole


def test_nothing_found_scores_nothing_but_where_nothing_is_in_view() -> None:
    truth = np.zeros((4, 20, 20), bool)
    truth[:2, 5:15, 5:15] = True
    for masks, meant in ((np.zeros_like(truth), truth), (truth, np.zeros_like(truth))):
        tally = Tally()
        tally.add(masks, meant)
        assert tally.similarity.jf == 0.5
        assert (tally.intersection, tally.union) == (0, 200)


def test_a_sentence_about_several_objects_means_all_of_them() -> None:
    dataset = Drawn([[said("both", 0, 1), said("nobody tells")]])
    both = dataset.masks(0, [0, 1], range(3))
    scorer = VideoScorer(dataset.video(0), label_maps=False)
    assert scorer.compared([0, 1]) == [0]
    scorer.add({0: both[0], 1: both[0]}, {0: both.any(axis=0)})
    (score,) = scorer.scores()
    assert score.own.j == 0.5
    assert (score.intersection, score.union) == (3 * 64, 3 * 128)


def test_the_partner_is_the_next_attribute_sentence_of_another_object() -> None:
    kinds = [("attribute", 0), ("attribute", 0), ("motion", 1), ("late", 2), ("attribute", 3)]
    expressions = [Expression("", (thing,), kind=kind) for kind, thing in kinds]
    assert [partner(expressions, index) for index in range(5)] == [4, 4, None, None, 0]
    assert partner(expressions[:3], 0) is None


def test_labels_are_assigned_to_objects_so_that_all_fit_best() -> None:
    fits = np.random.default_rng(0).random((5, 5))
    answers = assigned(range(5), lambda said, meant: fits[said, meant])
    totals = [
        sum(fits[said, meant] for meant, said in enumerate(p)) for p in permutations(range(5))
    ]
    assert sorted(answers.values()) == list(range(5))
    assert sum(fits[answers[meant], meant] for meant in range(5)) == pytest.approx(max(totals))


def test_an_annotators_labels_may_be_exchanged_but_not_with_another_annotators() -> None:
    expressions = [said("left", 0), said("right", 1), said("left again", 0, annotator=1)]
    dataset = Drawn([expressions])
    left, right = dataset.masks(0, [0, 1], range(3))
    found, truths = {0: right, 1: left, 2: right}, {0: left, 1: right, 2: left}
    for label_maps, scores in ((True, [1.0, 1.0, 0.0]), (False, [0.0, 0.0, 0.0])):
        scorer = VideoScorer(dataset.video(0), label_maps)
        scorer.add(found, truths)
        assert [score.own.j for score in scorer.scores()] == scores


def test_in_a_label_map_the_surer_mask_takes_the_pixel() -> None:
    masks = np.ones((2, 2, 1, 1), bool)
    owned = without_overlaps(masks, np.float32([[0.2, 0.5], [0.3, 0.5]]))
    assert owned[:, :, 0, 0].tolist() == [[False, True], [True, False]]
    assert not without_overlaps(~masks, np.float32([[0.2, 0.5], [0.3, 0.5]])).any()


def test_a_mean_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="expected at least one similarity"):
        mean([])
