"""What there is to know of a mask; pixels are (x, y) from the top left."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]


def bounding_box(mask: Mask) -> tuple[int, int, int, int] | None:
    """The smallest box around a mask.

    Args:
        mask: (H, W) bool.

    Returns:
        x, y of its top left pixel, width and height in pixels; ``None`` for an empty mask.

    >>> mask = np.zeros((4, 6), bool)
    >>> mask[1:3, 2:5] = True
    >>> bounding_box(mask)
    (2, 1, 3, 2)
    """
    x, y, width, height = cv2.boundingRect(mask.view(np.uint8))
    return (x, y, width, height) if width else None


def centroid(mask: Mask) -> tuple[float, float] | None:
    """Mean x and y of a mask's pixels; ``None`` for an empty mask.

    Args:
        mask: (H, W) bool.

    >>> mask = np.zeros((4, 6), bool)
    >>> mask[1:3, 2:5] = True
    >>> centroid(mask)
    (3.0, 1.5)
    """
    columns, rows = np.count_nonzero(mask, axis=0), np.count_nonzero(mask, axis=1)
    area = int(columns.sum())
    if area == 0:
        return None
    x = float(columns @ np.arange(len(columns))) / area
    y = float(rows @ np.arange(len(rows))) / area
    return x, y


def iou(mask: Mask, other: Mask) -> float:
    """Intersection over union, 0 to 1; two empty masks overlap fully.

    Args:
        mask: (H, W) bool.
        other: (H, W) bool.

    Raises:
        ValueError: the shapes differ.

    >>> mask = np.array([[True, True, False]])
    >>> iou(mask, np.array([[True, False, False]]))
    0.5
    """
    if mask.shape != other.shape:
        raise ValueError(f"expected masks of one shape, got {mask.shape} and {other.shape}")
    union = int(np.count_nonzero(mask | other))
    return float(np.count_nonzero(mask & other) / union) if union else 1.0


def label_mask(
    shape: tuple[int, int], masks: Sequence[Mask], labels: Sequence[int]
) -> NDArray[np.uint8]:
    """One image that says whose each pixel is.

    Args:
        shape: H, W.
        masks: (H, W) bool each; a later one lies over an earlier one.
        labels: 1 to 254, one for each mask.

    Returns:
        (H, W) uint8, 0 where there is no mask.

    Raises:
        ValueError: masks and labels are not equally many, or a label or shape is out of place.
    """
    if len(masks) != len(labels):
        raise ValueError(f"expected a label for each mask, got {len(labels)} for {len(masks)}")
    result = np.zeros(shape, np.uint8)
    for mask, label in zip(masks, labels, strict=True):
        if not 1 <= label <= 254:
            raise ValueError(f"expected a label from 1 to 254, got {label}")
        if mask.shape != result.shape:
            raise ValueError(f"expected a mask of shape {result.shape}, got {mask.shape}")
        result[mask] = label
    return result
