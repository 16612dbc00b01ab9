"""What a sentence about the tabletop means, in symbols.

A meaning may be used for an object when it surely fits it and cannot fit any other.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from samwise_ros.data.tabletop.objects import COLOURS, SHAPES, TabletopObject

#: What a sentence may say of a motion.
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
# Shape alone and minimal forms come often: shape is the attribute that is learned last.
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


class Chance(Protocol):
    """A source of chance; both ``random.Random`` and ``numpy.random.Generator`` are one."""

    def random(self) -> float:
        """A number from 0 to 1, the end excluded."""
        ...


Choice = TypeVar("Choice")


def choose(rng: Chance, options: Sequence[Choice]) -> Choice:
    """One of the options, all equally likely."""
    return options[int(rng.random() * len(options))]


@dataclass(frozen=True)
class Meaning:
    """What a sentence says of an object; an empty string says nothing."""

    shape: str = ""
    colour: str = ""
    size: str = ""
    motion: str = ""

    def surely_fits(self, item: TabletopObject) -> bool:
        """Whether the object is beyond doubt as said."""
        return (
            self.shape in ("", item.shape)
            and self.colour in ("", item.colour)
            and self.size in ("", item.size)
            and (
                self.motion in ("", item.motion)
                or (self.motion == "moving" and item.motion in _MOVING)
            )
        )

    def might_fit(self, item: TabletopObject) -> bool:
        """Whether somebody could think that the object is meant."""
        return (
            self.shape in ("", item.shape)
            and self.colour in ("", item.colour)
            and (self.size in ("", item.size) or item.size == "varying")
            and (
                self.motion in ("", item.motion)
                or self.motion in item.drift
                or (self.motion == "moving" and item.motion in _MOVING)
            )
        )

    def names(self, items: Sequence[TabletopObject], index: int) -> bool:
        """Whether this means the object ``index`` and no other of ``items``."""
        if not self.surely_fits(items[index]):
            return False
        return not any(self.might_fit(item) for k, item in enumerate(items) if k != index)

    @property
    def detail(self) -> str:
        """The motion, or else the attributes, that it names, such as ``"colour shape"``."""
        if self.motion:
            return self.motion
        said = {"size": self.size, "colour": self.colour, "shape": self.shape}
        return " ".join(name for name, value in said.items() if value)


def attribute_meaning(rng: random.Random, cast: list[TabletopObject], index: int) -> Meaning | None:
    """A few attributes that single the object out; ``None`` where none were found."""
    start = int(rng.random() * len(_ATTRIBUTES))
    for named in (*_ATTRIBUTES[start:], *_ATTRIBUTES[:start]):
        meaning = _meaning(cast[index], named)
        if meaning is not None and meaning.names(cast, index):
            return meaning
    return None


def motion_meaning(
    rng: random.Random, cast: list[TabletopObject], index: int, alone_share: float = 0.0
) -> Meaning | None:
    """A motion, alone or with attributes, that singles the object out."""
    item = cast[index]
    if item.motion == "still" and rng.random() < 0.65:
        return None
    late = item.motion in ("enters", "leaves", "still")
    said = "moving" if not late and rng.random() < 0.12 else item.motion
    alone = Meaning(motion=said)
    if alone_share and rng.random() < alone_share and alone.names(cast, index):
        return alone
    for _ in range(4):
        meaning = _meaning(item, choose(rng, _BESIDE_MOTION), said)
        if meaning is not None and meaning.names(cast, index):
            return meaning
    return None


def _meaning(item: TabletopObject, named: tuple[str, ...], motion: str = "") -> Meaning | None:
    """The object's attributes that are ``named``; ``None`` if its size has no word."""
    if "size" in named and item.size not in ("small", "large"):
        return None
    return Meaning(
        shape=item.shape if "shape" in named else "",
        colour=item.colour if "colour" in named else "",
        size=item.size if "size" in named else "",
        motion=motion,
    )


def absent_meaning(rng: Chance, items: Sequence[TabletopObject], motions: bool) -> Meaning:
    """A meaning that fits none of the objects, often for one attribute only.

    Args:
        rng: where chance comes from.
        items: the objects of a video.
        motions: whether it may speak of motion.
    """
    while True:
        near = choose(rng, items)
        shape = near.shape if rng.random() < 0.5 else choose(rng, SHAPES)
        colour = near.colour if rng.random() < 0.5 else choose(rng, COLOURS)
        size = choose(rng, ("", "", "small", "large"))
        motion = choose(rng, MOTIONS) if motions and rng.random() < 0.3 else ""
        named = rng.random()
        meaning = Meaning(
            shape=shape if named < 0.75 else "",
            colour=colour if named > 0.3 else "",
            size=size,
            motion=motion,
        )
        if not any(meaning.might_fit(item) for item in items):
            return meaning
