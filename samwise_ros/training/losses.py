"""The published losses, and the labels of the switch (conditional memory encoder)."""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

IGNORED = -1
"""Label of a frame or cell that does not contribute to a loss."""
_MIN_AREA = 50
_MIN_OVERLAP = 0.1
_SAME_OBJECT_IOU = 0.5


@dataclass(frozen=True, eq=False)
class PartialMean:
    """Sum and count of a loss in one process; the loss is the sum of totals over sum of counts.

    The loss does not depend on how the samples of a batch are split over processes.

    Attributes:
        total: () float32, with a gradient even if the count is 0.
        count: () float32, number (or total weight) of the terms in the sum.
    """

    total: Tensor
    count: Tensor

    @classmethod
    def of(cls, values: Tensor) -> "PartialMean":
        """Return the mean of all values, of which there may be none."""
        return cls(values.sum(), values.new_tensor(float(values.numel())))

    def __mul__(self, weight: float) -> "PartialMean":
        """Return the loss multiplied by a weight."""
        return PartialMean(self.total * weight, self.count)


def focal_loss(
    logits: Tensor,
    targets: Tensor,
    inside: Tensor | None = None,
    alpha: float = 0.25,
    gamma: float = 2.0,
) -> Tensor:
    """Return the focal loss of each sample, a mean over its cells.

    Args:
        logits: (N, cells).
        targets: (N, cells), 0 to 1.
        inside: (N, cells) 0 or 1, whether a cell counts; ``None`` for all cells.
        alpha: weight of the object's cells; the others have weight 1 - alpha.
        gamma: focusing parameter; reduces the weight of well-classified cells.

    Returns:
        (N,).

    Source: Lin et al., Focal Loss for Dense Object Detection, equation 5.
    """
    probability = logits.sigmoid()
    entropy = functional.binary_cross_entropy_with_logits(logits, targets, reduction="none")
    error = probability * (1 - targets) + (1 - probability) * targets
    weight = alpha * targets + (1 - alpha) * (1 - targets)
    cells = weight * error**gamma * entropy
    if inside is None:
        return cells.mean(1)
    return (cells * inside).sum(1) / inside.sum(1)


def dice_loss(logits: Tensor, targets: Tensor, inside: Tensor | None = None) -> Tensor:
    """Return the dice loss (N,) of (N, cells) logits and targets; see ``focal_loss``."""
    probability = logits.sigmoid()
    if inside is not None:
        probability = probability * inside
    shared = 2 * (probability * targets).sum(1)
    return 1 - (shared + 1) / (probability.sum(1) + targets.sum(1) + 1)


def switch_labels(
    tracked: Tensor, candidate: Tensor, candidate_score: Tensor, one_empty: int = 0
) -> Tensor:
    """Label the frames on which the masks with and without memory show different objects.

    Args:
        tracked: (N, H, W) bool, masks with memory.
        candidate: (N, H, W) bool, masks without memory.
        candidate_score: (N,) object score logits without memory.
        one_empty: label if exactly one mask is empty; 0 in the published training.

    Returns:
        (N,) int64: 1 if the overlap is less than a tenth of the smaller mask, 0 if it is more, -1
        (ignored) if the candidate's score is negative or both masks are tiny.
    """
    area_a, area_b = tracked.sum((1, 2)), candidate.sum((1, 2))
    smaller = torch.minimum(area_a, area_b)
    shared = (tracked & candidate).sum((1, 2))
    labels = (shared < _MIN_OVERLAP * smaller).long()
    labels = torch.where(smaller == 0, one_empty, labels)
    ignored = (candidate_score < 0) | ((area_a <= _MIN_AREA) & (area_b <= _MIN_AREA))
    return torch.where(ignored, IGNORED, labels)


def correction_labels(
    tracked: Tensor, candidate: Tensor, truth: Tensor, holds: Tensor, candidate_score: Tensor
) -> Tensor:
    """Label the frames on which a wrong memory has to be corrected.

    Args:
        tracked: (N, H, W) bool, masks with memory.
        candidate: (N, H, W) bool, masks without memory.
        truth: (N, H, W) bool, masks of the targets.
        holds: (N,) bool, whether the sentence holds.
        candidate_score: (N,) object score logits without memory.

    Returns:
        (N,) int64: 1 if the candidate is on the target and the tracked mask is on another object or
        empty, 0 if the candidate is on another object or the tracked mask is on the target, -1
        (ignored) in between, if the sentence does not hold, and if the candidate is empty, since
        then it is not written to the memory.
    """
    tracked_iou, candidate_iou = _iou(tracked, truth), _iou(candidate, truth)
    labels = torch.full_like(tracked_iou, IGNORED, dtype=torch.int64)
    labels[(tracked_iou >= _SAME_OBJECT_IOU) | (candidate_iou < _MIN_OVERLAP)] = 0
    labels[(tracked_iou < _MIN_OVERLAP) & (candidate_iou >= _SAME_OBJECT_IOU)] = 1
    written = (candidate_score > 0) & candidate.flatten(1).any(1)
    return torch.where(holds & written, labels, IGNORED)


def _iou(masks: Tensor, truth: Tensor) -> Tensor:
    """Return the intersection over union of (N, H, W) masks; 0 for two empty ones."""
    union = (masks | truth).sum((1, 2)).clamp(min=1)
    return (masks & truth).sum((1, 2)) / union


def switch_loss(decision: Tensor, labels: Tensor) -> PartialMean:
    """Return the weighted cross-entropy of (N, 2) logits, a mean over the labels' weights."""
    weight = torch.tensor([1.0, 2.0], device=decision.device)
    total = functional.cross_entropy(
        decision.float(), labels, weight, ignore_index=IGNORED, reduction="sum"
    )
    weights = weight[labels.clamp(min=0)] * (labels != IGNORED)
    return PartialMean(total, weights.sum())
