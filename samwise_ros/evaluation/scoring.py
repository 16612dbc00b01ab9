"""Scores the masks of one video incrementally, some frames at a time."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from samwise_ros.data.dataset import Expression, Video
from samwise_ros.evaluation.label_maps import assign_masks
from samwise_ros.evaluation.metrics import boundary_accuracy, region_similarity

CONTROL_KIND = "attribute"
"""Kind of sentences that the control swaps: their attributes are visible on a single frame."""


@dataclass(frozen=True)
class Similarity:
    """Similarity between masks and an object.

    Attributes:
        j: region similarity J, a mean over frames, 0 to 1.
        f: boundary accuracy F, a mean over frames, 0 to 1.
    """

    j: float
    f: float

    @property
    def jf(self) -> float:
        """J&F, the mean of the two."""
        return (self.j + self.f) / 2


@dataclass(frozen=True)
class Swap:
    """The control: the result for a sentence about another object of the same video.

    Attributes:
        sentence: the sentence about the other object.
        other: its masks against that other object; high if the model follows the sentence.
        original: its masks against the object of the replaced sentence; low if the sentence, not
            the image alone, selects the object.
    """

    sentence: str
    other: Similarity
    original: Similarity


@dataclass(frozen=True)
class ExpressionScore:
    """Score of one sentence.

    Attributes:
        video: name of the video.
        expression: id of the sentence in the video.
        sentence: the text.
        kind: group in the data set; empty for none.
        detail: finer group; empty for none.
        annotator: number of the annotator.
        own: its masks against its objects.
        intersection: pixels in both its masks and its objects, over all frames.
        union: pixels in either.
        swap: the control; ``None`` for sentences of other kinds, and if there is no attribute
            sentence about another object.
    """

    video: str
    expression: str
    sentence: str
    kind: str
    detail: str
    annotator: int
    own: Similarity
    intersection: int
    union: int
    swap: Swap | None


class MetricAccumulator:
    """Accumulates the metrics of masks against ground truth over frames."""

    def __init__(self) -> None:
        """Start without frames."""
        self._j: list[float] = []
        self._f: list[float] = []
        self.intersection, self.union = 0, 0

    def add(self, masks: NDArray[np.bool_], truth: NDArray[np.bool_]) -> None:
        """Add the next frames, (T, H, W) bool each.

        Raises:
            ValueError: the shapes differ.
        """
        self._j.extend(region_similarity(masks, truth).tolist())
        self._f.extend(boundary_accuracy(masks, truth).tolist())
        self.intersection += int(np.count_nonzero(masks & truth))
        self.union += int(np.count_nonzero(masks | truth))

    @property
    def similarity(self) -> Similarity:
        """Means over all frames that were added.

        A frame scores 1 if both masks are empty, and 0 if only one of them is.
        """
        return Similarity(sum(self._j) / len(self._j), sum(self._f) / len(self._f))


class VideoScorer:
    """Scores those expressions of a video whose objects are known.

    Expressions are tracked in batches, so that a video may have any number of them. The control
    needs no second run: a swapped sentence is another sentence of the video, whose masks exist.
    A frame counts if the sentence about the object holds on it.
    """

    def __init__(self, video: Video, label_maps: bool) -> None:
        """Prepare the accumulators.

        Args:
            video: the video.
            label_maps: whether an annotator's expressions form a label map; see ``assign_masks``.
        """
        self.video, self.label_maps = video, label_maps
        expressions = video.expressions
        self.scored = [index for index, item in enumerate(expressions) if item.objects]
        pairs = {(index, index) for index in self.scored}
        if label_maps:
            pairs.update(pair for group in self._annotators() for pair in product(group, group))
        self._partners = {index: swap_partner(expressions, index) for index in self.scored}
        pairs |= {(swap, index) for index, swap in self._partners.items() if swap is not None}
        # For each pair: masks of the first expression against the objects of the second one.
        self._metrics = {pair: MetricAccumulator() for pair in sorted(pairs)}

    def targets_of(self, batch: Sequence[int]) -> list[int]:
        """Return the expressions whose objects the masks of a batch are compared with."""
        return sorted({target for source, target in self._metrics if source in batch})

    def add(
        self,
        frame_indices: Sequence[int],
        masks: Mapping[int, NDArray[np.bool_]],
        truths: Mapping[int, NDArray[np.bool_]],
    ) -> None:
        """Add the next frames of a batch of expressions.

        Args:
            frame_indices: T indices of these frames in the video.
            masks: masks (T, H, W) of each expression of the batch.
            truths: ground truth (T, H, W) of each expression of ``targets_of``.
        """
        for (source, target), metrics in self._metrics.items():
            if source in masks:
                span = self.video.expressions[target].span(len(self.video.frames))
                holds = [index in span for index in frame_indices]
                metrics.add(masks[source][holds], truths[target][holds])

    def scores(self) -> tuple[ExpressionScore, ...]:
        """Return the scores, after all frames were added."""
        sources = {index: index for index in self.scored}
        if self.label_maps:
            sources = {}
            for group in self._annotators():
                sources.update(assign_masks(group, lambda *pair: self._metrics[pair].similarity.jf))
        return tuple(self._score(index, sources[index]) for index in self.scored)

    def _annotators(self) -> list[list[int]]:
        """Return the scored expressions of each annotator."""
        groups = defaultdict(list)
        for index in self.scored:
            groups[self.video.expressions[index].annotator].append(index)
        return list(groups.values())

    def _score(self, index: int, source: int) -> ExpressionScore:
        expression, partner = self.video.expressions[index], self._partners[index]
        metrics, swap = self._metrics[source, index], None
        if partner is not None:
            swap = Swap(
                self.video.expressions[partner].sentence,
                self._metrics[partner, partner].similarity,
                self._metrics[partner, index].similarity,
            )
        return ExpressionScore(
            self.video.name,
            expression.id,
            expression.sentence,
            expression.kind,
            expression.detail,
            expression.annotator,
            metrics.similarity,
            metrics.intersection,
            metrics.union,
            swap,
        )


def mean(similarities: Sequence[Similarity]) -> Similarity:
    """Return the mean over sentences, all with equal weight.

    Raises:
        ValueError: the sequence is empty.

    >>> mean([Similarity(1.0, 1.0), Similarity(0.0, 0.5)])
    Similarity(j=0.5, f=0.75)
    """
    if not similarities:
        raise ValueError("expected at least one similarity, got none")
    count = len(similarities)
    return Similarity(
        sum(s.j for s in similarities) / count, sum(s.f for s in similarities) / count
    )


def swap_partner(expressions: Sequence[Expression], index: int) -> int | None:
    """Choose the sentence that replaces another one in the control, deterministically.

    Args:
        expressions: all sentences of a video.
        index: index of the sentence to replace.

    Returns:
        Index of the next attribute sentence about another object, wrapping around; ``None`` if
        the sentence is not an attribute sentence or there is no other.
    """
    if expressions[index].kind != CONTROL_KIND:
        return None
    following = [*range(index + 1, len(expressions)), *range(index)]
    others = (
        candidate
        for candidate in following
        if expressions[candidate].kind == CONTROL_KIND
        and expressions[candidate].objects != expressions[index].objects
    )
    return next(others, None)
