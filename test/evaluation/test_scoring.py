"""Scores of an oracle, of a model that ignores the sentence, and of label maps."""

from itertools import permutations

import numpy as np
import pytest
from squares import SquaresDataset, expression

from samwise_ros.data.dataset import Expression
from samwise_ros.data.painted.dataset import PaintedDataset
from samwise_ros.data.painted.video import PaintedConfig
from samwise_ros.evaluation.label_maps import assign_masks, resolve_overlaps
from samwise_ros.evaluation.run_config import RunConfig
from samwise_ros.evaluation.runs import Run
from samwise_ros.evaluation.scoring import (
    MetricAccumulator,
    VideoScorer,
    mean,
    swap_partner,
)

FRAMES = range(6)


@pytest.fixture(scope="module")
def tabletop() -> PaintedDataset:
    return PaintedDataset("test", PaintedConfig(frames=6, width=160, height=120))


def _truths(dataset, frame_indices, index=0):
    return [
        dataset.masks(index, each.objects, frame_indices).any(axis=0)
        for each in dataset.video(index).expressions
    ]


def _run(dataset, masks):
    scorer = VideoScorer(dataset.video(0), label_maps=False)
    scorer.add(FRAMES, dict(enumerate(masks)), dict(enumerate(_truths(dataset, FRAMES))))
    return Run(RunConfig(), scorer.scores())


def test_oracle_scores_100_and_follows_swapped_sentences(tabletop) -> None:
    run = _run(tabletop, _truths(tabletop, FRAMES))
    assert run.mean_similarity().jf == 1.0
    control = run.control()
    assert control is not None
    assert control.count >= 2
    assert (control.unswapped.jf, control.other.jf) == (1.0, 1.0)
    assert control.original.jf < 0.15


def test_control_detects_a_model_that_ignores_the_sentence(tabletop) -> None:
    truths = _truths(tabletop, FRAMES)
    control = _run(tabletop, [truths[0]] * len(truths)).control()
    assert control is not None
    assert control.other.jf < 0.9
    assert control.original.jf > 0.15


def test_scores_do_not_depend_on_chunks_and_batches(tabletop) -> None:
    video, rng = tabletop.video(0), np.random.default_rng(0)
    truths = _truths(tabletop, FRAMES)
    found = [truth & (rng.random(truth.shape) < 0.7) for truth in truths]
    parts = VideoScorer(video, label_maps=False)
    numbers = range(len(found))
    for batch in (numbers[:2], numbers[2:]):
        for part in (slice(0, 4), slice(4, 6)):
            targets = {n: truths[n][part] for n in parts.targets_of(batch)}
            parts.add(FRAMES[part], {n: found[n][part] for n in batch}, targets)
    assert parts.scores() == _run(tabletop, found).scores


def test_empty_mask_scores_only_on_frames_without_the_object() -> None:
    truth = np.zeros((4, 20, 20), bool)
    truth[:2, 5:15, 5:15] = True
    for masks, target in ((np.zeros_like(truth), truth), (truth, np.zeros_like(truth))):
        metrics = MetricAccumulator()
        metrics.add(masks, target)
        assert metrics.similarity.jf == 0.5
        assert (metrics.intersection, metrics.union) == (0, 200)


def test_sentence_about_several_objects_is_scored_against_their_union() -> None:
    dataset = SquaresDataset([[expression("both", 0, 1), expression("unknown")]])
    both = dataset.masks(0, [0, 1], range(3))
    scorer = VideoScorer(dataset.video(0), label_maps=False)
    assert scorer.targets_of([0, 1]) == [0]
    scorer.add(range(3), {0: both[0], 1: both[0]}, {0: both.any(axis=0)})
    (score,) = scorer.scores()
    assert score.own.j == 0.5
    assert (score.intersection, score.union) == (3 * 64, 3 * 128)


def test_swap_partner_is_the_next_attribute_sentence_about_another_object() -> None:
    kinds = [("attribute", 0), ("attribute", 0), ("motion", 1), ("late", 2), ("attribute", 3)]
    expressions = [Expression("", (number,), kind=kind) for kind, number in kinds]
    assert [swap_partner(expressions, index) for index in range(5)] == [4, 4, None, None, 0]
    assert swap_partner(expressions[:3], 0) is None


def test_masks_are_assigned_with_the_highest_total_similarity() -> None:
    similarity = np.random.default_rng(0).random((5, 5))
    sources = assign_masks(range(5), lambda masks, target: similarity[masks, target])
    totals = [
        sum(similarity[masks, target] for target, masks in enumerate(order))
        for order in permutations(range(5))
    ]
    assert sorted(sources.values()) == list(range(5))
    total = sum(similarity[sources[target], target] for target in range(5))
    assert total == pytest.approx(max(totals))


def test_masks_are_assigned_within_one_annotator() -> None:
    expressions = [
        expression("left", 0),
        expression("right", 1),
        expression("left again", 0, annotator=1),
    ]
    dataset = SquaresDataset([expressions])
    left, right = dataset.masks(0, [0, 1], range(3))
    found, truths = {0: right, 1: left, 2: right}, {0: left, 1: right, 2: left}
    for label_maps, scores in ((True, [1.0, 1.0, 0.0]), (False, [0.0, 0.0, 0.0])):
        scorer = VideoScorer(dataset.video(0), label_maps)
        scorer.add(range(3), found, truths)
        assert [score.own.j for score in scorer.scores()] == scores


def test_only_frames_on_which_a_sentence_holds_are_scored() -> None:
    expressions = [
        expression("one", 0, kind="attribute", start=1, stop=3),
        expression("other", 1, kind="attribute"),
    ]
    dataset = SquaresDataset([expressions], frames=6)
    one, other = dataset.masks(0, [0, 1], FRAMES)
    found = other.copy()
    found[1:3] = one[1:3]  # right while the sentence holds, on another object before and after
    scorer = VideoScorer(dataset.video(0), label_maps=False)
    for part in (slice(0, 1), slice(1, 2), slice(2, 6)):
        masks, truths = {0: found[part], 1: other[part]}, {0: one[part], 1: other[part]}
        scorer.add(FRAMES[part], masks, truths)
    first, second = scorer.scores()
    assert (first.own.jf, first.intersection) == (1.0, 2 * 64)
    assert (second.own.jf, second.intersection) == (1.0, 6 * 64)
    assert first.swap is not None
    assert second.swap is not None
    assert first.swap.original.j == 0.0  # two frames
    assert second.swap.original.j == pytest.approx(4 / 6)  # six frames


def test_label_map_pixel_belongs_to_the_mask_with_the_highest_score() -> None:
    masks = np.ones((2, 2, 1, 1), bool)
    owned = resolve_overlaps(masks, np.float32([[0.2, 0.5], [0.3, 0.5]]))
    assert owned[:, :, 0, 0].tolist() == [[False, True], [True, False]]
    assert not resolve_overlaps(~masks, np.float32([[0.2, 0.5], [0.3, 0.5]])).any()


def test_mean_of_empty_sequence_raises() -> None:
    with pytest.raises(ValueError, match="expected at least one similarity"):
        mean([])
