"""An endless supply of short videos of a table, with sentences and the masks they mean.

The same (split, index) gives the same video at every resolution of the same proportions.
"""

import random
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from samwise_ros.data.dataset import Expression
from samwise_ros.data.tabletop.language import sentence, vocabulary
from samwise_ros.data.tabletop.meaning import (
    Chance,
    Meaning,
    absent_meaning,
    attribute_meaning,
    motion_meaning,
)
from samwise_ros.data.tabletop.motion import plan_tracks
from samwise_ros.data.tabletop.objects import MOTION_FRAMES, TabletopObject, draw_cast, with_onsets
from samwise_ros.data.tabletop.render import make_actor, paste_actors
from samwise_ros.data.tabletop.scenery import draw_light, draw_shake, draw_table, exposed, shaken

__all__ = [
    "Split",
    "TabletopConfig",
    "TabletopVideo",
    "absent_sentence",
    "make_video",
    "vocabulary",
]

Split = Literal["train", "val", "test"]


@dataclass(frozen=True)
class TabletopConfig:
    """What videos to make.

    Attributes:
        frames: frames a video; from 4 on, sentences may speak of motion.
        width: of the images, pixels.
        height: of the images, pixels.
        min_objects: least number of objects, from 2.
        max_objects: largest number of objects; fewer are shown where there is no room.
        late_share: of the objects that move or are lifted, those that rest first, 0 to 1.
        alone_share: of the sentences about a motion, those that name it alone if that is enough.
    """

    frames: int = 8
    width: int = 128
    height: int = 96
    min_objects: int = 3
    max_objects: int = 6
    late_share: float = 0.0
    alone_share: float = 0.0

    def __post_init__(self) -> None:
        """Refuse values outside their range, with the reason."""
        if self.frames < 1:
            raise ValueError(f"frames: expected 1 or more, got {self.frames}")
        if self.width < 32 or not 0.5 <= self.height / self.width <= 2:
            raise ValueError(
                "width, height: expected at least 32 pixels and proportions from 1:2 to 2:1, "
                f"got {self.width} x {self.height}"
            )
        if not 2 <= self.min_objects <= self.max_objects <= 8:
            raise ValueError(
                "min_objects, max_objects: expected 2 <= min <= max <= 8, "
                f"got {self.min_objects} and {self.max_objects}"
            )
        for name in ("late_share", "alone_share"):
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f"{name}: expected 0 to 1, got {getattr(self, name)}")


@dataclass(frozen=True, eq=False)
class TabletopVideo:
    """A short video of a table.

    Attributes:
        frames: (T, H, W, 3) uint8, RGB.
        masks: (N, T, H, W) bool, the visible pixels of each object.
        expressions: sentences, each of which means one object, an index into the masks, and no
            other. Their kind is ``late`` where the object is out of view for a part of the video;
            else ``motion`` where the sentence names a motion alone, ``motion with attributes``
            where it names both, and ``attribute`` where it names no motion. Their detail
            is the motion that is named, else the attributes that are, as ``"colour shape"``; of a
            late object always ``enters`` or ``leaves``. A sentence about a motion that begins
            late is ``late`` too, and its detail is ``starts``.
        objects: the N objects in symbols.
    """

    frames: NDArray[np.uint8]
    masks: NDArray[np.bool_]
    expressions: tuple[Expression, ...]
    objects: tuple[TabletopObject, ...]


def make_video(split: Split, index: int, config: TabletopConfig) -> TabletopVideo:
    """Make one video, always the same one for the same arguments.

    Args:
        split: the splits share no seed.
        index: any integer.
        config: what videos to make.

    Returns:
        The video.
    """
    # A string as the seed: hashed by ``random``, hence the same on every machine and no two
    # (split, index) meet.
    plot = random.Random(f"tabletop/{split}/{index}")
    count = plot.randint(config.min_objects, config.max_objects)
    cast = draw_cast(plot, count, config.frames)
    if config.late_share and config.frames >= MOTION_FRAMES:
        cast = with_onsets(plot, cast, config.late_share)
    ratio = config.height / config.width
    cast, tracks = plan_tracks(plot, cast, config.frames, ratio, config.min_objects)
    actors = [
        make_actor(plot, item, track, config.width)
        for item, track in zip(cast, tracks, strict=True)
    ]
    expressions = _expressions(plot, cast, config)
    shape = (config.height, config.width)
    frames = np.empty((config.frames, *shape, 3), np.uint8)
    masks = np.zeros((len(cast), config.frames, *shape), np.bool_)
    table = draw_table(plot, config.width, config.height)
    light = draw_light(plot, config.width, config.height, config.frames)
    shake = draw_shake(plot, config.frames) * config.width
    for moment in range(config.frames):
        shift = (float(shake[moment, 0]), float(shake[moment, 1]))
        image = shaken(table, *shift)
        paste_actors(image, actors, moment, shift, masks[:, moment])
        frames[moment] = exposed(plot, image, light, moment)
    return TabletopVideo(frames, masks, tuple(expressions), tuple(cast))


def absent_sentence(video: TabletopVideo, rng: Chance) -> str:
    """A sentence of the same kind that means no object of the video.

    Args:
        video: the video.
        rng: where chance comes from; ``random.Random`` or ``numpy.random.Generator``.
    """
    motions = len(video.frames) >= MOTION_FRAMES
    return sentence(rng, absent_meaning(rng, video.objects, motions))


def _expressions(
    rng: random.Random, cast: list[TabletopObject], config: TabletopConfig
) -> list[Expression]:
    """One or two attribute sentences and up to two motion sentences for each object."""
    found: list[Expression] = []
    for index in range(len(cast)):
        meanings = [attribute_meaning(rng, cast, index)]
        if rng.random() < 0.5:
            meanings.append(attribute_meaning(rng, cast, index))
        if config.frames >= MOTION_FRAMES:
            meanings.append(motion_meaning(rng, cast, index, config.alone_share))
            if rng.random() < 0.4:
                meanings.append(motion_meaning(rng, cast, index, config.alone_share))
        for meaning in dict.fromkeys(meanings):
            if meaning is not None:
                found.append(_expression(rng, cast[index], index, meaning, str(len(found))))
    return found


def _expression(
    rng: random.Random, item: TabletopObject, index: int, meaning: Meaning, name: str
) -> Expression:
    words = sentence(rng, meaning)
    if item.motion in ("enters", "leaves"):
        return Expression(words, (index,), name, "late", item.motion)
    if item.onset and meaning.motion:
        return Expression(words, (index,), name, "late", "starts")
    if not meaning.motion:
        return Expression(words, (index,), name, "attribute", meaning.detail)
    looks = meaning.shape or meaning.colour or meaning.size
    kind = "motion with attributes" if looks else "motion"
    return Expression(words, (index,), name, kind, meaning.detail)
