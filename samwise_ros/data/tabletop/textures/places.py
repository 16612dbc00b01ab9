"""Textures of tables, floors and walls."""

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from samwise_ros.data.tabletop.textures.grain import (
    Picture,
    blend,
    clouds,
    fill,
    noise,
    shade,
    wood,
)

SIDE = 512
"""Height and width of a place's texture, pixels."""

_WOODS = ((0.62, 0.43, 0.26), (0.76, 0.6, 0.42), (0.42, 0.28, 0.18), (0.83, 0.72, 0.55))
_CLOTHS = ((0.75, 0.72, 0.66), (0.35, 0.42, 0.5), (0.55, 0.3, 0.28), (0.42, 0.46, 0.36))
_STONES = ((0.82, 0.81, 0.79), (0.45, 0.45, 0.46), (0.7, 0.65, 0.58), (0.24, 0.25, 0.27))
_PAINTS = ((0.86, 0.85, 0.82), (0.72, 0.78, 0.8), (0.8, 0.76, 0.66), (0.62, 0.66, 0.6))


def texture(style: str, seed: int) -> NDArray[np.uint8]:
    """Return a texture that repeats: (``SIDE``, ``SIDE``, 3) uint8 RGB.

    Args:
        style: one of ``SURFACES``, ``WALLS`` or ``UNSEEN``.
        seed: seed of its colours and grain.
    """
    rng = np.random.default_rng(seed)
    return np.asarray(np.clip(_STYLES[style](rng) * 255, 0, 255), np.uint8)


def _pick(rng: np.random.Generator, colours: tuple[tuple[float, ...], ...]) -> NDArray[np.float64]:
    colour = np.array(colours[int(rng.integers(len(colours)))])
    return np.asarray(np.clip(colour * rng.uniform(0.8, 1.12) + rng.normal(0, 0.02, 3), 0.05, 0.95))


def _planks(rng: np.random.Generator) -> Picture:
    colour, count = _pick(rng, _WOODS), int(rng.integers(3, 8))
    height = SIDE // count
    rows = [
        wood(rng, height, SIDE, np.clip(colour * rng.uniform(0.82, 1.12), 0, 1))
        for _ in range(count)
    ]
    for row in rows:
        row[:2] *= 0.55
        joint = int(rng.integers(SIDE - 3))
        row[:, joint : joint + 2] *= 0.6
    return np.asarray(cv2.resize(np.concatenate(rows), (SIDE, SIDE)))


def _board(rng: np.random.Generator) -> Picture:
    return wood(rng, SIDE, SIDE, _pick(rng, _WOODS))


def _laminate(rng: np.random.Generator) -> Picture:
    picture = fill(SIDE, SIDE, _pick(rng, (*_STONES, *_PAINTS)))
    return shade(picture, 0.02 * clouds(rng, SIDE, SIDE))


def _cloth(rng: np.random.Generator) -> Picture:
    picture = fill(SIDE, SIDE, _pick(rng, _CLOTHS))
    y, x = np.mgrid[0:SIDE, 0:SIDE].astype(np.float32)
    weave = np.sin(x * 1.6) * np.sin(y * 1.6) + 0.4 * noise(rng, SIDE, SIDE, (SIDE, SIDE))
    return shade(picture, 0.07 * weave + 0.07 * clouds(rng, SIDE, SIDE))


def _gingham(rng: np.random.Generator) -> Picture:
    cloth, y_x = _cloth(rng), np.mgrid[0:SIDE, 0:SIDE].astype(np.float32)
    count = int(rng.integers(4, 10))
    lines = (y_x / SIDE * count) % 1 < 0.5
    return blend(cloth, 0.4 * lines[0].astype("f4") + 0.4 * lines[1], _pick(rng, _PAINTS))


def _stripes(rng: np.random.Generator) -> Picture:
    x = np.mgrid[0:SIDE, 0:SIDE][1].astype(np.float32) / SIDE * int(rng.integers(3, 12))
    return blend(_cloth(rng), 0.6 * (x % 1 < rng.uniform(0.2, 0.5)).astype("f4"), (0.9, 0.88, 0.8))


def _marble(rng: np.random.Generator) -> Picture:
    field = clouds(rng, SIDE, SIDE, 4)
    veins = np.exp(-np.abs(np.sin(field * 2.2 + noise(rng, SIDE, SIDE, (3, 3)))) * 7)
    picture = shade(fill(SIDE, SIDE, _pick(rng, _STONES)), 0.05 * field)
    return blend(picture, 0.5 * veins.astype(np.float32), _pick(rng, _STONES))


