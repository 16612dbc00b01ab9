"""Concatenates data sets, such as RefCOCO, RefCOCO+ and RefCOCOg."""

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from samwise_ros.data.dataset import Dataset, Video
from samwise_ros.data.formats.mevis import Mevis
from samwise_ros.data.open_dataset import open_dataset
from samwise_ros.data.painted.dataset import PaintedDataset


class ConcatDataset:
    """The videos of several data sets, one data set after the other.

    Attributes:
        name: names of the data sets.
        parts: the data sets.
    """

    def __init__(self, parts: Sequence[Dataset]) -> None:
        """Concatenate data sets."""
        self.name = " ".join(part.name for part in parts)
        self.parts = parts
        self._starts = [0, *accumulate(len(part) for part in parts)]

    def __len__(self) -> int:
        """Return the number of videos."""
        return self._starts[-1]

    def video(self, index: int) -> Video:
        """List one video; see ``Dataset``."""
        part, local_index = self._find(index)
        return part.video(local_index)

    def images(self, index: int, frame_indices: Sequence[int]) -> NDArray[np.uint8]:
        """Read frames; see ``Dataset``."""
        part, local_index = self._find(index)
        return part.images(local_index, frame_indices)

    def masks(
        self, index: int, objects: Sequence[int], frame_indices: Sequence[int]
    ) -> NDArray[np.bool_]:
        """Read masks; see ``Dataset``."""
        part, local_index = self._find(index)
        return part.masks(local_index, objects, frame_indices)

    def truth_file(self, index: int) -> Path:
        """Return the path of further truth; see ``Mevis``, of which all parts have to be."""
        part, local_index = self._find(index)
        assert isinstance(part, Mevis)
        return part.truth_file(local_index)

    def _find(self, index: int) -> tuple[Dataset, int]:
        number = bisect_right(self._starts, index) - 1
        return self.parts[number], index - self._starts[number]


def open_datasets(specs: Sequence[str]) -> Dataset:
    """Open one data set, or several as one.

    Raises:
        ValueError: a data set cannot be used, or a generated (endless) one is among several.
    """
    parts = [open_dataset(spec) for spec in specs]
    if len(parts) == 1:
        return parts[0]
    for part in parts:
        if isinstance(part, PaintedDataset):
            raise ValueError(f"data: {part.name} is generated and endless; train on it alone")
    return ConcatDataset(parts)
