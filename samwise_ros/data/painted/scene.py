"""An endless video of one table for demonstrations, with a script of sentences.

Appearance and speeds equal those of the short videos. The scene is a loop of episodes.
"""

import math
import random
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from samwise_ros.data.painted.background import draw_light, draw_table, expose, shift_image
from samwise_ros.data.painted.description import Description, describe_by_attributes
from samwise_ros.data.painted.language import sentence
from samwise_ros.data.painted.motion import Track
from samwise_ros.data.painted.objects import COLOURS, SHAPES, Motion, PaintedObject, Size
from samwise_ros.data.painted.render import make_object_sprite, paste_sprites

#: Frames of an episode: an object moves for most of it, then rests.
EPISODE = 16
_STEPS = 10
_SHAKE = 0.002  # standard deviation, fraction of the width

# Roles of the objects, by index.
_COVER, _PASSER, _SLIDER, _LIFTED, _VISITOR, _RESTING = range(6)
# Rest position and diameter of each role, as fractions of the width; the height is 0.75.
_HOME = ((0.5, 0.36), (0.27, 0.33), (0.62, 0.62), (0.87, 0.57), (0.12, 0.6), (0.82, 0.13))
_DIAMETER = (0.3, 0.16, 0.22, 0.22, 0.155, 0.22)
_SIZE: tuple[Size, ...] = ("large", "small", "medium", "medium", "small", "medium")


@dataclass(frozen=True)
class _Episode:
    """One object's motion, and the target of the script from its first frame on.

    Attributes:
        motion: motion of the object; ``still`` if nothing moves.
        role: the object.
        shift: displacement in x, y and lift, fractions of the width.
        target: the object that the script's sentence refers to; ``None`` keeps the sentence.
    """

    motion: Motion = "still"
    role: int = _COVER
    shift: tuple[float, float, float] = (0.0, 0.0, 0.0)
    target: int | None = None


_EPISODES = (
    _Episode(target=_LIFTED),
    _Episode("lifted", _LIFTED, (0.0, 0.0, 0.28)),
    _Episode("left", _SLIDER, (-0.3, 0.0, 0.0), target=_SLIDER),
    _Episode("still", _LIFTED, (0.0, 0.0, -0.28)),  # put back
    _Episode("behind", _PASSER, (0.46, 0.0, 0.0), target=_PASSER),
    _Episode("behind", _PASSER, (-0.46, 0.0, 0.0)),
    _Episode(target=_VISITOR),
    _Episode("leaves", _VISITOR, (-0.24, 0.0, 0.0)),
    _Episode(),
    _Episode("enters", _VISITOR, (0.24, 0.0, 0.0)),
    _Episode("right", _SLIDER, (0.3, 0.0, 0.0), target=_SLIDER),
    _Episode(target=_RESTING),
    _Episode(),
)
LOOP = len(_EPISODES) * EPISODE


