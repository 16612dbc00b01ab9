"""Scores the masks that sentences gave in one video, as they come, some frames at a time."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from samwise_ros.data.dataset import Expression, Video
from samwise_ros.evaluation.label_maps import assigned
from samwise_ros.evaluation.metrics import boundary_accuracy, region_similarity

CONTROLLED_KIND = "attribute"
"""The kind of sentences that the control swaps: what they name can be seen on any one frame."""


@dataclass(frozen=True)
class Similarity:
    """How well masks fit an object.

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
    """The control: what was found when another object's sentence was said instead.

    Attributes:
        sentence: the one that was said, of another object in the same video.
        other: its masks against that other object; high if the sentence is followed.
        original: its masks against the object of the sentence that it replaced; low if the
            sentence, and not the picture alone, chooses the object.
    """

    sentence: str
    other: Similarity
    original: Similarity


@dataclass(frozen=True)
class ExpressionScore:
    """One sentence's score.

    Attributes:
        video: name of the video.
        expression: the sentence's id in the video.
        sentence: what was said.
        kind: its group in the data set; empty where there is none.
        detail: its finer group; likewise.
        annotator: who wrote it.
        own: its masks against what it means.
        intersection: pixels that its masks share with what it means, of all frames.
        union: pixels of either.
        swap: the control; ``None`` where there is no attribute sentence of another object, and
            for sentences of other kinds.
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


class Tally:
    """Compares masks with what they should be, on one stretch of frames after the other."""

    def __init__(self) -> None:
        """Begin with no frame."""
        self._j: list[float] = []
        self._f: list[float] = []
        self.intersection, self.union = 0, 0

    def add(self, masks: NDArray[np.bool_], truth: NDArray[np.bool_]) -> None:
        """Take the next frames, (T, H, W) bool each.

        Raises:
            ValueError: the two are not of one shape.
        """
        self._j.extend(region_similarity(masks, truth).tolist())
        self._f.extend(boundary_accuracy(masks, truth).tolist())
        self.intersection += int(np.count_nonzero(masks & truth))
        self.union += int(np.count_nonzero(masks | truth))

    @property
    def similarity(self) -> Similarity:
        """Means over all frames.

        A frame on which both are empty counts 1, one on which only one of them is counts 0.
        """
        return Similarity(sum(self._j) / len(self._j), sum(self._f) / len(self._f))


class VideoScorer:
    """Scores one video's expressions, but for those that do not tell what they mean.

    Expressions are followed some at a time, so that a video may have any number of them. Saying
    another sentence of the video instead gives that sentence's masks, which are there already: the
    control needs no second look at the video.
    """

    def __init__(self, video: Video, label_maps: bool) -> None:
        """Prepare to score.

        Args:
            video: what to score.
            label_maps: whether all expressions of an annotator are one answer, see ``assigned``.
        """
        self.video, self.label_maps = video, label_maps
        expressions = video.expressions
        self.scored = [index for index, one in enumerate(expressions) if one.objects]
        pairs = {(index, index) for index in self.scored}
        if label_maps:
            pairs.update(pair for group in self._annotators() for pair in product(group, group))
        self._partners = {index: partner(expressions, index) for index in self.scored}
        pairs |= {(said, meant) for meant, said in self._partners.items() if said is not None}
        self._tallies = {pair: Tally() for pair in sorted(pairs)}

    def compared(self, said: Sequence[int]) -> list[int]:
        """Expressions whose objects the masks of some are compared with."""
        return sorted({meant for one, meant in self._tallies if one in said})

    def add(
        self, masks: Mapping[int, NDArray[np.bool_]], truths: Mapping[int, NDArray[np.bool_]]
    ) -> None:
        """Take the next frames of some expressions.

        Args:
            masks: of each of these expressions what was found, (T, H, W).
            truths: of each expression they are compared with what it means, (T, H, W).
        """
        for (said, meant), tally in self._tallies.items():
            if said in masks:
                tally.add(masks[said], truths[meant])

    def scores(self) -> tuple[ExpressionScore, ...]:
        """The scores, when all frames were taken."""
        answers = {index: index for index in self.scored}
        if self.label_maps:
            answers = {}
            for group in self._annotators():
                answers.update(assigned(group, lambda *pair: self._tallies[pair].similarity.jf))
        return tuple(self._score(index, answers[index]) for index in self.scored)

    def _annotators(self) -> list[list[int]]:
        """The scored expressions of each annotator."""
        groups = defaultdict(list)
        for index in self.scored:
            groups[self.video.expressions[index].annotator].append(index)
        return list(groups.values())

    def _score(self, index: int, answer: int) -> ExpressionScore:
        expression, said = self.video.expressions[index], self._partners[index]
        tally, swap = self._tallies[answer, index], None
        if said is not None:
            swap = Swap(
                self.video.expressions[said].sentence,
                self._tallies[said, said].similarity,
                self._tallies[said, index].similarity,
            )
        return ExpressionScore(
            self.video.name,
            expression.id,
            expression.sentence,
            expression.kind,
            expression.detail,
            expression.annotator,
            tally.similarity,
            tally.intersection,
            tally.union,
            swap,
        )


def mean(similarities: Sequence[Similarity]) -> Similarity:
    """Average over sentences, each of the same weight.

    Raises:
        ValueError: there is none.

    >>> mean([Similarity(1.0, 1.0), Similarity(0.0, 0.5)])
    Similarity(j=0.5, f=0.75)
    """
    if not similarities:
        raise ValueError("expected at least one similarity, got none")
    count = len(similarities)
    return Similarity(
        sum(s.j for s in similarities) / count, sum(s.f for s in similarities) / count
    )


def partner(expressions: Sequence[Expression], index: int) -> int | None:
    """Choose the sentence that replaces another in the control, always the same one.

    Args:
        expressions: all sentences of a video.
        index: of the sentence that is replaced.

    Returns:
        Index of the next attribute sentence of another object, after the last one the first; or
        ``None`` for a sentence that is no attribute sentence itself, or where there is no other.
    """
    if expressions[index].kind != CONTROLLED_KIND:
        return None
    following = [*range(index + 1, len(expressions)), *range(index)]
    others = (
        candidate
        for candidate in following
        if expressions[candidate].kind == CONTROLLED_KIND
        and expressions[candidate].objects != expressions[index].objects
    )
    return next(others, None)
