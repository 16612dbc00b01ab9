"""The fixed splits of the tabletop as a data set whose videos are rendered on request."""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from samwise_ros.data.dataset import Expression, Video
from samwise_ros.data.tabletop.description import Split
from samwise_ros.data.tabletop.simulation.scene import SceneRenderer
from samwise_ros.data.tabletop.stored import VIDEOS
from samwise_ros.data.tabletop.video import (
    TabletopVideo,
    make_video,
    sentence_masks,
    video_name,
)

WIDTH, HEIGHT = 128, 96
"""Size of the images, pixels."""


class TabletopDataset:
    """A fixed split; an object of an expression is the number of its sentence."""

    def __init__(self, split: Split) -> None:
        """Select a split of ``stored.VIDEOS``."""
        self.name, self.split = f"tabletop:{split}", split

    def __len__(self) -> int:
        """Return the number of videos."""
        return VIDEOS[self.split]

    def video(self, index: int) -> Video:
        """Return the entry of one video; see ``Dataset``."""
        video = _make(self.split, index)
        frames = tuple(f"{number:05d}" for number in range(len(video.frames)))
        expressions = tuple(
            Expression(sentence.text, (number,), str(number), sentence.kind, sentence.detail)
            for number, sentence in enumerate(video.sentences)
        )
        return Video(video_name(self.split, index), frames, expressions)

    def images(self, index: int, frame_indices: Sequence[int]) -> NDArray[np.uint8]:
        """Return frames; see ``Dataset``."""
        return _make(self.split, index).frames[list(frame_indices)]

    def masks(
        self, index: int, objects: Sequence[int], frame_indices: Sequence[int]
    ) -> NDArray[np.bool_]:
        """Return the masks of sentences; see ``Dataset``."""
        video = _make(self.split, index)
        chosen = [sentence_masks(video, video.sentences[number]) for number in objects]
        shape = (0, *video.truth.labels.shape)
        return np.array(chosen, np.bool_).reshape(-1, *shape[1:])[:, list(frame_indices)]


@lru_cache(maxsize=1)
def _renderer() -> SceneRenderer:
    return SceneRenderer(WIDTH, HEIGHT)


@lru_cache(maxsize=2)
def _make(split: Split, index: int) -> TabletopVideo:
    # A video's entry, images and masks are read one after the other: render it once.
    return make_video(_renderer(), split, index)
