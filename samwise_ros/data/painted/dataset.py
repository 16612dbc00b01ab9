"""The painted world as a data set."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from samwise_ros.data.dataset import Expression, Video
from samwise_ros.data.painted.description import RandomSource
from samwise_ros.data.painted.video import (
    PaintedConfig,
    PaintedVideo,
    Split,
    absent_sentence,
    make_video,
)

_MAX_VIDEOS = 1 << 40
"""Number of videos of a split; in practice endless."""

SubsetName = Literal["late", "motion"]


@dataclass(frozen=True)
class _Subset:
    """A subset: properties of the videos, first video index, and a filter for expressions."""

    config: PaintedConfig
    first: int
    keep: Callable[[Expression], bool]


SUBSETS: dict[SubsetName, _Subset] = {
    "late": _Subset(
        PaintedConfig(late_share=1.0),
        2 * _MAX_VIDEOS,
        lambda expression: expression.detail in ("enters", "starts"),
    ),
    "motion": _Subset(
        PaintedConfig(alone_share=1.0),
        3 * _MAX_VIDEOS,
        lambda expression: expression.kind == "motion",
    ),
}
"""``late``: the object or its motion starts late; ``motion``: the sentence names only a motion."""


class PaintedDataset:
    """Videos of a split of the painted world, generated on request."""

    def __init__(self, split: Split, config: PaintedConfig) -> None:
        """Select a split and the properties of its videos."""
        self.name = f"painted:{split}"
        self.split, self._config = split, config

    def __len__(self) -> int:
        """Return the bound of an index."""
        return _MAX_VIDEOS

    def video(self, index: int) -> Video:
        """Return the entry of one video; see ``Dataset``."""
        frames = tuple(f"{number:05d}" for number in range(self._config.frames))
        scene = self.scene(index)
        objects = tuple(range(len(scene.objects)))
        return Video(f"{self.split}{index:06d}", frames, scene.expressions, objects)

    def images(self, index: int, frame_indices: Sequence[int]) -> NDArray[np.uint8]:
        """Return frames; see ``Dataset``."""
        return self.scene(index).frames[list(frame_indices)]

    def masks(
        self, index: int, objects: Sequence[int], frame_indices: Sequence[int]
    ) -> NDArray[np.bool_]:
        """Return the masks of objects; see ``Dataset``."""
        return self.scene(index).masks[np.ix_(objects, frame_indices)]

    def absent_sentence(self, index: int, rng: RandomSource) -> str:
        """Return a sentence of the same style that refers to no object of the video."""
        return absent_sentence(self.scene(index), rng)

    def scene(self, index: int) -> PaintedVideo:
        """Return a video with its symbolic objects."""
        return _make(self.split, index, self._config)


class PaintedSubset(PaintedDataset):
    """Videos apart from those of the test split, with a selection of their sentences."""

    def __init__(self, name: SubsetName, frames: int, width: int, height: int) -> None:
        """Select one of ``SUBSETS``."""
        subset = SUBSETS[name]
        super().__init__("test", replace(subset.config, frames=frames, width=width, height=height))
        self.name, self._subset = f"painted:{name}", subset

    def video(self, index: int) -> Video:
        """Return the entry of one video; see ``Dataset``."""
        video = super().video(index)
        return replace(video, expressions=tuple(filter(self._subset.keep, video.expressions)))

    def scene(self, index: int) -> PaintedVideo:
        """Return a video that is not in the test split."""
        return super().scene(index + self._subset.first)


@lru_cache(maxsize=4)
def _make(split: Split, index: int, config: PaintedConfig) -> PaintedVideo:
    # A video's entry, images and masks are read one after the other: generate it once.
    return make_video(split, index, config)
