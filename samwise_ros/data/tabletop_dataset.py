"""The generated tabletop as a data set."""

from collections.abc import Sequence
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
        return Video(f"{self.split}{index:06d}", frames, self._made(index).expressions)

    def images(self, index: int, moments: Sequence[int]) -> NDArray[np.uint8]:
        """Give frames; see ``Dataset``."""
        return self._made(index).frames[list(moments)]

    def masks(
        self, index: int, objects: Sequence[int], moments: Sequence[int]
    ) -> NDArray[np.bool_]:
        """Give the masks of objects; see ``Dataset``."""
        return self._made(index).masks[np.ix_(objects, moments)]

    def absent_sentence(self, index: int, rng: Chance) -> str:
        """Make a sentence of the same kind that means no object of the video."""
        return absent_sentence(self._made(index), rng)

    def _made(self, index: int) -> TabletopVideo:
        return _make(self.split, index, self._config)


@lru_cache(maxsize=4)
def _make(split: Split, index: int, config: TabletopConfig) -> TabletopVideo:
    # A video is listed, then looked at: it is made once for both.
    return make_video(split, index, config)
