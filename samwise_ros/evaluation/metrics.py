"""Region similarity J and boundary accuracy F, as the DAVIS benchmark defines them.

Perazzi et al., "A Benchmark Dataset and Evaluation Methodology for Video Object Segmentation",
CVPR 2016, section 4. MeViS, Ref-YouTube-VOS and Ref-DAVIS17 use both.
"""

import math

import cv2
import numpy as np
from numpy.typing import NDArray

#: Largest distance of matching boundary pixels, as a fraction of the image's diagonal.
BOUNDARY_TOLERANCE = 0.008

Mask = NDArray[np.bool_]


def region_similarity(mask: Mask, truth: Mask) -> NDArray[np.float64]:
    """Return the intersection over union of each frame; 1 for two empty masks.

    Args:
        mask: (T, H, W) bool.
        truth: (T, H, W) bool.

    Returns:
        (T,) float64, 0 to 1.

    Raises:
        ValueError: the masks differ in shape or are not (T, H, W) bool.

    >>> square = np.zeros((1, 4, 4), bool)
    >>> square[0, :2, :2] = True
    >>> half = square.copy()
    >>> half[0, :, 1] = False
    >>> region_similarity(half, square)
    array([0.5])
    """
    _check(mask, truth)
    both = np.count_nonzero(mask & truth, axis=(1, 2)).astype(np.float64)
    either = np.count_nonzero(mask | truth, axis=(1, 2)).astype(np.float64)
    similarity: NDArray[np.float64] = np.ones(len(both))
    np.divide(both, either, out=similarity, where=either > 0)
    return similarity


def boundary_accuracy(mask: Mask, truth: Mask) -> NDArray[np.float64]:
    """Return the F-measure of each frame's boundary, matched within ``BOUNDARY_TOLERANCE``.

    Args:
        mask: (T, H, W) bool.
        truth: (T, H, W) bool.

    Returns:
        (T,) float64, 0 to 1; 1 if neither mask has a boundary.

    Raises:
        ValueError: the masks differ in shape or are not (T, H, W) bool.
    """
    _check(mask, truth)
    reach = math.ceil(BOUNDARY_TOLERANCE * math.hypot(*mask.shape[1:]))
    axis = np.arange(-reach, reach + 1)
    disk = (axis[:, None] ** 2 + axis[None, :] ** 2 <= reach**2).astype(np.uint8)
    pairs = zip(mask, truth, strict=True)
    return np.array([_frame_accuracy(*pair, disk) for pair in pairs], np.float64)


def _frame_accuracy(mask: Mask, truth: Mask, disk: NDArray[np.uint8]) -> float:
    """Return the F-measure of one frame's boundary, (H, W) bool each."""
    window = _window(mask, truth)
    found, expected = _boundary(mask[window]), _boundary(truth[window])
    count_found, count_expected = int(found.sum()), int(expected.sum())
    if count_found == 0 or count_expected == 0:
        # The benchmark sets one of precision and recall to 1 and the other to 0.
        return 1.0 if count_found == count_expected else 0.0
    precision = np.count_nonzero(cv2.dilate(expected, disk)[found > 0]) / count_found
    recall = np.count_nonzero(cv2.dilate(found, disk)[expected > 0]) / count_expected
    total = precision + recall
    return 2 * precision * recall / total if total else 0.0


def _window(mask: Mask, truth: Mask) -> tuple[slice, slice]:
    """Return the bounding box of both masks plus one pixel, which contains every boundary.

    Most objects are small, and the time per frame grows with the window.
    """
    x, y, width, height = cv2.boundingRect((mask | truth).view(np.uint8))
    return slice(max(y - 1, 0), y + height + 1), slice(max(x - 1, 0), x + width + 1)


def _boundary(mask: Mask) -> NDArray[np.uint8]:
    """Mark pixels that differ from the pixel to the right, below, or diagonally; (H, W) 0 or 1.

    The last row and column are repeated, so that the image's edge is not a boundary.
    """
    plane = np.pad(mask, ((0, 1), (0, 1)), mode="edge")
    here = plane[:-1, :-1]
    edges = (here != plane[:-1, 1:]) | (here != plane[1:, :-1]) | (here != plane[1:, 1:])
    return np.asarray(edges, np.uint8)


def _check(mask: Mask, truth: Mask) -> None:
    if mask.ndim != 3 or mask.shape != truth.shape:
        raise ValueError(
            f"expected two masks of one shape (T, H, W), got {mask.shape} and {truth.shape}"
        )
    if mask.dtype != np.bool_ or truth.dtype != np.bool_:
        raise ValueError(f"expected masks of bool, got {mask.dtype} and {truth.dtype}")