class PaintedScene:
    """A scene of unlimited length.

    Args:
        seed: the same seed generates the same scene.
        width: width of the images, pixels.
        height: height of the images, pixels.

    Attributes:
        objects: the N objects as symbols, at rest.

    Raises:
        ValueError: the image is too small or its aspect ratio is far from 4:3.
    """

    def __init__(self, seed: int, width: int, height: int) -> None:
        if width < 32 or not 0.7 <= height / width <= 0.8:
            raise ValueError(
                "expected a width of at least 32 pixels and an aspect ratio near 4:3, "
                f"got {width} x {height}"
            )
        self._seed = seed
        self._size = (height, width)
        rng = random.Random(f"tabletop/scene/{seed}")
        self.objects = _draw_roles(rng)
        self._sprites = []
        for role, (item, track) in enumerate(zip(self.objects, _tracks(), strict=True)):
            sprite = make_object_sprite(rng, item, track, width)
            self._sprites.append(replace(sprite, nearness=-1.0) if role == _PASSER else sprite)
        self._table = draw_table(rng, width, height)
        self._light = draw_light(rng, width, height, LOOP)

    def frame(self, index: int) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
        """Draw one frame.

        Args:
            index: index of the frame, from 0, without upper bound.

        Returns:
            (H, W, 3) uint8 RGB, and (N, H, W) bool: the visible pixels of each object.
        """
        rng = random.Random(f"tabletop/scene/{self._seed}/{index}")
        spread = _SHAKE * self._size[1]
        shift = (rng.gauss(0, spread), rng.gauss(0, spread))
        image = shift_image(self._table, *shift)
        masks = np.zeros((len(self.objects), *self._size), np.bool_)
        paste_sprites(image, self._sprites, index % LOOP, shift, masks)
        return expose(rng, image, self._light, index % LOOP), masks

    def script(self, frames: int = 600) -> list[tuple[int, str, int]]:
        """Return sentences that change during the scene.

        Args:
            frames: length of the script in frames.

        Returns:
            First frame, sentence and index of the target for each line. A line is valid until the
            first frame of the next line.
        """
        rng = random.Random(f"tabletop/script/{self._seed}")
        lines = []
        for start in range(0, frames, EPISODE):
            episode = _EPISODES[start // EPISODE % len(_EPISODES)]
            if episode.target is not None:
                words = sentence(rng, self._describe(rng, episode, episode.target))
                lines.append((start, words, episode.target))
        return lines

    def absent_sentence(self, number: int) -> str:
        """Return a sentence that names the colour and shape of no object of the scene.

        Args:
            number: other numbers mostly give other sentences.
        """
        rng = random.Random(f"tabletop/absent/{self._seed}/{number}")
        while True:
            description = Description(shape=rng.choice(SHAPES), colour=rng.choice(COLOURS))
            if not any(description.might_match(item) for item in self.objects):
                return sentence(rng, description)

    def _describe(self, rng: random.Random, episode: _Episode, target: int) -> Description:
        """Describe the target, by its motion if it moves to a side in this episode."""
        objects = list(self.objects)
        if episode.motion in ("left", "right") and target == episode.role:
            objects[target] = replace(objects[target], motion=episode.motion)
            return Description(shape=objects[target].shape, motion=episode.motion)
        description = describe_by_attributes(rng, objects, target)
        assert description is not None, "no two roles share shape and colour"
        return description


def _draw_roles(rng: random.Random) -> tuple[PaintedObject, ...]:
    """Draw six objects with recurring shapes and colours, so that neither alone identifies one."""
    twin, single = rng.sample(("ball", "star", "ring", "cone"), 2)
    slider = rng.choice(("cup", "bottle"))
    cover = rng.choice(("cube", "book"))
    one, two, three, four, five = rng.sample(COLOURS, 5)
    looks = (
        (cover, one),
        (single, two),
        (slider, two),
        (twin, three),
        (twin, four),
        (slider, five),
    )
    return tuple(
        PaintedObject(shape, colour, _SIZE[role], "still", _DIAMETER[role])
        for role, (shape, colour) in enumerate(looks)
    )


def _tracks() -> list[Track]:
    """Return every object's track through one loop, which ends where it starts."""
    paths = [np.tile(np.array([*home, 0.0]), (LOOP, 1)) for home in _HOME]
    # Eased at start and end, and as fast as in the short videos in between.
    progress = np.array([_eased(min(1.0, (k + 1) / _STEPS)) for k in range(EPISODE)])
    for number, episode in enumerate(_EPISODES):
        start = number * EPISODE
        path = paths[episode.role]
        shift = np.array(episode.shift)
        path[start : start + EPISODE] += progress[:, None] * shift
        path[start + EPISODE :] += shift
    return [Track(path[:, 0], path[:, 1], np.ones(LOOP), path[:, 2]) for path in paths]


def _eased(progress: float) -> float:
    """Map 0 to 1 onto 0 to 1 with a gentle start and end."""
    return progress - math.sin(2 * math.pi * progress) / (2 * math.pi) * 0.35
