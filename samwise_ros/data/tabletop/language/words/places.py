"""Words for clauses of place. A repeated wording is more frequent."""

from samwise_ros.data.tabletop.language.words.wordings import Wordings


def _sides(side: str, most: str) -> Wordings:
    return Wordings(
        (most, most),
        (f"farthest to the {side}", f"furthest {side}", f"on the far {side}"),
        (f"is farthest to the {side}", f"is the furthest {side}"),
    )


def _superlative(word: str, *others: str) -> Wordings:
    words = (word, *others)
    return Wordings(words, (), tuple(f"is the {each}" for each in words))


def _comparative(word: str, *others: str) -> Wordings:
    words = (word, *others)
    return Wordings(words, (), tuple(f"is {each}" for each in words))


PLACES: dict[str, Wordings] = {
    "leftmost": _sides("left", "leftmost"),
    "rightmost": _sides("right", "rightmost"),
    "nearest": Wordings(
        ("nearest", "closest", "front"),
        ("closest to the camera", "nearest to the camera", "closest to us", "at the front"),
        ("is closest to the camera", "is nearest", "is nearest to us"),
    ),
    "farthest": Wordings(
        ("farthest", "rearmost"),
        ("farthest from the camera", "at the back", "farthest away"),
        ("is farthest from the camera", "is farthest away", "is at the very back"),
    ),
    "left one": Wordings(
        ("left", "left hand"),
        ("on the left", "to the left", "on the left side"),
        ("is on the left",),
    ),
    "right one": Wordings(
        ("right", "right hand"),
        ("on the right", "to the right", "on the right side"),
        ("is on the right",),
    ),
    "front one": Wordings(("front", "nearer"), ("in front", "at the front"), ("is in front",)),
    "back one": Wordings(("back", "farther"), ("at the back", "in the back"), ("is at the back",)),
    "middle": Wordings(
        ("middle",),
        ("in the middle", "in the centre"),
        ("is in the middle", "is between the others"),
    ),
    "second from left": Wordings((), ("second from the left",), ("is second from the left",)),
    "second from right": Wordings(
        (),
        ("second from the right",),
        ("is second from the right",),
    ),
    "largest": _superlative("largest", "biggest", "biggest"),
    "smallest": _superlative("smallest", "smallest"),
    "tallest": _superlative("tallest"),
    "shortest": _superlative("shortest"),
    "larger": _comparative("larger", "bigger", "bigger"),
    "smaller": _comparative("smaller"),
    "taller": _comparative("taller"),
    "shorter": _comparative("shorter"),
    "beside": Wordings(
        (),
        ("beside {a}", "next to {a}", "next to {a}", "right next to {a}", "standing beside {a}"),
        ("is beside {a}", "is next to {a}", "sits next to {a}"),
    ),
    "left of": Wordings(
        (),
        ("to the left of {a}", "left of {a}", "on the left side of {a}"),
        ("is to the left of {a}", "is left of {a}"),
    ),
    "right of": Wordings(
        (),
        ("to the right of {a}", "right of {a}", "on the right side of {a}"),
        ("is to the right of {a}", "is right of {a}"),
    ),
    "behind": Wordings((), ("behind {a}", "in back of {a}"), ("is behind {a}",)),
    "in front of": Wordings((), ("in front of {a}",), ("is in front of {a}",)),
    "between": Wordings(
        (), ("between {a} and {b}", "in between {a} and {b}"), ("is between {a} and {b}",)
    ),
    "on": Wordings(
        (), ("on {a}", "on {a}", "on top of {a}", "lying on {a}"), ("is on {a}", "lies on {a}")
    ),
    "in": Wordings((), ("in {a}", "in {a}", "inside {a}"), ("is in {a}", "lies in {a}")),
    "with on": Wordings(
        (),
        ("with {a} on it", "with {a} on top", "under {a}"),
        ("is under {a}", "has {a} on it", "holds {a}"),
    ),
    "with in": Wordings(
        (), ("with {a} in it", "with {a} inside"), ("has {a} in it", "contains {a}", "holds {a}")
    ),
    "empty": Wordings(
        ("empty", "empty"), ("with nothing in it", "with nothing on it"), ("is empty",)
    ),
}
"""The wordings of every split, by the clause's name."""

KEPT_OUT_PLACES: dict[str, Wordings] = {
    "leftmost": Wordings((), ("at the far left",), ("is on the far left",)),
    "rightmost": Wordings((), ("at the far right",), ("is on the far right",)),
    "nearest": Wordings((), ("nearest to us",), ("is the nearest to the camera",)),
    "farthest": Wordings((), ("farthest from us",), ("is the farthest from the camera",)),
    "left one": Wordings((), ("at the left",), ("is on the left side",)),
    "right one": Wordings((), ("at the right",), ("is on the right side",)),
    "middle": Wordings((), (), ("is in the centre", "is the middle one")),
    "second from left": Wordings((), (), ("comes second from the left",)),
    "second from right": Wordings((), (), ("comes second from the right",)),
    "beside": Wordings((), ("standing next to {a}",), ("stands beside {a}", "is right beside {a}")),
    "left of": Wordings((), ("on the left of {a}",), ("is on the left of {a}",)),
    "right of": Wordings((), ("on the right of {a}",), ("is on the right of {a}",)),
    "behind": Wordings((), ("standing behind {a}",), ("stands behind {a}",)),
    "in front of": Wordings((), ("standing in front of {a}",), ("stands in front of {a}",)),
    "on": Wordings((), ("standing on {a}",), ("sits on {a}", "is on top of {a}")),
    "in": Wordings((), ("lying inside {a}",), ("sits in {a}", "is inside {a}")),
}
"""Further wordings, of known words, that the splits ``train`` and ``val`` never use."""
