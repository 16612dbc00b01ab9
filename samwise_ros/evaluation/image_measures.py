"""The measures of RefCOCO, for sentences about single images."""

from collections.abc import Sequence
from dataclasses import dataclass

from samwise_ros.evaluation.scoring import ExpressionScore

BOUNDS = (0.5, 0.6, 0.7, 0.8, 0.9)
"""Intersections over union from which on a sentence counts as understood."""


@dataclass(frozen=True)
class ImageMeasures:
    """How well masks in images fit what is meant; all are fractions, 0 to 1.

    Attributes:
        oiou: overall IoU: intersections of all sentences together over all unions together, in
            which large objects weigh more.
        miou: mean IoU of the sentences.
        precision: for each of ``BOUNDS`` how many sentences reach that IoU.
    """

    oiou: float
    miou: float
    precision: tuple[float, ...]

    @classmethod
    def of(cls, scores: Sequence[ExpressionScore]) -> "ImageMeasures":
        """Measure sentences, at least one; the IoU of an image is its region similarity J."""
        union = sum(score.union for score in scores)
        intersection = sum(score.intersection for score in scores)
        ious = [score.own.j for score in scores]
        return cls(
            intersection / union if union else 1.0,
            sum(ious) / len(ious),
            tuple(sum(iou >= bound for iou in ious) / len(ious) for bound in BOUNDS),
        )
