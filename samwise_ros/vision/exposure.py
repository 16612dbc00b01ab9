"""Images without content: nearly black or constant."""

import numpy as np
from numpy.typing import NDArray

BLACK = 10  # of 255; nearly black if 99 % of the values are smaller
CONSTANT = 3  # of 255; constant if 98 % of the values lie within this range
_SIDE = 128  # pixels that are inspected along each side


def exposure_fault(image: NDArray[np.uint8]) -> str | None:
    """Return why an image shows nothing; ``None`` if it shows something.

    Args:
        image: (H, W, 3) uint8, RGB.

    >>> exposure_fault(np.full((4, 4, 3), 2, np.uint8))
    'the image is nearly black: 99 % of its values are at most 2 of 255'
    >>> exposure_fault(np.full((4, 4, 3), 200, np.uint8))
    'the image is constant: 98 % of its values are from 200 to 200 of 255'
    """
    rows, columns = (max(1, side // _SIDE) for side in image.shape[:2])
    values = np.sort(image[::rows, ::columns].reshape(-1, image.shape[2]), axis=0)
    last = len(values) - 1
    low, high = values[round(0.01 * last)], values[round(0.99 * last)]
    if high.max() < BLACK:
        bright = high.max()
        return f"the image is nearly black: 99 % of its values are at most {bright} of 255"
    if (high.astype(int) - low).max() <= CONSTANT:
        span = f"{low.min()} to {high.max()}"
        return f"the image is constant: 98 % of its values are from {span} of 255"
    return None
