"""Draws things: kinds, shapes and looks, with distractors that share attributes with a target."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

import numpy as np

from samwise_ros.data.tabletop.catalogue import KINDS, PAINTS, Kind
from samwise_ros.data.tabletop.composition.geometry import Quaternion, multiply, turn
from samwise_ros.data.tabletop.description import Colour, Look, Material, Size, Split, Thing
from samwise_ros.data.tabletop.shapes.build import build_mesh
from samwise_ros.data.tabletop.textures.surfaces import draw_shade

T = TypeVar("T")

_SCALES: dict[Size, tuple[float, float]] = {
    "small": (0.72, 0.82),
    "medium": (0.95, 1.08),
    "large": (1.28, 1.42),
}
_WOOD: tuple[tuple[float, float, float], ...] = (
    (0.62, 0.44, 0.26),
    (0.76, 0.6, 0.4),
    (0.5, 0.33, 0.2),
)
_STEEL = (0.62, 0.62, 0.64)
_LABELS: tuple[Colour, ...] = ("white", "yellow", "black")


def pick(rng: np.random.Generator, choices: Sequence[T]) -> T:
    """Return a random element."""
    return choices[int(rng.integers(len(choices)))]


def nominal_height(thing: Thing, kind: Kind | None = None) -> float:
    """Return the height from which the thing's mesh is built; the last parameter holds it."""
    low, high = (kind or KINDS[thing.kind]).height_m
    span = _SCALES[thing.size]
    share = thing.parameters[-1]
    scale = span[0] + share * (span[1] - span[0])
    return round((low + thing.parameters[-2] * (high - low)) * scale, 5)


def draw_thing(
    rng: np.random.Generator,
    split: Split,
    *,
    kind: str | None = None,
    colour: Colour | None = None,
    size: Size | None = None,
) -> Thing:
    """Draw a thing that stands nowhere yet.

    Args:
        rng: source of randomness.
        split: ``unseen`` draws unseen families and patterns too.
        kind: its kind; random by default.
        colour: its colour, if the kind has it; random by default.
        size: its size; random by default.
    """
    if kind is None:
        rare = [name for name in KINDS if KINDS[name].unseen]
        use_rare = split == "unseen" and rng.random() < 0.5
        kind = pick(rng, rare if use_rare else list(KINDS))
    facts = KINDS[kind]
    unseen = split == "unseen" and bool(facts.unseen) and rng.random() < 0.8
    family = pick(rng, facts.unseen if unseen else facts.families)
    sizes: tuple[Size, ...] = ("small", "medium", "medium", "large")
    chosen = pick(rng, sizes) if size is None else size
    look = draw_look(rng, split, facts, colour)
    # Six numbers of the shape, then those of the height in its class.
    parameters = tuple(round(float(value), 4) for value in rng.random(8))
    thing = Thing(
        kind, family, parameters, look, chosen, (0, 0, 0), "upright", (0, 0, 0), (1, 0, 0, 0)
    )
    mesh = build_mesh(kind, family, nominal_height(thing), parameters[:6])
    width, depth, height = (round(float(value), 4) for value in mesh.extent)
    return replace(thing, dimensions_m=(width, depth, height))


def draw_look(
    rng: np.random.Generator, split: Split, facts: Kind, colour: Colour | None = None
) -> Look:
    """Draw a surface for a kind."""
    material: Material = pick(rng, (facts.materials[0], *facts.materials))
    bare = material in facts.bare and colour is None and rng.random() < 0.45
    main = pick(rng, facts.colours)
    if colour is not None and colour in facts.colours:
        main = colour
    pattern = pick(rng, facts.patterns)
    if split == "unseen" and pattern in ("dotted", "printed", "striped") and rng.random() < 0.5:
        pattern = "flowered"
    if bare:
        rgb = pick(rng, _WOOD) if material == "wood" else _STEEL
        return Look(
            "brown" if material == "wood" else "white",
            (),
            "plain",
            material,
            True,
            rgb,
            _seed(rng),
        )
    rgb = draw_shade(rng, main)
    if material == "fruit" and main == "green":  # leaf green is no colour of fruit
        rgb = (0.45 * rgb[0] + 0.36, 0.45 * rgb[1] + 0.4, 0.45 * rgb[2] + 0.1)
    others = [other for other in PAINTS if other != main]
    light: list[Colour] = [other for other in _LABELS if other != main]
    first = pick(rng, light if pattern == "labelled" or rng.random() < 0.3 else others)
    second = pick(rng, [other for other in others if other != first])
    secondary = () if pattern == "plain" else (first, second)
    shade = (round(rgb[0], 4), round(rgb[1], 4), round(rgb[2], 4))
    return Look(main, secondary, pattern, material, False, shade, _seed(rng))


def _seed(rng: np.random.Generator) -> int:
    return int(rng.integers(1 << 31))


def draw_things(rng: np.random.Generator, split: Split, count: int) -> list[Thing]:
    """Draw a target and distractors, of which many share an attribute with it.

    Args:
        rng: source of randomness.
        split: the split.
        count: number of things, from 2.
    """
    target = draw_thing(rng, split)
    things = [target]
    while len(things) < count:
        chance = rng.random()
        model = pick(rng, things)
        if chance < 0.28:
            other = pick(rng, [c for c in PAINTS if c != model.look.colour])
            thing = draw_thing(rng, split, kind=model.kind, colour=other)
        elif chance < 0.5:
            thing = draw_thing(rng, split, colour=model.look.colour)
        elif chance < 0.6:
            sizes: list[Size] = [s for s in _SCALES if s != model.size]
            thing = draw_thing(
                rng, split, kind=model.kind, colour=model.look.colour, size=pick(rng, sizes)
            )
        elif chance < 0.68:
            thing = replace(model, twin_of=things.index(model))
            if model.twin_of >= 0:
                continue
        else:
            thing = draw_thing(rng, split)
        things.append(thing)
    return things


def rest(
    rng: np.random.Generator, thing: Thing, x: float, y: float, *, upright: bool, z: float = 0.0
) -> Thing:
    """Return the thing at rest with its centre above (x, y), its lowest point at z, metres."""
    facts = KINDS[thing.kind]
    resting = "upright" if upright else pick(rng, facts.resting)
    turned: Quaternion = (1.0, 0.0, 0.0, 0.0)
    height = thing.dimensions_m[2]
    if resting == "lying":
        turned = turn(0, np.pi / 2)
        height = thing.dimensions_m[1]
        if thing.kind == "mug":  # on its side, the handle upwards
            turned = multiply(turned, turn(2, np.pi / 2))
            height = thing.dimensions_m[1]
    elif resting == "upside down":
        turned = turn(0, np.pi)
    orientation = multiply(turn(2, float(rng.uniform(0, 2 * np.pi))), turned)
    rounded = tuple(round(value, 5) for value in orientation)
    position = tuple(round(float(value), 4) for value in (x, y, z + height / 2))
    return replace(thing, resting=resting, position_m=position, orientation=rounded)  # type: ignore[arg-type]


def radius(thing: Thing) -> float:
    """Return the largest distance of the thing's surface from its vertical axis, metres."""
    width, depth, height = thing.dimensions_m
    if thing.resting == "lying":
        depth = height
    return float(np.hypot(width, depth) / 2 if thing.kind in _BOXY else max(width, depth) / 2)


_BOXY = ("box", "book", "carton", "block")
