"""The generated tabletop as a data set."""

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from samwise_ros.data.dataset import Video
from samwise_ros.data.tabletop import (
    Split,
    TabletopConfig,
    TabletopVideo,
    absent_sentence,
    make_video,
)
from samwise_ros.data.tabletop_meaning import Chance

_LATE = ("enters", "starts")
_LATE_FROM = 1 << 41
_SUPPLY = 1 << 40
"""So many videos: nobody comes to the end of them."""


class TabletopDataset:
    """Videos of a split of the tabletop, made when they are asked for."""

    def __init__(self, split: Split, config: TabletopConfig) -> None:
        """Supply videos of a split."""
        self.name = f"tabletop:{split}"
        self.split, self._config = split, config

    def __len__(self) -> int:
        """Return how far an index may go."""
        return _SUPPLY

    def video(self, index: int) -> Video:
        """List one video; see ``Dataset``."""
        frames = tuple(f"{moment:05d}" for moment in range(self._config.frames))
        return Video(f"{self.split}{index:06d}", frames, self.scene(index).expressions)

    def images(self, index: int, moments: Sequence[int]) -> NDArray[np.uint8]:
        """Give frames; see ``Dataset``."""
        return self.scene(index).frames[list(moments)]

    def masks(
        self, index: int, objects: Sequence[int], moments: Sequence[int]
    ) -> NDArray[np.bool_]:
        """Give the masks of objects; see ``Dataset``."""
        return self.scene(index).masks[np.ix_(objects, moments)]

    def absent_sentence(self, index: int, rng: Chance) -> str:
        """Make a sentence of the same kind that means no object of the video."""
        return absent_sentence(self.scene(index), rng)

    def scene(self, index: int) -> TabletopVideo:
        """Make a video with all that the generator knows of it."""
        return _make(self.split, index, self._config)


class LateTabletop(TabletopDataset):
    """Videos in which what is named comes late or begins late to do what is said of it.

    They are test videos of their own, of which only those sentences are kept.
    """

    def __init__(self, config: TabletopConfig) -> None:
        """Supply videos."""
        super().__init__("test", config)
        self.name = "tabletop:late"

    def video(self, index: int) -> Video:
        """List one video; see ``Dataset``."""
        video = super().video(index)
        kept = (said for said in video.expressions if said.detail in _LATE)
        return replace(video, expressions=tuple(kept))

    def scene(self, index: int) -> TabletopVideo:
        """Make a video, which is not among those of the test split."""
        return super().scene(index + _LATE_FROM)


@lru_cache(maxsize=4)
def _make(split: Split, index: int, config: TabletopConfig) -> TabletopVideo:
    # A video is listed, then looked at: it is made once for both.
    return make_video(split, index, config)
