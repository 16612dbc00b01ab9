"""Phrases descriptions of painted objects as sentences with varied wording."""

from samwise_ros.data.painted.description import Description, RandomSource, choose
from samwise_ros.data.painted.objects import COLOURS, SHAPES

_NOUNS = {"cup": ("cup", "cup", "mug"), "cube": ("cube", "cube", "block")}
_SIZE_WORDS = {"small": ("small", "small", "little"), "large": ("large", "large", "big")}
_ANYTHING = ("object", "thing", "object", "one")
# Determiners by frequency; the empty one omits the determiner.
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


def sentence(rng: RandomSource, description: Description) -> str:
    """Phrase a description.

    Args:
        rng: source of randomness, for the choice of words.
        description: a description with at least one non-empty attribute.

    Returns:
        Lower-case words separated by single spaces.
    """
    noun = choose(rng, _NOUNS.get(description.shape, (description.shape,)))
    noun = noun or choose(rng, _ANYTHING)
    size = choose(rng, _SIZE_WORDS[description.size]) if description.size else ""
    adjectives = [word for word in (size, description.colour) if word]
    phrase = [*adjectives, noun]
    tail: list[str] = []
    if description.motion:
        tail = [choose(rng, _MOTION_WORDS[description.motion])]
        if description.motion == "moving" and rng.random() < 0.4:
            phrase, tail = ["moving", *phrase], []
    elif adjectives and rng.random() < 0.2:
        phrase, tail = [noun], ["that is", " and ".join(adjectives)]
    determiner = choose(rng, _DETERMINERS)
    if determiner == "a" and phrase[0][0] in "aeio":
        determiner = "the" if phrase[0] == "one" else "an"
    words = [choose(rng, _REQUESTS), determiner, *phrase, *tail]
    return " ".join(word for word in words if word)


def vocabulary() -> tuple[str, ...]:
    """Return every word that a sentence can contain, sorted."""
    phrases = [*SHAPES, *COLOURS, *_ANYTHING, *_DETERMINERS, *_REQUESTS, "an", "that is and"]
    for options in (*_NOUNS.values(), *_SIZE_WORDS.values(), *_MOTION_WORDS.values()):
        phrases.extend(options)
    return tuple(sorted({word for phrase in phrases for word in phrase.split()}))
