"""Symbolic descriptions of painted objects, from which sentences are phrased.

A description identifies an object if it matches that object and might match no other.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from samwise_ros.data.painted.objects import COLOURS, SHAPES, PaintedObject

#: The motions that a sentence may name.
MOTIONS = (
    "left",
    "right",
    "towards",
    "away",
    "still",
    "lifted",
    "enters",
    "leaves",
    "behind",
    "moving",
)
_MOVING = ("left", "right", "towards", "away", "lifted", "behind")
# Shape alone and short forms are frequent: a network learns shape last.
_ATTRIBUTES = (
    ("shape",),
    ("shape",),
    ("colour",),
    ("colour", "shape"),
    ("colour", "shape"),
    ("size", "shape"),
    ("size", "colour"),
    ("size", "colour", "shape"),
)
_BESIDE_MOTION = ((), (), ("shape",), ("colour",), ("colour", "shape"), ("size", "shape"))


class RandomSource(Protocol):
    """A source of randomness, such as ``random.Random`` or ``numpy.random.Generator``."""

    def random(self) -> float:
        """Return a number from 0 (included) to 1 (excluded)."""
        ...


Choice = TypeVar("Choice")


def choose(rng: RandomSource, options: Sequence[Choice]) -> Choice:
    """Return one of the options, chosen uniformly."""
    return options[int(rng.random() * len(options))]


@dataclass(frozen=True)
class Description:
    """Attributes that a sentence names; an empty string names nothing."""

    shape: str = ""
    colour: str = ""
    size: str = ""
    motion: str = ""

    def matches(self, item: PaintedObject) -> bool:
        """Return whether the object certainly has these attributes."""
        return (
            self.shape in ("", item.shape)
            and self.colour in ("", item.colour)
            and self.size in ("", item.size)
            and (
                self.motion in ("", item.motion)
                or (self.motion == "moving" and item.motion in _MOVING)
            )
        )

    def might_match(self, item: PaintedObject) -> bool:
        """Return whether a viewer could take the object for the described one."""
        return (
            self.shape in ("", item.shape)
            and self.colour in ("", item.colour)
            and (self.size in ("", item.size) or item.size == "varying")
            and (
                self.motion in ("", item.motion)
                or self.motion in item.ambiguous_motions
                or (self.motion == "moving" and item.motion in _MOVING)
            )
        )

    def identifies(self, items: Sequence[PaintedObject], index: int) -> bool:
        """Return whether this describes the object ``index`` and no other of ``items``."""
        if not self.matches(items[index]):
            return False
        return not any(self.might_match(item) for k, item in enumerate(items) if k != index)

    @property
    def detail(self) -> str:
        """The named motion, or else the named attributes, such as ``"colour shape"``."""
        if self.motion:
            return self.motion
        attributes = {"size": self.size, "colour": self.colour, "shape": self.shape}
        return " ".join(name for name, value in attributes.items() if value)


def describe_by_attributes(
    rng: random.Random, objects: list[PaintedObject], index: int
) -> Description | None:
    """Return attributes that identify the object; ``None`` if there are none."""
    start = int(rng.random() * len(_ATTRIBUTES))
    for named in (*_ATTRIBUTES[start:], *_ATTRIBUTES[:start]):
        description = _describe(objects[index], named)
        if description is not None and description.identifies(objects, index):
            return description
    return None


def describe_by_motion(
    rng: random.Random, objects: list[PaintedObject], index: int, alone_share: float = 0.0
) -> Description | None:
    """Return a motion, alone or with attributes, that identifies the object; else ``None``."""
    item = objects[index]
    if item.motion == "still" and rng.random() < 0.65:
        return None
    late = item.motion in ("enters", "leaves", "still")
    motion = "moving" if not late and rng.random() < 0.12 else item.motion
    alone = Description(motion=motion)
    if alone_share and rng.random() < alone_share and alone.identifies(objects, index):
        return alone
    for _ in range(4):
        description = _describe(item, choose(rng, _BESIDE_MOTION), motion)
        if description is not None and description.identifies(objects, index):
            return description
    return None


def _describe(item: PaintedObject, named: tuple[str, ...], motion: str = "") -> Description | None:
    """Describe the object by the attributes ``named``; ``None`` if its size has no word."""
    if "size" in named and item.size not in ("small", "large"):
        return None
    return Description(
        shape=item.shape if "shape" in named else "",
        colour=item.colour if "colour" in named else "",
        size=item.size if "size" in named else "",
        motion=motion,
    )


def describe_absent(
    rng: RandomSource, items: Sequence[PaintedObject], motions: bool
) -> Description:
    """Return a description that matches no object, often because of one attribute only.

    Args:
        rng: source of randomness.
        items: the objects of a video.
        motions: whether it may name a motion.
    """
    while True:
        near = choose(rng, items)
        shape = near.shape if rng.random() < 0.5 else choose(rng, SHAPES)
        colour = near.colour if rng.random() < 0.5 else choose(rng, COLOURS)
        size = choose(rng, ("", "", "small", "large"))
        motion = choose(rng, MOTIONS) if motions and rng.random() < 0.3 else ""
        named = rng.random()
        description = Description(
            shape=shape if named < 0.75 else "",
            colour=colour if named > 0.3 else "",
            size=size,
            motion=motion,
        )
        if not any(description.might_match(item) for item in items):
            return description
