"""The generated tabletop as a data set."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from samwise_ros.data.dataset import Expression, Video
from samwise_ros.data.tabletop.meaning import Chance
from samwise_ros.data.tabletop.video import (
    Split,
    TabletopConfig,
    TabletopVideo,
    absent_sentence,
    make_video,
)

_SUPPLY = 1 << 40
"""So many videos: nobody comes to the end of them."""

PartName = Literal["late", "motion"]


@dataclass(frozen=True)
class _Part:
    """What videos are made, from which one on, and which sentences are kept."""

    config: TabletopConfig
    first: int
    keeps: Callable[[Expression], bool]


PARTS: dict[PartName, _Part] = {
    "late": _Part(
        TabletopConfig(late_share=1.0),
        2 * _SUPPLY,
        lambda said: said.detail in ("enters", "starts"),
    ),
    "motion": _Part(
        TabletopConfig(alone_share=1.0), 3 * _SUPPLY, lambda said: said.kind == "motion"
    ),
}
"""``late``: what is named comes late or begins late; ``motion``: a motion is named alone."""


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

    def images(self, index: int, frame_indices: Sequence[int]) -> NDArray[np.uint8]:
        """Give frames; see ``Dataset``."""
        return self.scene(index).frames[list(frame_indices)]

    def masks(
        self, index: int, objects: Sequence[int], frame_indices: Sequence[int]
    ) -> NDArray[np.bool_]:
        """Give the masks of objects; see ``Dataset``."""
        return self.scene(index).masks[np.ix_(objects, frame_indices)]

    def absent_sentence(self, index: int, rng: Chance) -> str:
        """Make a sentence of the same kind that means no object of the video."""
        return absent_sentence(self.scene(index), rng)

    def scene(self, index: int) -> TabletopVideo:
        """Make a video with all that the generator knows of it."""
        return _make(self.split, index, self._config)


class TabletopPart(TabletopDataset):
    """Videos of their own, beside those of the test split, of whose sentences some are kept."""

    def __init__(self, name: PartName, frames: int, width: int, height: int) -> None:
        """Supply videos with sentences of one of ``PARTS``."""
        part = PARTS[name]
        super().__init__("test", replace(part.config, frames=frames, width=width, height=height))
        self.name, self._part = f"tabletop:{name}", part

    def video(self, index: int) -> Video:
        """List one video; see ``Dataset``."""
        video = super().video(index)
        return replace(video, expressions=tuple(filter(self._part.keeps, video.expressions)))

    def scene(self, index: int) -> TabletopVideo:
        """Make a video, which is not among those of the test split."""
        return super().scene(index + self._part.first)


@lru_cache(maxsize=4)
def _make(split: Split, index: int, config: TabletopConfig) -> TabletopVideo:
    # A video is listed, then looked at: it is made once for both.
    return make_video(split, index, config)
