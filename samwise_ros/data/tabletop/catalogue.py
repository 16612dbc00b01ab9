"""The kinds of things: their shape families, sizes, colours and surfaces."""

from dataclasses import dataclass

from samwise_ros.data.tabletop.description import Colour, Material, Pattern, Resting

COLOURS: dict[Colour, tuple[tuple[float, float], tuple[float, float], tuple[float, float]]] = {
    "red": ((-0.025, 0.02), (0.75, 0.98), (0.55, 0.9)),
    "orange": ((0.06, 0.09), (0.8, 1.0), (0.8, 1.0)),
    "yellow": ((0.13, 0.165), (0.7, 0.95), (0.8, 1.0)),
    "green": ((0.27, 0.42), (0.5, 0.9), (0.3, 0.7)),
    "blue": ((0.56, 0.645), (0.6, 0.95), (0.4, 0.85)),
    "purple": ((0.73, 0.79), (0.45, 0.8), (0.35, 0.65)),
    "pink": ((0.9, 0.96), (0.3, 0.6), (0.85, 1.0)),
    "brown": ((0.045, 0.085), (0.5, 0.75), (0.25, 0.42)),
    "black": ((0.0, 1.0), (0.0, 0.15), (0.04, 0.12)),
    "white": ((0.05, 0.2), (0.0, 0.08), (0.86, 0.98)),
}
"""Ranges of hue, saturation and value, 0 to 1, of the shades that have a colour's name."""

PAINTS: tuple[Colour, ...] = tuple(COLOURS)
CERAMIC: tuple[Pattern, ...] = ("plain", "rimmed", "striped", "dotted", "printed", "checked")
PACKAGE: tuple[Pattern, ...] = ("labelled", "printed", "striped", "plain")


@dataclass(frozen=True)
class Kind:
    """What things of one kind have in common.

    Attributes:
        families: shape families of every split.
        unseen: shape families of the split ``unseen`` only.
        height_m: smallest and largest extent along z of a medium thing that stands upright.
        colours: colours of its surface.
        patterns: patterns of its surface.
        materials: materials; the first is the most frequent.
        bare: materials that it may show without paint.
        resting: poses at rest; the first is the most frequent.
        rolls: whether it rolls when it lies on its side, or always.
        holds: whether a small thing can be put into or onto it.
        big: whether a small thing can be put on top of it or hidden behind it.
    """

    families: tuple[str, ...]
    height_m: tuple[float, float]
    colours: tuple[Colour, ...] = PAINTS
    patterns: tuple[Pattern, ...] = CERAMIC
    materials: tuple[Material, ...] = ("ceramic", "plastic")
    bare: tuple[Material, ...] = ()
    resting: tuple[Resting, ...] = ("upright",)
    unseen: tuple[str, ...] = ()
    rolls: bool = False
    holds: bool = False
    big: bool = False


KINDS: dict[str, Kind] = {
    "mug": Kind(
        ("straight", "barrel", "tapered"),
        (0.085, 0.11),
        materials=("ceramic", "metal"),
        resting=("upright", "upright", "lying"),
        unseen=("angular",),
    ),
    "bowl": Kind(
        ("round", "flared", "deep"),
        (0.05, 0.08),
        materials=("ceramic", "plastic", "wood", "metal"),
        bare=("wood", "metal"),
        resting=("upright", "upright", "upright", "upside down"),
        holds=True,
    ),
    "plate": Kind(
        ("flat", "rimmed"),
        (0.015, 0.025),
        materials=("ceramic", "plastic", "wood"),
        bare=("wood",),
        holds=True,
    ),
    "bottle": Kind(
        ("shouldered", "slender", "squeeze"),
        (0.17, 0.24),
        patterns=PACKAGE,
        materials=("plastic", "glass", "metal"),
        resting=("upright", "upright", "lying"),
        unseen=("flask",),
        rolls=True,
        big=True,
    ),
    "can": Kind(
        ("drink", "food", "flat"),
        (0.075, 0.125),
        patterns=PACKAGE,
        materials=("metal",),
        bare=("metal",),
        resting=("upright", "upright", "lying"),
        rolls=True,
    ),
    "carton": Kind(
        ("gable", "brick"),
        (0.15, 0.21),
        patterns=PACKAGE,
        materials=("paper",),
        resting=("upright", "upright", "lying"),
        big=True,
    ),
    "box": Kind(
        ("flat", "cube", "tall"),
        (0.08, 0.16),
        patterns=PACKAGE,
        materials=("paper", "plastic", "wood"),
        bare=("wood",),
        big=True,
    ),
    "book": Kind(
        ("thin", "thick"),
        (0.02, 0.045),
        patterns=("printed", "striped", "plain"),
        materials=("paper",),
        holds=True,
    ),
    "ball": Kind(
        ("round",),
        (0.05, 0.09),
        patterns=("plain", "striped", "dotted", "checked", "printed"),
        materials=("rubber", "plastic", "wood"),
        bare=("wood",),
        rolls=True,
    ),
    "banana": Kind(("bent",), (0.035, 0.04), ("yellow", "yellow", "green"), ("plain",), ("fruit",)),
    "apple": Kind(
        ("round", "tall"),
        (0.065, 0.08),
        ("red", "green", "yellow"),
        ("plain",),
        ("fruit",),
        rolls=True,
    ),
    "pear": Kind(("round",), (0.08, 0.1), ("green", "yellow"), ("plain",), ("fruit",)),
    "lemon": Kind(("round",), (0.05, 0.06), ("yellow", "green"), ("plain",), ("fruit",)),
    "spoon": Kind(
        ("round", "oval"),
        (0.015, 0.02),
        patterns=("plain",),
        materials=("metal", "wood", "plastic"),
        bare=("wood", "metal"),
    ),
    "screwdriver": Kind(
        ("long", "stubby"),
        (0.025, 0.032),
        patterns=("plain", "striped"),
        materials=("plastic",),
    ),
    "hammer": Kind(
        ("claw", "mallet"),
        (0.03, 0.035),
        patterns=("plain", "striped"),
        materials=("plastic", "wood"),
        bare=("wood",),
    ),
    "block": Kind(
        ("cube", "brick", "prism"),
        (0.04, 0.06),
        patterns=("plain", "printed", "dotted"),
        materials=("wood", "plastic"),
        bare=("wood",),
        unseen=("arch",),
    ),
    "teapot": Kind(
        ("round", "tall"),
        (0.12, 0.15),
        materials=("ceramic", "metal"),
        bare=("metal",),
        unseen=("drum",),
        big=True,
    ),
    "jug": Kind(
        ("bellied", "straight"),
        (0.13, 0.18),
        materials=("ceramic", "metal", "plastic"),
        bare=("metal",),
        big=True,
    ),
    "jar": Kind(
        ("straight", "bellied"),
        (0.09, 0.13),
        patterns=PACKAGE,
        materials=("glass", "ceramic"),
    ),
}
"""The kinds by name, as a person would say it. Every family stands in ``meshes``."""
