"""The interface of a data set: videos, sentences about them, and the masks they refer to.

A data set lists its videos without reading a pixel. It reads images and masks on request, and only
the requested frames.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray


class DatasetError(ValueError):
    """A data set cannot be used; the message names the file and entry, and what to do."""


ABSENT = "absent"
"""Kind of an expression about something that is not in the video; its masks are empty."""
IMAGE_KINDS = ("", "attribute", "relation", ABSENT)
"""Kinds of expressions that a single frame can satisfy; the kind of most data sets is unknown."""


@dataclass(frozen=True)
class Expression:
    """A sentence about a video.

    Attributes:
        sentence: the text, as in the data set.
        objects: ids of the objects the sentence refers to; empty if unknown, as in test splits.
        id: id in the data set's files, unique in its video.
        kind: group in the results, such as ``motion``; empty for none.
        detail: finer group, such as ``left``; empty for none.
        annotator: number of the annotator, from 0, if several describe the same objects.
        start: first frame on which the sentence holds.
        stop: frame after the last one on which it holds; ``None`` for the end of the video.

    A sentence is given to a model on the first frame of the video: only a model that has seen the
    past knows it. On frames before ``start`` and from ``stop`` on, the sentence is neither true nor
    false. Evaluation and training ignore the masks of these frames.
    """

    sentence: str
    objects: tuple[int, ...]
    id: str = ""
    kind: str = ""
    detail: str = ""
    annotator: int = 0
    start: int = 0
    stop: int | None = None

    def span(self, length: int) -> range:
        """Return the frames of a video of ``length`` frames on which the sentence holds.

        >>> Expression("the ball that rolls", (1,), start=3, stop=5).span(9)
        range(3, 5)
        """
        return range(self.start, length if self.stop is None else self.stop)


@dataclass(frozen=True)
class Video:
    """One entry of a data set; an image is a video of one frame.

    Attributes:
        name: unique in the data set.
        frames: names of the frames, in order, as in the data set's files.
        expressions: sentences about the video.
        objects: ids of all objects with masks; empty if only those of the sentences have masks.
    """

    name: str
    frames: tuple[str, ...]
    expressions: tuple[Expression, ...]
    objects: tuple[int, ...] = ()

    @property
    def masked_objects(self) -> tuple[int, ...]:
        """The ids of all objects with masks, in ascending order."""
        named = {item for expression in self.expressions for item in expression.objects}
        return self.objects or tuple(sorted(named))


class Dataset(Protocol):
    """One split of a data set.

    ``len()`` is the number of videos. A generated data set is endless; its length is the bound of
    an index.
    """

    @property
    def name(self) -> str:
        """Name as on the command line, such as ``mevis:DIR:valid_u``."""
        ...

    def __len__(self) -> int:
        """Return the number of videos."""
        ...

    def video(self, index: int) -> Video:
        """Return the entry of one video."""
        ...

    def images(self, index: int, frame_indices: Sequence[int]) -> NDArray[np.uint8]:
        """Read frames of a video.

        Args:
            index: index of the video.
            frame_indices: T indices into its frames; an index may repeat.

        Returns:
            (T, H, W, 3) uint8, RGB.

        Raises:
            DatasetError: a file is missing or damaged.
        """
        ...

    def masks(
        self, index: int, objects: Sequence[int], frame_indices: Sequence[int]
    ) -> NDArray[np.bool_]:
        """Read the masks of objects of a video.

        Args:
            index: index of the video.
            objects: N ids.
            frame_indices: T indices into its frames.

        Returns:
            (N, T, H, W) bool, the visible pixels of each object; empty where it is out of view.

        Raises:
            DatasetError: a file or entry is missing or damaged.
        """
        ...
