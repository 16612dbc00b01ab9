"""Scores the masks that sentences gave in one video: pure functions of masks and sentences."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from samwise_ros.data.dataset import Expression
from samwise_ros.evaluation.metrics import boundary_accuracy, region_similarity


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
        video: index of the video.
        sentence: what was said.
        kind: attribute, motion or late.
        detail: the motion or the attributes that it names.
        own: its masks against its object.
        swap: the control; ``None`` where there is no attribute sentence of another object, and
            for sentences of other kinds.
    """

    video: int
    sentence: str
    kind: str
    detail: str
    own: Similarity
    swap: Swap | None


def compare(masks: NDArray[np.bool_], truth: NDArray[np.bool_]) -> Similarity:
    """Compare masks with an object, as means over all frames.

    A frame on which both are empty counts 1, one on which only one of them is counts 0.

    Args:
        masks: (T, H, W) bool, what was found.
        truth: (T, H, W) bool, the object.

    Raises:
        ValueError: the two are not of one shape.

    >>> square = np.zeros((2, 8, 8), bool)
    >>> square[0, 2:5, 2:5] = True
    >>> compare(square, square)
    Similarity(j=1.0, f=1.0)
    >>> compare(~square, square).j
    0.0
    """
    return Similarity(
        float(region_similarity(masks, truth).mean()), float(boundary_accuracy(masks, truth).mean())
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
    if expressions[index].kind != "attribute":
        return None
    following = [*range(index + 1, len(expressions)), *range(index)]
    others = (
        candidate
        for candidate in following
        if expressions[candidate].kind == "attribute"
        and expressions[candidate].objects != expressions[index].objects
    )
    return next(others, None)


def score_video(
    video: int,
    expressions: Sequence[Expression],
    objects: NDArray[np.bool_],
    masks: Sequence[NDArray[np.bool_]],
) -> list[ExpressionScore]:
    """Score every sentence of a video, with the control.

    Saying another sentence of the video instead gives that sentence's masks, which are among
    ``masks`` already: the control needs no second look at the video.

    Args:
        video: index of the video.
        expressions: its E sentences.
        objects: (N, T, H, W) bool, the objects that they mean.
        masks: E of (T, H, W) bool, what each sentence found.

    Returns:
        E scores, in the same order.

    Raises:
        ValueError: there is not one mask for each sentence, or its shape is not the objects'.
    """
    if len(masks) != len(expressions):
        raise ValueError(f"expected {len(expressions)} masks, got {len(masks)}")
    own = [compare(m, objects[e.objects[0]]) for e, m in zip(expressions, masks, strict=True)]
    scores = []
    for index, expression in enumerate(expressions):
        swap = None
        said = partner(expressions, index)
        if said is not None:
            original = compare(masks[said], objects[expression.objects[0]])
            swap = Swap(expressions[said].sentence, own[said], original)
        scores.append(
            ExpressionScore(
                video,
                expression.sentence,
                expression.kind,
                expression.detail,
                own[index],
                swap,
            )
        )
    return scores
