"""A few evenly spaced frames of a video, side by side in one image."""

from collections.abc import Sequence

import numpy as np

from samwise_ros.vision.video_frame import Image


class FrameSampler:
    """Samples evenly spaced frames from a video of unknown length."""

    def __init__(self, count: int) -> None:
        """Sample up to ``count`` frames, at least 1; memory holds at most twice as many."""
        self._count, self._step, self._added = count, 1, 0
        self._kept: list[Image] = []

    def add(self, frame: Image) -> None:
        """Add the next frame of the video, (H, W, 3) uint8."""
        if self._added % self._step == 0:
            self._kept.append(frame)
            if len(self._kept) == 2 * self._count:
                self._kept, self._step = self._kept[::2], 2 * self._step
        self._added += 1

    def frames(self) -> list[Image]:
        """Return the sampled frames in order.

        >>> sample = FrameSampler(4)
        >>> for value in range(100):
        ...     sample.add(np.full((1, 1, 3), value, np.uint8))
        >>> [int(frame[0, 0, 0]) for frame in sample.frames()]
        [0, 32, 64, 96]
        """
        kept, count = self._kept, min(self._count, len(self._kept))
        return [kept[(index * (len(kept) - 1)) // max(count - 1, 1)] for index in range(count)]


def contact_sheet(frames: Sequence[Image], columns: int = 4) -> Image:
    """Arrange frames in rows; unused cells are black.

    Args:
        frames: (H, W, 3) uint8 each, of one size.
        columns: number of columns, at least 1; fewer are used for fewer frames.

    Returns:
        (rows H, columns W, 3) uint8.

    Raises:
        ValueError: there is no frame or no column, or the sizes differ.

    >>> contact_sheet([np.zeros((2, 3, 3), np.uint8)] * 5, columns=2).shape
    (6, 6, 3)
    """
    if not frames or columns < 1:
        raise ValueError(f"expected frames and columns, got {len(frames)} and {columns}")
    if any(frame.shape != frames[0].shape for frame in frames):
        raise ValueError("expected frames of one size")
    height, width = frames[0].shape[:2]
    columns = min(columns, len(frames))
    sheet = np.zeros((-(-len(frames) // columns) * height, columns * width, 3), np.uint8)
    for index, frame in enumerate(frames):
        top, left = index // columns * height, index % columns * width
        sheet[top : top + height, left : left + width] = frame
    return sheet