def _granite(rng: np.random.Generator) -> Picture:
    picture = fill(SIDE, SIDE, _pick(rng, _STONES))
    grain = noise(rng, SIDE, SIDE, (SIDE // 3, SIDE // 3)) + noise(rng, SIDE, SIDE, (SIDE, SIDE))
    return shade(picture, np.asarray(0.1 * grain + 0.08 * clouds(rng, SIDE, SIDE)))


def _tiles(rng: np.random.Generator) -> Picture:
    count = int(rng.integers(3, 8))
    tone = rng.uniform(0.88, 1.06, (count, count)).astype(np.float32)
    tones = cv2.resize(tone, (SIDE, SIDE), interpolation=cv2.INTER_NEAREST)
    picture = fill(SIDE, SIDE, _pick(rng, (*_STONES, *_PAINTS))) * tones[..., None]
    picture = shade(picture, 0.03 * clouds(rng, SIDE, SIDE, 8))
    y, x = np.mgrid[0:SIDE, 0:SIDE].astype(np.float32) / SIDE * count
    joint = (np.minimum(x % 1, y % 1) < 0.04).astype(np.float32)
    return blend(picture, joint, np.full(3, rng.uniform(0.3, 0.8)))


def _carpet(rng: np.random.Generator) -> Picture:
    picture = fill(SIDE, SIDE, _pick(rng, _CLOTHS))
    pile = noise(rng, SIDE, SIDE, (SIDE, SIDE)) + noise(rng, SIDE, SIDE, (SIDE // 4, SIDE // 4))
    return shade(picture, np.asarray(0.1 * pile + 0.08 * clouds(rng, SIDE, SIDE)))


def _concrete(rng: np.random.Generator) -> Picture:
    picture = fill(SIDE, SIDE, np.full(3, rng.uniform(0.35, 0.7)))
    pores = (noise(rng, SIDE, SIDE, (SIDE // 3, SIDE // 3)) > 2.3).astype(np.float32)
    picture = shade(picture, 0.09 * clouds(rng, SIDE, SIDE, 3))
    return shade(picture, -0.4 * pores)


def _plaster(rng: np.random.Generator) -> Picture:
    picture = fill(SIDE, SIDE, _pick(rng, _PAINTS))
    return shade(picture, 0.03 * clouds(rng, SIDE, SIDE) + 0.02 * noise(rng, SIDE, SIDE, (99, 99)))


def _bricks(rng: np.random.Generator) -> Picture:
    rows = int(rng.integers(8, 14))
    y, x = np.mgrid[0:SIDE, 0:SIDE].astype(np.float32) / SIDE
    line = np.floor(y * rows)
    along = x * rows / 2.5 + 0.5 * (line % 2)
    tone = rng.normal(0, 0.1, 64).astype(np.float32)[(line * 7 + np.floor(along)).astype(int) % 64]
    picture = shade(fill(SIDE, SIDE, _pick(rng, ((0.6, 0.34, 0.27), (0.75, 0.72, 0.68)))), tone)
    joint = (((y * rows) % 1 < 0.1) | (along % 1 < 0.04)).astype(np.float32)
    return blend(picture, joint, (0.7, 0.68, 0.64))


def _terrazzo(rng: np.random.Generator) -> Picture:
    picture = fill(SIDE, SIDE, _pick(rng, _PAINTS))
    for _ in range(500):
        centre = rng.integers(0, SIDE, 2)
        points = centre + rng.normal(0, rng.uniform(3, 11), (5, 2))
        hull = cv2.convexHull(points.astype(np.int32))
        cv2.fillPoly(picture, [hull], tuple(map(float, _pick(rng, (*_STONES, *_CLOTHS)))))
    return picture


def _herringbone(rng: np.random.Generator) -> Picture:
    y, x = np.mgrid[0:SIDE, 0:SIDE].astype(np.float32) / SIDE * 8
    slope = np.abs((x % 2) - 1)
    strip = np.floor((y + slope) * 2)
    tone = rng.normal(0, 0.12, 97).astype(np.float32)
    tones = tone[(strip * 5 + np.floor(x) * 11).astype(int) % 97]
    picture = shade(fill(SIDE, SIDE, _pick(rng, _WOODS)), tones)
    joint = (((y + slope) * 2 % 1 < 0.07) | (x % 1 < 0.03)).astype(np.float32)
    return shade(shade(picture, -0.4 * joint), 0.05 * noise(rng, SIDE, SIDE, (SIDE // 2, 20)))


SURFACES = (
    "planks",
    "board",
    "laminate",
    "cloth",
    "gingham",
    "stripes",
    "marble",
    "granite",
    "tiles",
    "carpet",
    "concrete",
)
"""Styles of tables, shelves and floors."""
WALLS = ("plaster", "bricks", "tiles", "planks", "concrete")
"""Styles of walls."""
UNSEEN = ("terrazzo", "herringbone")
"""Styles of surfaces in the split ``unseen`` only."""

_STYLES: dict[str, Callable[[np.random.Generator], Picture]] = {
    "planks": _planks,
    "board": _board,
    "laminate": _laminate,
    "cloth": _cloth,
    "gingham": _gingham,
    "stripes": _stripes,
    "marble": _marble,
    "granite": _granite,
    "tiles": _tiles,
    "carpet": _carpet,
    "concrete": _concrete,
    "plaster": _plaster,
    "bricks": _bricks,
    "terrazzo": _terrazzo,
    "herringbone": _herringbone,
}
