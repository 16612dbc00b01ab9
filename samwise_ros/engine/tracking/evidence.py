"""What one frame says about a target: the input of the event logic."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from samwise_ros.engine.types import Box
from samwise_ros.vision import masks

_MIN_RIVAL_AREA = 0.02
"""Of a rival, as a share of the larger mask: the borders of two masks of one object differ."""


@dataclass(frozen=True, eq=False)
class Evidence:
    """The evidence of one frame.

    Attributes:
        image: (H, W, 3) uint8, RGB.
        mask: (H, W) bool, decoded with memory; empty if the target is not visible.
        memoryless_mask: bool, decoded without memory, of the whole image at any size; ``None`` if
            the network did not decode it on this frame.
    """

    image: NDArray[np.uint8]
    mask: NDArray[np.bool_]
    memoryless_mask: NDArray[np.bool_] | None = None


@dataclass(frozen=True)
class Rival:
    """Another place that fits the sentence.

    Attributes:
        ambiguity: 1 minus the intersection over union of the masks with and without memory, 0 to
            1; 0 if one of them is empty, ``None`` if the network did not decode both.
        box: around the part of the memoryless mask outside the mask, pixels of the image;
            ``None`` without such a part.
    """

    ambiguity: float | None = None
    box: Box | None = None

    @classmethod
    def of(cls, evidence: Evidence) -> "Rival":
        """Compare the masks with and without memory of one frame.

        Both see the same image, so that motion does not matter. That is the comparison of
        SAMWISE (CVPR 2025), section 3.4.
        """
        other = evidence.memoryless_mask
        if other is None:
            return cls()
        if not other.any() or not evidence.mask.any():
            return cls(0.0)
        height, width = other.shape
        mask = cv2.resize(evidence.mask.view(np.uint8), (width, height)).astype(np.bool_)
        ambiguity = 1.0 - masks.iou(mask, other)
        # One cell around the mask belongs to its border.
        inside = cv2.dilate(mask.view(np.uint8), np.ones((3, 3), np.uint8)).astype(np.bool_)
        outside = other & ~inside
        area = np.count_nonzero(outside)
        if area <= _MIN_RIVAL_AREA * max(np.count_nonzero(mask), np.count_nonzero(other)):
            return cls(ambiguity)
        return cls(ambiguity, _scaled_box(outside, evidence.mask.shape))


def _scaled_box(mask: NDArray[np.bool_], size: tuple[int, int]) -> Box:
    """Return the box of a small mask in an image of another size (height, width)."""
    box = masks.bounding_box(mask)
    assert box is not None
    x, y, width, height = box
    down, across = size[0] / mask.shape[0], size[1] / mask.shape[1]
    left, top = round(x * across), round(y * down)
    right, bottom = round((x + width) * across), round((y + height) * down)
    return Box(left, top, right - left, bottom - top)
