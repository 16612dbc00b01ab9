"""The fixed splits of the tabletop as a data set whose videos are rendered on request."""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from samwise_ros.data.dataset import Expression, Video
from samwise_ros.data.tabletop.description import SceneDescription, Split
from samwise_ros.data.tabletop.simulation.scene import SceneRenderer
from samwise_ros.data.tabletop.stored import VIDEOS, describe_stored, read_sentences
from samwise_ros.data.tabletop.video import TabletopVideo, make_video, video_name

WIDTH, HEIGHT = 128, 96
"""Size of the images, pixels."""
_NOTHING = 0


class TabletopDataset:
    """A fixed split; object k is the thing of index k - 1, object 0 is nothing."""

    def __init__(self, split: Split) -> None:
        """Select a split of ``stored.VIDEOS``."""
        self.name, self.split = f"tabletop:{split}", split

    def __len__(self) -> int:
        """Return the number of videos."""
        return VIDEOS[self.split]

    def video(self, index: int) -> Video:
        """Return the entry of one video, without rendering it; see ``Dataset``."""
        description = _describe(self.split, index)
        expressions = tuple(
            Expression(
                sentence.text,
                (_NOTHING if sentence.target is None else sentence.target + 1,),
                str(number),
                sentence.kind,
                sentence.detail,
                start=sentence.start,
                stop=sentence.stop,
            )
            for number, sentence in enumerate(read_sentences(description))
        )
        frames = tuple(f"{number:05d}" for number in range(description.frames))
        objects = tuple(range(len(description.things) + 1))
        return Video(video_name(self.split, index), frames, expressions, objects)

    def images(self, index: int, frame_indices: Sequence[int]) -> NDArray[np.uint8]:
        """Return frames; see ``Dataset``."""
        return _make(self.split, index).frames[list(frame_indices)]

    def masks(
        self, index: int, objects: Sequence[int], frame_indices: Sequence[int]
    ) -> NDArray[np.bool_]:
        """Return the masks of things; see ``Dataset``."""
        labels = _make(self.split, index).truth.labels[list(frame_indices)]
        numbers = np.array(objects, np.uint8).reshape(-1, 1, 1, 1)
        return np.asarray((labels == numbers) & (numbers != _NOTHING))


@lru_cache(maxsize=1)
def _renderer() -> SceneRenderer:
    return SceneRenderer(WIDTH, HEIGHT)


@lru_cache(maxsize=2)
def _describe(split: Split, index: int) -> SceneDescription:
    return describe_stored(split, index)


@lru_cache(maxsize=2)
def _make(split: Split, index: int) -> TabletopVideo:
    # Its images and masks are read some frames at a time: render it once.
    return make_video(_renderer(), split, index)
