"""Textures of things: paint, patterns, labels, prints and materials."""

import colorsys
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from samwise_ros.data.tabletop.catalogue import COLOURS
from samwise_ros.data.tabletop.description import Colour, Thing
from samwise_ros.data.tabletop.shapes.mesh import SWATCHES
from samwise_ros.data.tabletop.textures.drawing import MOTIFS, circle, draw_word, outline, paint
from samwise_ros.data.tabletop.textures.grain import (
    Picture,
    blend,
    brushed,
    clouds,
    fill,
    noise,
    shade,
    wood,
)

SIDE = 256
"""Height and width of a thing's texture, pixels."""
_HEIGHT = SIDE - int(SIDE * SWATCHES)
_METAL, _PAGES, _STEM = (0.62, 0.62, 0.64), (0.9, 0.87, 0.78), (0.3, 0.22, 0.1)


def draw_shade(rng: np.random.Generator, colour: Colour) -> tuple[float, float, float]:
    """Return a random shade with the name of a colour: red, green, blue, 0 to 1."""
    hue, saturation, value = (float(rng.uniform(*span)) for span in COLOURS[colour])
    return colorsys.hsv_to_rgb(hue % 1.0, saturation, value)


def texture(thing: Thing) -> NDArray[np.uint8]:
    """Return the texture of a thing: (``SIDE``, ``SIDE``, 3) uint8 RGB, the first row at v = 0."""
    rng = np.random.default_rng(thing.look.seed)
    look = thing.look
    others = [draw_shade(rng, colour) for colour in look.secondary]
    picture = _base(rng, thing)
    wide = max(thing.dimensions_m[:2]) * np.pi / max(thing.dimensions_m[2], 0.01)
    draw = _PATTERNS.get(look.pattern)
    if draw is not None:
        picture = draw(rng, picture, others, float(np.clip(wide, 0.6, 4)))
    picture = shade(picture, 0.03 * clouds(rng, _HEIGHT, SIDE))
    swatches = np.empty((SIDE - _HEIGHT, SIDE, 3), np.float32)
    for number, rgb in enumerate(_swatches(rng, thing, others)):
        quarter = SIDE // 4
        swatches[:, number * quarter : (number + 1) * quarter] = rgb
    whole = np.concatenate([picture, swatches])[::-1]
    return np.asarray(np.clip(whole * 255, 0, 255), np.uint8)


def _base(rng: np.random.Generator, thing: Thing) -> Picture:
    """Return the surface without its pattern."""
    look = thing.look
    if look.bare:
        bare = wood if look.material == "wood" else brushed
        return bare(rng, _HEIGHT, SIDE, look.rgb)
    picture = fill(_HEIGHT, SIDE, look.rgb)
    if look.material == "wood":
        return shade(picture, 0.04 * noise(rng, _HEIGHT, SIDE, (90, 5)))
    if look.material == "fruit":
        return _fruit(rng, thing, picture)
    if look.material == "metal":
        return shade(picture, 0.1 * noise(rng, 1, SIDE, (1, 10)))
    if look.material == "glass":
        bands = np.broadcast_to(noise(rng, 1, SIDE, (1, 12)), (_HEIGHT, SIDE))
        return shade(picture, 0.16 * bands)
    return _glaze(rng, picture) if look.material == "ceramic" else picture


