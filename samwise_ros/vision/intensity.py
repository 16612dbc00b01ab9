"""The values that images use: 16-bit values as 8 bits, and images that show nothing."""

from collections import deque
from typing import Any

import numpy as np
from numpy.typing import NDArray

BRIGHTEST_PERCENT = 0.1  # of the values may be larger, for example defective pixels
_SAMPLES = 40_000  # values that are inspected
_IMAGES = 100  # after so many, an overexposed or damaged image no longer darkens the others
BLACK = 10  # of 255; nearly black if 99 % of the values are smaller
CONSTANT = 3  # of 255; constant if 98 % of the values lie within this range
_SIDE = 128  # pixels that are inspected along each side


class BitDepth:
    """A running maximum of the bits in use, so that the brightness of a video does not flicker.

    Cameras store 10, 12 or 14 bits in 16-bit values, aligned to the lowest bit. The encoding's name
    does not say how many.

    Attributes:
        bits: 8 to 16; bits in use by any of the last 100 images.
    """

    def __init__(self) -> None:
        """Start with 8 bits."""
        self.bits = 8
        self._recent: deque[int] = deque(maxlen=_IMAGES)

    def to_bytes(self, pixels: NDArray[Any]) -> NDArray[np.uint8]:
        """Return the 8 highest bits in use; larger values become 255.

        Args:
            pixels: uint16 of any shape.

        >>> BitDepth().to_bytes(np.array([[0, 512, 1023]], np.uint16)).tolist()
        [[0, 128, 255]]
        """
        self._recent.append(bits_in_use(pixels))
        self.bits = max(8, *self._recent)
        highest = pixels >> (self.bits - 8)
        return np.asarray(np.minimum(highest, 255, out=highest), np.uint8)


def bits_in_use(pixels: NDArray[Any]) -> int:
    """Return the bits of the largest value, without the brightest 0.1 % of the values.

    >>> bits_in_use(np.array([0, 1023], np.uint16))
    10
    """
    step = max(1, int(np.sqrt(pixels.size / _SAMPLES)))
    values = np.sort(pixels[::step, ::step] if pixels.ndim > 1 else pixels, axis=None)
    ignored = int(values.size * BRIGHTEST_PERCENT / 100.0)
    return int(values[values.size - 1 - ignored]).bit_length()


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
