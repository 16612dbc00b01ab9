"""Metrics of identity: does a sentence's mask stay on one object?

The usual roles are swapped. The published masks of a sentence are the reference track, and the true
objects are the tracks that are compared with it. A change of objects is therefore a change of the
object under the mask.
"""

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from samwise_ros.evaluation.events.mask_history import NO_OBJECT, TARGET, MaskHistory

ALPHAS = tuple(round(0.05 * step, 2) for step in range(1, 20))
"""Localisation thresholds of HOTA."""


def identity_switches(history: MaskHistory, min_area: int) -> int:
    """Return how often the object under the mask differs from the last one, without hysteresis.

    Source: K. Bernardin and R. Stiefelhagen, "Evaluating Multiple Object Tracking Performance",
    EURASIP Journal on Image and Video Processing, 2008.
    """
    seen = [item for item in history.covered(min_area) if item != NO_OBJECT]
    return sum(old != new for old, new in pairwise(seen))


@dataclass(frozen=True)
class Hota:
    """Terms of HOTA, one for each of `ALPHAS`.

    Source: J. Luiten et al., "HOTA: A Higher Order Metric for Evaluating Multi-Object Tracking",
    International Journal of Computer Vision 129, 2021.

    Attributes:
        matches: frames whose mask matches the object under it (TP).
        frames: frames with a mask or with a visible named object (TP + FN + FP).
        association: sum of the association scores A(c) over the matches.
    """

    matches: tuple[float, ...]
    frames: tuple[float, ...]
    association: tuple[float, ...]

    @classmethod
    def of(cls, history: MaskHistory, min_area: int) -> "Hota":
        """Return the terms of one sentence.

        A frame has at most one object: the object under the mask, or the visible named object if
        there is no mask. A mask on no object has none.

        Args:
            history: of the sentence.
            min_area: pixels of a visible object, and of a mask that counts.
        """
        shown, present = history.shown(min_area), history.present(min_area)
        objects = [
            item if is_shown else TARGET if is_present else NO_OBJECT
            for item, is_shown, is_present in zip(
                history.covered(min_area), shown, present, strict=True
            )
        ]
        ious = [
            history.iou(frame, item) if is_shown and item != NO_OBJECT else 0.0
            for frame, (item, is_shown) in enumerate(zip(objects, shown, strict=True))
        ]
        visible = Counter(item for item in objects if item != NO_OBJECT)
        masks, rows = sum(shown), []
        for alpha in ALPHAS:
            matched = Counter(item for item, iou in zip(objects, ious, strict=True) if iou >= alpha)
            matches = sum(matched.values())
            association = sum(
                count * count / (masks + visible[item] - count) for item, count in matched.items()
            )
            rows.append((matches, masks + sum(visible.values()) - matches, association))
        return cls(*zip(*rows, strict=True))

    @classmethod
    def sum(cls, terms: Iterable["Hota"]) -> "Hota":
        """Add the terms of several sentences."""
        found = list(terms)
        return cls(
            *(
                tuple(map(sum, zip(*(getattr(term, name) for term in found), strict=True)))
                for name in ("matches", "frames", "association")
            )
        )

    @property
    def value(self) -> float:
        """Mean over the thresholds of sqrt(DetA * AssA); NaN without frames.

        >>> always = MaskHistory([9] * 4, [[9]] * 4, [[9]] * 4)
        >>> Hota.of(always, 1).value
        1.0
        >>> one_of_two = MaskHistory([9] * 4, [[9, 9]] * 4, [[9, 0], [9, 0], [0, 9], [0, 9]])
        >>> round(Hota.of(one_of_two, 1).value, 3)  # every mask is on an object, half on each
        0.707
        """
        if not self.frames or not self.frames[0]:
            return math.nan
        # DetA is matches / frames, AssA is association / matches.
        shares = zip(self.association, self.frames, strict=True)
        return float(np.mean([math.sqrt(part / whole) for part, whole in shares]))
