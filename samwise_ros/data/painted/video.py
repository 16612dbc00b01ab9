"""Generates short videos of a table, with sentences and the masks they refer to.

The same (split, index) generates the same video at every resolution of the same aspect ratio.
"""

import random
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from samwise_ros.data.dataset import Expression
from samwise_ros.data.painted.background import (
    draw_light,
    draw_shake,
    draw_table,
    expose,
    shift_image,
)
from samwise_ros.data.painted.description import (
    Description,
    RandomSource,
    describe_absent,
    describe_by_attributes,
    describe_by_motion,
)
from samwise_ros.data.painted.language import sentence, vocabulary
from samwise_ros.data.painted.motion import plan_tracks
from samwise_ros.data.painted.objects import (
    MOTION_FRAMES,
    PaintedObject,
    draw_objects,
    with_onsets,
)
from samwise_ros.data.painted.render import make_object_sprite, paste_sprites

__all__ = [
    "PaintedConfig",
    "PaintedVideo",
    "Split",
    "absent_sentence",
    "make_video",
    "vocabulary",
]

Split = Literal["train", "val", "test"]


@dataclass(frozen=True)
class PaintedConfig:
    """Properties of generated videos.

    Attributes:
        frames: frames of a video; from 4 on, sentences may name a motion.
        width: width of the images, pixels.
        height: height of the images, pixels.
        min_objects: smallest number of objects, from 2.
        max_objects: largest number of objects, up to 8; fewer are shown if there is no room.
        late_share: fraction of moving or lifted objects that rest first.
        alone_share: fraction of motion sentences that name only the motion, if it identifies the
            object.
    """

    frames: int = 8
    width: int = 128
    height: int = 96
    min_objects: int = 3
    max_objects: int = 6
    late_share: float = 0.0
    alone_share: float = 0.0

    def __post_init__(self) -> None:
        """Check the range of each value."""
        if self.frames < 1:
            raise ValueError(f"frames: expected 1 or more, got {self.frames}")
        if self.width < 32 or not 0.5 <= self.height / self.width <= 2:
            raise ValueError(
                "width, height: expected a width of at least 32 pixels and an aspect ratio from "
                f"1:2 to 2:1, got {self.width} x {self.height}"
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
class PaintedVideo:
    """A short video of a table.

    The kind of an expression is ``late`` if the object is out of view for a part of the video or
    its named motion starts late. Otherwise it is ``motion`` if the sentence names only a motion,
    ``motion with attributes`` if it names both, and ``attribute`` if it names no motion. The detail
    of a late expression is ``enters``, ``leaves`` or ``starts``. The detail of the others is the
    named motion, or else the named attributes, such as ``"colour shape"``.

    Attributes:
        frames: (T, H, W, 3) uint8, RGB.
        masks: (N, T, H, W) bool, the visible pixels of each object.
        expressions: sentences, each about exactly one object, an index into the masks.
        objects: the N objects as symbols.
    """

    frames: NDArray[np.uint8]
    masks: NDArray[np.bool_]
    expressions: tuple[Expression, ...]
    objects: tuple[PaintedObject, ...]


def make_video(split: Split, index: int, config: PaintedConfig) -> PaintedVideo:
    """Generate one video; the same arguments generate the same video.

    Args:
        split: the split; splits share no seed.
        index: any integer.
        config: properties of the video.

    Returns:
        The video.
    """
    # ``random`` hashes a string seed in the same way on every machine.
    rng = random.Random(f"tabletop/{split}/{index}")
    count = rng.randint(config.min_objects, config.max_objects)
    objects = draw_objects(rng, count, config.frames)
    if config.late_share and config.frames >= MOTION_FRAMES:
        objects = with_onsets(rng, objects, config.late_share)
    ratio = config.height / config.width
    objects, tracks = plan_tracks(rng, objects, config.frames, ratio, config.min_objects)
    sprites = [
        make_object_sprite(rng, item, track, config.width)
        for item, track in zip(objects, tracks, strict=True)
    ]
    expressions = _expressions(rng, objects, config)
    shape = (config.height, config.width)
    frames = np.empty((config.frames, *shape, 3), np.uint8)
    masks = np.zeros((len(objects), config.frames, *shape), np.bool_)
    table = draw_table(rng, config.width, config.height)
    light = draw_light(rng, config.width, config.height, config.frames)
    shake = draw_shake(rng, config.frames) * config.width
    for frame in range(config.frames):
        shift = (float(shake[frame, 0]), float(shake[frame, 1]))
        image = shift_image(table, *shift)
        paste_sprites(image, sprites, frame, shift, masks[:, frame])
        frames[frame] = expose(rng, image, light, frame)
    return PaintedVideo(frames, masks, tuple(expressions), tuple(objects))


def absent_sentence(video: PaintedVideo, rng: RandomSource) -> str:
    """Return a sentence of the same style that refers to no object of the video.

    Args:
        video: the video.
        rng: source of randomness; ``random.Random`` or ``numpy.random.Generator``.
    """
    motions = len(video.frames) >= MOTION_FRAMES
    return sentence(rng, describe_absent(rng, video.objects, motions))


def _expressions(
    rng: random.Random, objects: list[PaintedObject], config: PaintedConfig
) -> list[Expression]:
    """Return one or two attribute sentences and up to two motion sentences for each object."""
    found: list[Expression] = []
    for index in range(len(objects)):
        descriptions = [describe_by_attributes(rng, objects, index)]
        if rng.random() < 0.5:
            descriptions.append(describe_by_attributes(rng, objects, index))
        if config.frames >= MOTION_FRAMES:
            descriptions.append(describe_by_motion(rng, objects, index, config.alone_share))
            if rng.random() < 0.4:
                descriptions.append(describe_by_motion(rng, objects, index, config.alone_share))
        for description in dict.fromkeys(descriptions):
            if description is not None:
                found.append(_expression(rng, objects[index], index, description, str(len(found))))
    return found


def _expression(
    rng: random.Random, item: PaintedObject, index: int, description: Description, name: str
) -> Expression:
    words = sentence(rng, description)
    if item.motion in ("enters", "leaves"):
        return Expression(words, (index,), name, "late", item.motion)
    if item.onset and description.motion:
        return Expression(words, (index,), name, "late", "starts")
    if not description.motion:
        return Expression(words, (index,), name, "attribute", description.detail)
    looks = description.shape or description.colour or description.size
    kind = "motion with attributes" if looks else "motion"
    return Expression(words, (index,), name, kind, description.detail)
