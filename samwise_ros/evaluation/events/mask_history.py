"""What the masks of one sentence covered, frame by frame: the input of all event metrics.

The named objects count as one object. Only pixel counts are kept, so that a video of any length
and size is small.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

NO_OBJECT = -1
"""In place of an object's index: the mask is on no object."""
TARGET = 0
"""Index of the named object among the objects of a `MaskHistory`."""


@dataclass
class MaskHistory:
    """Pixel counts of the masks of one sentence against the true masks of all objects.

    Objects are numbered from 0: `TARGET` is the named object, the others follow in the order of
    the data set. All lists have one entry for each frame.

    Attributes:
        mask_areas: pixels of the published mask.
        areas: visible pixels of each object.
        overlaps: pixels of the published mask on each object.
    """

    mask_areas: list[int] = field(default_factory=list)
    areas: list[list[int]] = field(default_factory=list)
    overlaps: list[list[int]] = field(default_factory=list)

    def __len__(self) -> int:
        """Count the frames."""
        return len(self.mask_areas)

    def add(self, mask: NDArray[np.bool_], truths: NDArray[np.bool_], named: Sequence[int]) -> None:
        """Add a frame.

        Args:
            mask: (H, W), as published.
            truths: (N, H, W), the visible pixels of all objects.
            named: indices of the named objects; empty if the sentence describes nothing.
        """
        target = truths[list(named)].any(axis=0)
        others = [truths[index] for index in range(len(truths)) if index not in named]
        self.mask_areas.append(int(np.count_nonzero(mask)))
        self.areas.append([int(np.count_nonzero(truth)) for truth in (target, *others)])
        self.overlaps.append([int(np.count_nonzero(mask & truth)) for truth in (target, *others)])

    def shown(self, min_area: int) -> list[bool]:
        """Return on which frames the mask has at least ``min_area`` pixels."""
        return [area >= min_area for area in self.mask_areas]

    def present(self, min_area: int) -> list[bool]:
        """Return on which frames at least ``min_area`` pixels of the named object are visible."""
        return [areas[TARGET] >= min_area for areas in self.areas]

    def covered(self, min_area: int) -> list[int]:
        """Return the object under the mask on each frame, or `NO_OBJECT`.

        It is the object that holds most of the mask's pixels, if that is over half of the mask.

        >>> MaskHistory([20, 20, 0], [[9, 9]] * 3, [[11, 2], [10, 10], [0, 0]]).covered(16)
        [0, -1, -1]
        """
        found = []
        for area, overlaps in zip(self.mask_areas, self.overlaps, strict=True):
            best = max(range(len(overlaps)), key=overlaps.__getitem__)
            on_object = area >= min_area and 2 * overlaps[best] > area
            found.append(best if on_object else NO_OBJECT)
        return found

    def iou(self, frame: int, item: int) -> float:
        """Return the intersection over union of mask and object; 1 if both are empty.

        >>> MaskHistory([20], [[10]], [[10]]).iou(0, TARGET)
        0.5
        """
        overlap = self.overlaps[frame][item]
        union = self.mask_areas[frame] + self.areas[frame][item] - overlap
        return overlap / union if union else 1.0
