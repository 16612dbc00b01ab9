"""A long video of one table for demonstrations: things happen in turn, and sentences go with them.

Looks and speeds are those of the short videos. The scene is a loop of episodes, so it has no end.
"""

import math
import random
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from samwise_ros.data.tabletop.language import sentence
from samwise_ros.data.tabletop.meaning import Meaning, attribute_meaning
from samwise_ros.data.tabletop.motion import Track
from samwise_ros.data.tabletop.objects import COLOURS, Motion, Size, TabletopObject
from samwise_ros.data.tabletop.render import make_actor, paste_actors
from samwise_ros.data.tabletop.scenery import draw_light, draw_table, exposed, shaken

#: Frames of an episode: something moves for the most of it, then rests.
EPISODE = 16
_STEPS = 10
_SHAKE = 0.002  # standard deviation, fraction of the width

# The parts that objects play, by index.
_COVER, _PASSER, _SLIDER, _LIFTED, _VISITOR, _RESTING = range(6)
# Where each part rests, and its diameter: fractions of the width, for a height of three quarters.
_HOME = ((0.5, 0.36), (0.27, 0.33), (0.62, 0.62), (0.87, 0.57), (0.12, 0.6), (0.82, 0.13))
_DIAMETER = (0.3, 0.16, 0.22, 0.22, 0.155, 0.22)
_SIZE: tuple[Size, ...] = ("large", "small", "medium", "medium", "small", "medium")


@dataclass(frozen=True)
class _Episode:
    """One object's motion, and which object a sentence asks for from its start on.

    Attributes:
        motion: what the object does; ``still`` where nothing happens.
        part: the object.
        shift: how it moves: x, y and lift, fractions of the width.
        asked: the object that the script's sentence names; ``None`` keeps the sentence.
    """

    motion: Motion = "still"
    part: int = _COVER
    shift: tuple[float, float, float] = (0.0, 0.0, 0.0)
    asked: int | None = None


_EPISODES = (
    _Episode(asked=_LIFTED),
    _Episode("lifted", _LIFTED, (0.0, 0.0, 0.28)),
    _Episode("left", _SLIDER, (-0.3, 0.0, 0.0), asked=_SLIDER),
    _Episode("still", _LIFTED, (0.0, 0.0, -0.28)),  # put back
    _Episode("behind", _PASSER, (0.46, 0.0, 0.0), asked=_PASSER),
    _Episode("behind", _PASSER, (-0.46, 0.0, 0.0)),
    _Episode(asked=_VISITOR),
    _Episode("leaves", _VISITOR, (-0.24, 0.0, 0.0)),
    _Episode(),
    _Episode("enters", _VISITOR, (0.24, 0.0, 0.0)),
    _Episode("right", _SLIDER, (0.3, 0.0, 0.0), asked=_SLIDER),
    _Episode(asked=_RESTING),
    _Episode(),
)
LOOP = len(_EPISODES) * EPISODE


class TabletopScene:
    """A table that can be watched for as long as one likes.

    Args:
        seed: the same seed shows the same scene.
        width: of the images, pixels.
        height: of the images, pixels.

    Attributes:
        objects: the N objects in symbols, at rest.

    Raises:
        ValueError: the image is too small or far from 4:3.
    """

    def __init__(self, seed: int, width: int, height: int) -> None:
        if width < 32 or not 0.7 <= height / width <= 0.8:
            raise ValueError(
                f"expected at least 32 pixels and proportions near 4:3, got {width} x {height}"
            )
        self._seed = seed
        self._size = (height, width)
        plot = random.Random(f"tabletop/scene/{seed}")
        self.objects = _draw_parts(plot)
        self._actors = []
        for part, (item, track) in enumerate(zip(self.objects, _tracks(), strict=True)):
            dressed = make_actor(plot, item, track, width)
            self._actors.append(replace(dressed, nearness=-1.0) if part == _PASSER else dressed)
        self._table = draw_table(plot, width, height)
        self._light = draw_light(plot, width, height, LOOP)

    def frame(self, index: int) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
        """Look at the table.

        Args:
            index: of the frame, from 0; there is no last one.

        Returns:
            (H, W, 3) uint8 RGB, and (N, H, W) bool: the visible pixels of each object.
        """
        chance = random.Random(f"tabletop/scene/{self._seed}/{index}")
        spread = _SHAKE * self._size[1]
        shift = (chance.gauss(0, spread), chance.gauss(0, spread))
        image = shaken(self._table, *shift)
        masks = np.zeros((len(self.objects), *self._size), np.bool_)
        paste_actors(image, self._actors, index % LOOP, shift, masks)
        return exposed(chance, image, self._light, index % LOOP), masks

    def script(self, frames: int = 600) -> list[tuple[int, str, int]]:
        """Sentences that change on the way.

        Args:
            frames: how long the script goes.

        Returns:
            First frame, sentence and the object that it means, by its index; each holds until
            the next one's first frame.
        """
        plot = random.Random(f"tabletop/script/{self._seed}")
        lines = []
        for start in range(0, frames, EPISODE):
            episode = _EPISODES[start // EPISODE % len(_EPISODES)]
            if episode.asked is not None:
                words = sentence(plot, self._meaning(plot, episode, episode.asked))
                lines.append((start, words, episode.asked))
        return lines

    def _meaning(self, plot: random.Random, episode: _Episode, asked: int) -> Meaning:
        """What singles the object out, by its motion where its motion is the news."""
        cast = list(self.objects)
        if episode.motion in ("left", "right") and asked == episode.part:
            cast[asked] = replace(cast[asked], motion=episode.motion)
            return Meaning(shape=cast[asked].shape, motion=episode.motion)
        meaning = attribute_meaning(plot, cast, asked)
        assert meaning is not None, "no two parts share shape and colour"
        return meaning


def _draw_parts(rng: random.Random) -> tuple[TabletopObject, ...]:
    """Six objects; shapes and colours recur, so that neither alone tells them apart."""
    twin, lonely = rng.sample(("ball", "star", "ring", "cone"), 2)
    slider = rng.choice(("cup", "bottle"))
    cover = rng.choice(("cube", "book"))
    one, two, three, four, five = rng.sample(COLOURS, 5)
    looks = (
        (cover, one),
        (lonely, two),
        (slider, two),
        (twin, three),
        (twin, four),
        (slider, five),
    )
    return tuple(
        TabletopObject(shape, colour, _SIZE[part], "still", _DIAMETER[part])
        for part, (shape, colour) in enumerate(looks)
    )


def _tracks() -> list[Track]:
    """Every object's way through one loop; each is home again at its end."""
    ways = [np.tile(np.array([*home, 0.0]), (LOOP, 1)) for home in _HOME]
    # Starts and stops softly, and is as fast as the short videos in between.
    progress = np.array([_eased(min(1.0, (k + 1) / _STEPS)) for k in range(EPISODE)])
    for number, episode in enumerate(_EPISODES):
        start = number * EPISODE
        way = ways[episode.part]
        shift = np.array(episode.shift)
        way[start : start + EPISODE] += progress[:, None] * shift
        way[start + EPISODE :] += shift
    return [Track(way[:, 0], way[:, 1], np.ones(LOOP), way[:, 2]) for way in ways]


def _eased(part: float) -> float:
    """From 0 to 1, with a gentle start and end."""
    return part - math.sin(2 * math.pi * part) / (2 * math.pi) * 0.35
