"""Metrics of presence and place, frame by frame."""

import math
from collections.abc import Iterable
from dataclasses import dataclass, fields

from samwise_ros.evaluation.events.mask_history import TARGET, MaskHistory


@dataclass(frozen=True)
class FrameCounts:
    """Frames by outcome.

    Source: M. Kristan et al., "The First Visual Object Tracking Segmentation VOTS2023 Challenge
    Results", ICCV workshops 2023, section on performance measures.

    Attributes:
        on_target: the object is visible and its mask overlaps it (T).
        elsewhere: the object is visible and the mask is on something else (F).
        missed: the object is visible and the mask is empty (M).
        absent: the object is not visible and the mask is empty (N).
        invented: the object is not visible and there is a mask (H).
        overlap: sum of the intersection over union over the frames ``on_target``.
    """

    on_target: int = 0
    elsewhere: int = 0
    missed: int = 0
    absent: int = 0
    invented: int = 0
    overlap: float = 0.0

    @classmethod
    def of(cls, history: MaskHistory, min_area: int) -> "FrameCounts":
        """Count the frames of one sentence.

        Args:
            history: of the sentence.
            min_area: pixels of a visible object, and of a mask that counts.
        """
        counts = [0, 0, 0, 0, 0]
        overlap = 0.0
        rows = zip(
            history.present(min_area),
            history.shown(min_area),
            history.overlaps,
            strict=True,
        )
        for frame, (present, shown, overlaps) in enumerate(rows):
            hit = present and shown and overlaps[TARGET] > 0
            seen = 0 if hit else 1 if shown else 2
            unseen = 4 if shown else 3
            counts[seen if present else unseen] += 1
            overlap += history.iou(frame, TARGET) if hit else 0.0
        on_target, elsewhere, missed, absent, invented = counts
        return cls(on_target, elsewhere, missed, absent, invented, overlap)

    @classmethod
    def sum(cls, counts: Iterable["FrameCounts"]) -> "FrameCounts":
        """Add counts of several sentences."""
        found = list(counts)
        total = {item.name: sum(getattr(one, item.name) for one in found) for item in fields(cls)}
        return cls(**total)

    @property
    def visible(self) -> int:
        """Frames on which the object is visible: T + F + M."""
        return self.on_target + self.elsewhere + self.missed

    @property
    def frames(self) -> int:
        """All frames."""
        return self.visible + self.absent + self.invented

    @property
    def not_reported_error(self) -> float:
        """NRE = M / (T + F + M)."""
        return _ratio(self.missed, self.visible)

    @property
    def drift_rate_error(self) -> float:
        """DRE = F / (T + F + M)."""
        return _ratio(self.elsewhere, self.visible)

    @property
    def absence_detection_quality(self) -> float:
        """ADQ = N / (N + H)."""
        return _ratio(self.absent, self.absent + self.invented)

    @property
    def robustness(self) -> float:
        """T / (T + F + M)."""
        return _ratio(self.on_target, self.visible)

    @property
    def accuracy(self) -> float:
        """Mean overlap over T."""
        return _ratio(self.overlap, self.on_target)

    @property
    def presence_correlation(self) -> float:
        """Matthews correlation coefficient of "there is a mask" with "the object is visible".

        Source: B. W. Matthews, Biochimica et Biophysica Acta 405, 1975. NaN if a row or column
        of the table is empty.

        >>> FrameCounts(on_target=5, absent=5).presence_correlation
        1.0
        """
        true_positive, false_negative = self.on_target + self.elsewhere, self.missed
        false_positive, true_negative = self.invented, self.absent
        product = (
            (true_positive + false_positive)
            * (true_positive + false_negative)
            * (true_negative + false_positive)
            * (true_negative + false_negative)
        )
        difference = true_positive * true_negative - false_positive * false_negative
        return difference / math.sqrt(product) if product else math.nan


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole else math.nan
