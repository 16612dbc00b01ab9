"""What every data set gives: videos, sentences about them, and the pixels that the sentences mean.

A data set lists its videos without reading a pixel; images and masks are read when they are asked
for, and only the moments that are.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray


class DatasetError(ValueError):
    """A data set that cannot be used; the message names the file, the entry and what to do."""


@dataclass(frozen=True)
class Expression:
    """A sentence about a video.

    Attributes:
        sentence: as the data set has it.
        objects: ids of the objects that it means together; empty where the data set does not
            tell, as test splits do.
        id: what the data set's files call it, unique in its video.
        kind: a group of its own in the results, such as ``motion``; empty where there is none.
        detail: a finer group, such as ``left``; likewise.
        annotator: who wrote it, from 0, where several wrote about the same objects.
    """

    sentence: str
    objects: tuple[int, ...]
    id: str = ""
    kind: str = ""
    detail: str = ""
    annotator: int = 0


@dataclass(frozen=True)
class Video:
    """One entry of a data set; an image is a video of one frame.

    Attributes:
        name: unique in the data set.
        frames: names of the frames, in order, as the data set's files call them.
        expressions: what is said about it.
    """

    name: str
    frames: tuple[str, ...]
    expressions: tuple[Expression, ...]


class Dataset(Protocol):
    """One split of a data set.

    ``len()`` is the number of videos. A generated data set has no end: its length says only how far
    an index may go.
    """

    @property
    def name(self) -> str:
        """As on the command line, such as ``mevis:DIR:valid_u``."""
        ...

    def __len__(self) -> int:
        """How many videos there are."""
        ...

    def video(self, index: int) -> Video:
        """List one video."""
        ...

    def images(self, index: int, frame_indices: Sequence[int]) -> NDArray[np.uint8]:
        """Read frames of a video.

        Args:
            index: of the video.
            frame_indices: T indices into its frames; an index may come twice.

        Returns:
            (T, H, W, 3) RGB.

        Raises:
            DatasetError: naming the file that is missing or damaged.
        """
        ...

    def masks(
        self, index: int, objects: Sequence[int], frame_indices: Sequence[int]
    ) -> NDArray[np.bool_]:
        """Read the masks of objects of a video.

        Args:
            index: of the video.
            objects: N ids.
            frame_indices: T indices into its frames.

        Returns:
            (N, T, H, W), the visible pixels of each object; empty where it is out of view.

        Raises:
            DatasetError: naming the file and the entry that is missing or damaged.
        """
        ...
