"""Boxes, centres, overlap and label images of masks. Pixels are (x, y) from the top left."""

import math
from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]

MAX_LABEL = 254
"""Largest label of a mask: a label is one byte, 0 is the background and 255 is not used."""


def bounding_box(mask: Mask) -> tuple[int, int, int, int] | None:
    """Return the bounding box of a mask.

    Args:
        mask: (H, W) bool.

    Returns:
        x, y of the top left pixel, width and height in pixels; ``None`` for an empty mask.

    >>> mask = np.zeros((4, 6), bool)
    >>> mask[1:3, 2:5] = True
    >>> bounding_box(mask)
    (2, 1, 3, 2)
    """
    x, y, width, height = cv2.boundingRect(mask.view(np.uint8))
    return (x, y, width, height) if width else None


def touches_border(mask: Mask) -> bool:
    """Return whether a mask has pixels in the outermost rows or columns of the image.

    >>> mask = np.zeros((4, 6), bool)
    >>> mask[1:3, 2:5] = True
    >>> touches_border(mask), touches_border(mask[:3])
    (False, True)
    """
    return bool(mask[[0, -1]].any() or mask[:, [0, -1]].any())


def ring_around(mask: Mask) -> Mask:
    """Return the pixels around a mask, as far as a quarter of the longer side of its box.

    Args:
        mask: (H, W) bool.

    Returns:
        (H, W) bool, without the pixels of the mask.

    >>> ring_around(np.array([[False] * 3 + [True] * 4 + [False] * 3])).astype(int)
    array([[0, 0, 1, 0, 0, 0, 0, 1, 0, 0]])
    """
    box = bounding_box(mask)
    if box is None:
        return np.zeros_like(mask)
    reach = math.ceil(max(box[2:]) / 4)
    kernel = np.ones((1 + 2 * reach, 1 + 2 * reach), np.uint8)
    grown: Mask = cv2.dilate(mask.view(np.uint8), kernel).astype(np.bool_)
    return grown & ~mask


def centroid(mask: Mask) -> tuple[float, float] | None:
    """Return the mean x and y of a mask's pixels.

    Args:
        mask: (H, W) bool.

    Returns:
        x, y in pixels; ``None`` for an empty mask.

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


def outlines(mask: Mask) -> list[NDArray[np.float64]]:
    """Return the closed outlines of a mask's parts and of the holes in them.

    A point differs from the mask's border by at most a pixel, and parts of one or two pixels are
    left out: both keep messages small.

    Args:
        mask: (H, W) bool.

    Returns:
        One (N, 2) array of x, y for each outline, N of 3 or more. The origin is the top left corner
        of the image, so that the centre of its first pixel is at (0.5, 0.5).

    >>> mask = np.zeros((6, 8), bool)
    >>> mask[1:5, 2:7] = True
    >>> [sorted(points.tolist()) for points in outlines(mask)]
    [[[2.5, 1.5], [2.5, 4.5], [6.5, 1.5], [6.5, 4.5]]]
    """
    x, y, width, height = bounding_box(mask) or (0, 0, 0, 0)
    if width == 0:
        return []
    part = mask[y : y + height, x : x + width].view(np.uint8)  # most of the image has no mask
    found, _ = cv2.findContours(part, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE, offset=(x, y))
    shortened = (cv2.approxPolyDP(points, 1.0, closed=True)[:, 0] for points in found)
    return [points.astype(np.float64) + 0.5 for points in shortened if len(points) >= 3]


def iou(mask: Mask, other: Mask) -> float:
    """Return the intersection over union, from 0 to 1; it is 1 for two empty masks.

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
        raise ValueError(f"expected masks of equal shape, got {mask.shape} and {other.shape}")
    union = int(np.count_nonzero(mask | other))
    return float(np.count_nonzero(mask & other) / union) if union else 1.0


def overlap(mask: Mask, other: Mask) -> float:
    """Return the share of the smaller mask that the other one covers, from 0 to 1.

    Args:
        mask: (H, W) bool.
        other: (H, W) bool.

    >>> mask = np.array([[True, True, False, False]])
    >>> overlap(mask, np.array([[True, False, True, True]]))
    0.5
    >>> overlap(mask, np.zeros((1, 4), bool))
    0.0
    """
    smaller = min(np.count_nonzero(mask), np.count_nonzero(other))
    return float(np.count_nonzero(mask & other) / smaller) if smaller else 0.0


def label_mask(
    shape: tuple[int, int], masks: Sequence[Mask], labels: Sequence[int]
) -> NDArray[np.uint8]:
    """Combine masks into one label image.

    Args:
        shape: H, W.
        masks: (H, W) bool each; later masks cover earlier ones.
        labels: one for each mask, from 1 to 254.

    Returns:
        (H, W) uint8, 0 outside all masks.

    Raises:
        ValueError: the numbers of masks and labels differ, a label is out of range, or a mask has
            another shape.
    """
    if len(masks) != len(labels):
        raise ValueError(f"expected a label for each mask, got {len(labels)} for {len(masks)}")
    result = np.zeros(shape, np.uint8)
    for mask, label in zip(masks, labels, strict=True):
        if not 1 <= label <= MAX_LABEL:
            raise ValueError(f"expected a label from 1 to {MAX_LABEL}, got {label}")
        if mask.shape != result.shape:
            raise ValueError(f"expected a mask of shape {result.shape}, got {mask.shape}")
        result[mask] = label
    return result
