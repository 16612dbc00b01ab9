"""What is said about the objects of a tabletop video, in varied words.

A ``Meaning`` is what a sentence says, in symbols. A sentence may be used for an object when the
meaning surely fits it and cannot fit any other.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from samwise_ros.data.tabletop_objects import COLOURS, SHAPES, TabletopObject


class Chance(Protocol):
    """A source of chance; both ``random.Random`` and ``numpy.random.Generator`` are one."""

    def random(self) -> float:
        """A number from 0 to 1, the end excluded."""
        ...


Choice = TypeVar("Choice")


def choose(rng: Chance, options: Sequence[Choice]) -> Choice:
    """One of the options, all equally likely."""
    return options[int(rng.random() * len(options))]


_MOVING = ("left", "right", "towards", "away", "lifted", "behind")
_NOUNS = {"cup": ("cup", "cup", "mug"), "cube": ("cube", "cube", "block")}
_SIZE_WORDS = {"small": ("small", "small", "little"), "large": ("large", "large", "big")}
_ANYTHING = ("object", "thing", "object", "one")
# The shorter determiners only stand before a phrase that needs no "the".
_DETERMINERS = ("the", "the", "the", "the", "a", "")
_REQUESTS = ("", "", "", "", "", "find", "track", "follow", "look at", "show me")

_MOTION_WORDS: dict[str, tuple[str, ...]] = {
    "left": (
        "moving left",
        "moving to the left",
        "that moves left",
        "that moves to the left",
        "going left",
        "that goes to the left",
        "sliding left",
        "that slides to the left",
    ),
    "right": (
        "moving right",
        "moving to the right",
        "that moves right",
        "that moves to the right",
        "going right",
        "that goes to the right",
        "sliding right",
        "that slides to the right",
    ),
    "towards": (
        "moving towards the camera",
        "coming towards the camera",
        "that comes closer",
        "coming closer",
        "that moves towards us",
        "getting closer",
    ),
    "away": (
        "moving away from the camera",
        "going away from the camera",
        "that moves farther away",
        "getting farther away",
        "that goes farther away",
    ),
    "still": (
        "that stays still",
        "staying still",
        "that does not move",
        "standing still",
        "that stays in place",
        "not moving",
    ),
    "lifted": (
        "being lifted",
        "that is being lifted",
        "that is lifted up",
        "that is picked up",
        "being picked up",
        "going up",
    ),
    "enters": (
        "that enters late",
        "entering late",
        "that comes in later",
        "coming in later",
        "that appears later",
        "that comes into view",
    ),
    "leaves": (
        "that leaves",
        "leaving",
        "that leaves the table",
        "that goes out of view",
        "going out of view",
    ),
    "behind": (
        "that goes behind another object",
        "going behind another object",
        "passing behind something",
        "that passes behind another thing",
        "moving behind something",
    ),
    "moving": ("that moves", "moving", "that is moving"),
}
#: What a sentence may say of a motion.
MOTIONS = tuple(_MOTION_WORDS)


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


def sentence(rng: Chance, meaning: Meaning) -> str:
    """Put a meaning into words.

    Args:
        rng: chooses among wordings.
        meaning: what to say; at least one part of it is not empty.

    Returns:
        Lower-case words separated by single spaces.
    """
    noun = choose(rng, _NOUNS.get(meaning.shape, (meaning.shape,)))
    noun = noun or choose(rng, _ANYTHING)
    size = choose(rng, _SIZE_WORDS[meaning.size]) if meaning.size else ""
    adjectives = [word for word in (size, meaning.colour) if word]
    phrase = [*adjectives, noun]
    tail: list[str] = []
    if meaning.motion:
        tail = [choose(rng, _MOTION_WORDS[meaning.motion])]
        if meaning.motion == "moving" and rng.random() < 0.4:
            phrase, tail = ["moving", *phrase], []
    elif adjectives and rng.random() < 0.2:
        phrase, tail = [noun], ["that is", " and ".join(adjectives)]
    determiner = choose(rng, _DETERMINERS)
    if determiner == "a" and phrase[0][0] in "aeio":
        determiner = "the" if phrase[0] == "one" else "an"
    words = [choose(rng, _REQUESTS), determiner, *phrase, *tail]
    return " ".join(word for word in words if word)


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


def vocabulary() -> tuple[str, ...]:
    """Every word that a sentence can hold, sorted."""
    phrases = [*SHAPES, *COLOURS, *_ANYTHING, *_DETERMINERS, *_REQUESTS, "an", "that is and"]
    for options in (*_NOUNS.values(), *_SIZE_WORDS.values(), *_MOTION_WORDS.values()):
        phrases.extend(options)
    return tuple(sorted({word for phrase in phrases for word in phrase.split()}))
