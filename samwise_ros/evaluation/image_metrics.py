"""The metrics of RefCOCO, for sentences about single images."""

from collections.abc import Sequence
from dataclasses import dataclass

from samwise_ros.evaluation.scoring import ExpressionScore

IOU_THRESHOLDS = (0.5, 0.6, 0.7, 0.8, 0.9)
"""Thresholds of the precision: the smallest IoU of a correct mask."""


@dataclass(frozen=True)
class ImageMetrics:
    """Metrics over sentences about images, as fractions 0 to 1.

    Attributes:
        oiou: overall IoU, the sum of all intersections over the sum of all unions; large objects
            have more weight.
        miou: mean IoU of the sentences.
        precision: for each of ``IOU_THRESHOLDS`` the fraction of sentences that reach that IoU.
    """

    oiou: float
    miou: float
    precision: tuple[float, ...]

    @classmethod
    def of(cls, scores: Sequence[ExpressionScore]) -> "ImageMetrics":
        """Compute the metrics of at least one sentence; the IoU of an image is J."""
        union = sum(score.union for score in scores)
        intersection = sum(score.intersection for score in scores)
        ious = [score.own.j for score in scores]
        return cls(
            intersection / union if union else 1.0,
            sum(ious) / len(ious),
            tuple(sum(iou >= least for iou in ious) / len(ious) for least in IOU_THRESHOLDS),
        )
