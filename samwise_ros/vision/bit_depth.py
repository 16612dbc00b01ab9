"""The bits that the 16-bit values of a camera use, and their reduction to 8 bits."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

BRIGHTEST_PERCENT = 0.1  # of the values may be larger, for example defective pixels
_SAMPLES = 40_000  # values that are inspected


class BitDepth:
    """A running maximum of the bits in use, so that the brightness of a video does not flicker.

    Cameras store 10, 12 or 14 bits in 16-bit values, aligned to the lowest bit. The encoding's name
    does not say how many.

    Attributes:
        bits: 8 to 16; bits in use by any image so far.
    """

    def __init__(self) -> None:
        """Start with 8 bits."""
        self.bits = 8

    def to_bytes(self, pixels: NDArray[Any]) -> NDArray[np.uint8]:
        """Return the 8 highest bits in use; larger values become 255.

        Args:
            pixels: uint16 of any shape.

        >>> BitDepth().to_bytes(np.array([[0, 512, 1023]], np.uint16)).tolist()
        [[0, 128, 255]]
        """
        self.bits = max(self.bits, bits_in_use(pixels))
        highest: NDArray[np.uint8] = np.minimum(pixels >> (self.bits - 8), 255).astype(np.uint8)
        return highest


def bits_in_use(pixels: NDArray[Any]) -> int:
    """Return the bits of the largest value, without the brightest 0.1 % of the values.

    >>> bits_in_use(np.array([0, 1023], np.uint16))
    10
    """
    step = max(1, int(np.sqrt(pixels.size / _SAMPLES)))
    values = np.sort(pixels[::step, ::step] if pixels.ndim > 1 else pixels, axis=None)
    ignored = int(values.size * BRIGHTEST_PERCENT / 100.0)
    return int(values[values.size - 1 - ignored]).bit_length()