def _glaze(rng: np.random.Generator, picture: Picture) -> Picture:
    """Return the picture with dark specks, or with a glaze that is lighter towards the foot."""
    chance = rng.random()
    if chance < 0.3:
        specks = noise(rng, _HEIGHT, SIDE, (_HEIGHT // 2, SIDE // 2)) > 2.1
        return blend(picture, specks.astype(np.float32) * np.float32(0.6), picture[0, 0] * 0.35)
    if chance < 0.6:
        ramp = np.linspace(-0.05, 0.22, _HEIGHT, dtype=np.float32)[:, None]
        return shade(picture, ramp + np.float32(0.05) * noise(rng, _HEIGHT, SIDE, (4, 12)))
    return picture


def _fruit(rng: np.random.Generator, thing: Thing, picture: Picture) -> Picture:
    """Return the skin of a fruit with spots, streaks and unripe parts."""
    picture = shade(picture, 0.08 * clouds(rng, _HEIGHT, SIDE, 3))
    if thing.kind == "apple":
        streaks = np.clip(noise(rng, _HEIGHT, SIDE, (4, 60)), 0, 2) * 0.16
        picture = blend(picture, streaks.astype(np.float32), (0.93, 0.78, 0.35))
    if thing.kind == "banana":
        ends = np.abs(np.linspace(-1, 1, _HEIGHT, dtype=np.float32))[:, None] ** 6
        picture = blend(picture, np.repeat(ends * 0.5, SIDE, 1), (0.5, 0.6, 0.15))
    if thing.kind in ("banana", "pear", "apple"):
        spots = np.clip(noise(rng, _HEIGHT, SIDE, (60, 60)) - 2.0, 0, 1)
        picture = blend(picture, spots, (0.32, 0.2, 0.08))
    return picture


def _swatches(
    rng: np.random.Generator, thing: Thing, others: list[tuple[float, float, float]]
) -> list[NDArray[np.float64]]:
    """Return the colours of main surface, rim, inside and accent."""
    look = thing.look
    main, other = np.array(look.rgb), np.array(others[0] if others else look.rgb)
    rim = other if look.pattern == "rimmed" else main
    inside = main * 0.9 if rng.random() < 0.5 or look.bare else np.array((0.9, 0.88, 0.84))
    accent = other if others and rng.random() < 0.35 else main
    if thing.kind == "can":
        rim, inside = np.array(_METAL), np.array(_METAL) * 1.1
    elif thing.kind == "book":
        inside, accent = np.array(_PAGES), main * 0.85
    elif thing.kind in ("screwdriver", "hammer"):
        accent = np.array(_METAL) * rng.uniform(0.5, 1.1)
    elif thing.kind in ("apple", "pear", "banana"):
        accent = np.array(_STEM)
    elif thing.kind in ("bottle", "jar", "carton"):
        cap = [np.array(_METAL), np.array((0.9, 0.9, 0.9)), np.array((0.1, 0.1, 0.1)), main, other]
        accent = cap[int(rng.integers(len(cap)))]
    elif thing.kind == "box":
        rim = main * rng.uniform(0.8, 1.1)
    return [main, rim, inside, accent]


def _coordinates(wide: float) -> tuple[Picture, Picture]:
    """Return x and y of each pixel in units of the picture's height; x spans ``wide``."""
    y, x = np.mgrid[0:_HEIGHT, 0:SIDE].astype(np.float32)
    return x / SIDE * np.float32(wide), y / _HEIGHT


Colours = list[tuple[float, float, float]]


def _striped(rng: np.random.Generator, picture: Picture, others: Colours, wide: float) -> Picture:
    x, y = _coordinates(wide)
    way = int(rng.integers(3))
    count = int(rng.integers(3, 7))
    around = max(2, round(count * wide))
    phase = (y * count, x / wide * around, y * count + x / wide * max(1, round(wide * 2)))[way]
    share = float(rng.uniform(0.22, 0.42))
    picture = blend(picture, (phase % 1 < share).astype(np.float32), others[0])
    if len(others) > 1:
        thin = ((phase + 0.5) % 1 < share * 0.35).astype(np.float32)
        picture = blend(picture, thin, others[1])
    return picture


def _dotted(rng: np.random.Generator, picture: Picture, others: Colours, wide: float) -> Picture:
    x, y = _coordinates(wide)
    count = int(rng.integers(3, 6))
    around = max(3, round(count * wide))
    row = np.floor(y * count)
    across = (x / wide * around + 0.5 * (row % 2)) % 1 - 0.5
    distance = np.hypot(across, (y * count) % 1 - 0.5)
    radius = float(rng.uniform(0.22, 0.34))
    return blend(picture, (distance < radius).astype(np.float32), others[0])


def _checked(rng: np.random.Generator, picture: Picture, others: Colours, wide: float) -> Picture:
    x, y = _coordinates(wide)
    count = int(rng.integers(3, 6))
    around = max(2, round(count * wide))
    across = ((x / wide * around) % 1 < 0.4).astype(np.float32)
    down = ((y * count) % 1 < 0.4).astype(np.float32)
    return blend(picture, 0.45 * across + 0.45 * down, others[0])


def _rimmed(rng: np.random.Generator, picture: Picture, others: Colours, _wide: float) -> Picture:
    rows = np.zeros((_HEIGHT, SIDE), np.float32)
    rows[: int(_HEIGHT * rng.uniform(0.05, 0.14))] = 1
    if rng.random() < 0.4:
        start = int(_HEIGHT * rng.uniform(0.18, 0.24))
        rows[start : start + int(_HEIGHT * 0.03)] = 1
    return blend(picture, rows, others[0])


def _labelled(rng: np.random.Generator, picture: Picture, others: Colours, wide: float) -> Picture:
    """Draw a label with a frame, a mark, a word and lines of text."""
    paper = others[0]
    ink = tuple(picture[0, 0] * 0.6) if sum(paper) > 1.5 else (0.95, 0.93, 0.88)
    mark = others[1] if len(others) > 1 else ink
    word = draw_word(rng)
    top, bottom = _HEIGHT * float(rng.uniform(0.2, 0.32)), _HEIGHT * float(rng.uniform(0.68, 0.8))
    around = rng.random() < 0.3
    half = SIDE * (0.125 if around else float(np.clip(0.2 / wide, 0.07, 0.11)))
    for centre in SIDE * np.array((0.125, 0.625) if not around else (0.125, 0.375, 0.625, 0.875)):
        frame = _rectangle(centre - half, top, centre + half, bottom)
        picture = paint(picture, [frame], paper)
        tall = bottom - top
        if not around:
            inner = _rectangle(centre - half + 3, top + 3, centre + half - 3, bottom - 3)
            picture = paint(picture, [inner], ink, width=1)
        radius = min(0.16 * tall, half * 0.4) * np.array([SIDE / wide / _HEIGHT, 1.0])
        picture = paint(picture, [circle() * radius + [centre, top + 0.26 * tall]], mark)
        letters = [
            stroke * [1.5 * half, 0.24 * tall] + [centre - 0.75 * half, top + 0.44 * tall]
            for stroke in word
        ]
        picture = paint(picture, letters, ink, width=3)
        ends = centre + half * rng.uniform(0.2, 0.75, 3)
        rows = bottom - tall * np.array([0.09, 0.16, 0.23])
        text = [
            np.array([[centre - 0.75 * half, row], [end, row]])
            for row, end in zip(rows, ends, strict=True)
        ]
        picture = paint(picture, text, ink, width=1)
    return picture


def _rectangle(left: float, top: float, right: float, bottom: float) -> NDArray[np.float64]:
    return np.array([[left, top], [right, top], [right, bottom], [left, bottom], [left, top]])


def _printed(rng: np.random.Generator, picture: Picture, others: Colours, wide: float) -> Picture:
    """Draw a motif on two or four sides: a star, a heart, rings, a leaf, a word or a sun."""
    motif = MOTIFS[int(rng.integers(len(MOTIFS)))]
    word = draw_word(rng)
    second = others[1] if len(others) > 1 else others[0]
    scale = np.array([SIDE / wide, _HEIGHT]) * float(rng.uniform(0.24, 0.32))
    for centre in SIDE * np.array((0.125, 0.375, 0.625, 0.875)[:: 1 if wide > 2.5 else 2]):
        middle = np.array([centre, 0.5 * _HEIGHT])
        if motif == "word":
            letters = [(stroke - 0.5) * [58, 60] + middle for stroke in word]
            picture = paint(picture, letters, others[0], width=6)
            continue
        picture = paint(picture, [outline(motif) * scale + middle], others[0])
        if motif in ("rings", "sun"):
            picture = paint(picture, [outline(motif) * scale * 0.55 + middle], second)
    return picture


def _flowered(rng: np.random.Generator, picture: Picture, others: Colours, wide: float) -> Picture:
    for _ in range(int(rng.integers(7, 13))):
        middle = np.array([rng.uniform(0, SIDE), rng.uniform(0.1, 0.9) * _HEIGHT])
        scale = np.array([SIDE / wide, _HEIGHT]) * float(rng.uniform(0.07, 0.12))
        angles = np.linspace(0, 2 * np.pi, 6)[:-1]
        petals = [
            (circle() * 0.6 + [np.cos(angle), np.sin(angle)]) * scale + middle for angle in angles
        ]
        picture = paint(picture, petals, others[0])
        picture = paint(picture, [circle() * 0.5 * scale + middle], (0.95, 0.8, 0.2))
    return picture


_PATTERNS: dict[str, Callable[[np.random.Generator, Picture, Colours, float], Picture]] = {
    "striped": _striped,
    "dotted": _dotted,
    "checked": _checked,
    "rimmed": _rimmed,
    "labelled": _labelled,
    "printed": _printed,
    "flowered": _flowered,
}
