"""Sprites of the painted objects: eight silhouettes with simple shading, drawn once.

A template is drawn large, lit from the upper left, and cached at several sizes. Its three channels
are coverage, and premultiplied by coverage the diffuse colour and the added white (gloss, paper).
One matrix product with a colour turns it into a sprite.
"""

import math
from collections.abc import Callable
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.float32]

#: A template spans this many object radii to each side of its centre.
EXTENT = 1.3
_DRAWN = 512
_LEVELS = (24, 32, 40, 48, 56, 64, 80, 96, 128, 192, 256)
_RGB = {
    "red": (214, 28, 30),
    "orange": (245, 128, 12),
    "yellow": (247, 222, 30),
    "green": (28, 150, 48),
    "blue": (28, 74, 214),
    "purple": (142, 44, 176),
    "white": (244, 244, 240),
    "black": (34, 34, 38),
}
_AXIS = (np.arange(_DRAWN, dtype=np.float32) + 0.5) * (2 * EXTENT / _DRAWN) - EXTENT
_X, _Y = np.meshgrid(_AXIS, _AXIS)


def draw_sprite(
    shape: str, colour: tuple[float, float, float], pixels: float
) -> NDArray[np.float32]:
    """Return a coloured sprite, at least ``pixels`` wide if a template is that large.

    Args:
        shape: one of the eight shapes.
        colour: red, green, blue, 0 to 255.
        pixels: width of the sprite in the image.

    Returns:
        (S, S, 4) float32: red, green, blue premultiplied by coverage, and coverage 0 to 1.
    """
    level = next((size for size in _LEVELS if size >= pixels), _LEVELS[-1])
    red, green, blue = colour
    mixing = np.array([[0, red, 255], [0, green, 255], [0, blue, 255], [1, 0, 0]], dtype=np.float32)
    return np.asarray(cv2.transform(_template(shape, level), mixing), dtype=np.float32)


def colour_value(name: str) -> tuple[float, float, float]:
    """Return red, green and blue of a named colour, 0 to 255."""
    return _RGB[name]


@cache
def draw_shadow() -> NDArray[np.float32]:
    """Return a soft round shadow: (64, 64) float32 coverage, spanning ``EXTENT`` like a sprite."""
    distance = np.hypot(_X, _Y)
    soft = np.clip((1.2 - distance) / 0.8, 0, 1) ** 1.5
    return np.asarray(cv2.resize(soft, (64, 64), interpolation=cv2.INTER_AREA), np.float32)


@cache
def _template(shape: str, level: int) -> NDArray[np.float32]:
    coverage, diffuse, white = _DRAW[shape]()
    stacked = np.dstack([coverage, coverage * diffuse * (1 - white), coverage * white])
    shrunk = cv2.resize(stacked, (level, level), interpolation=cv2.INTER_AREA)
    return np.asarray(shrunk, dtype=np.float32)


def _inside(*polygons: list[tuple[float, float]]) -> Plane:
    """Return the coverage of polygons given in object radii, y downwards."""
    canvas = np.zeros((_DRAWN, _DRAWN), np.uint8)
    for polygon in polygons:
        points = (np.array(polygon) + EXTENT) * (_DRAWN / (2 * EXTENT))
        cv2.fillPoly(canvas, [points.round().astype(np.int32)], 1)
    return canvas.astype(np.float32)


def _ellipse(x: float, y: float, width: float, height: float) -> Plane:
    """Return the coverage of an ellipse with the given half axes."""
    return np.asarray(((_X - x) / width) ** 2 + ((_Y - y) / height) ** 2 <= 1, np.float32)


def _gloss(x: float, y: float, radius: float, strength: float) -> Plane:
    distance = (_X - x) ** 2 + (_Y - y) ** 2
    return np.asarray(strength * np.exp(-distance / (2 * radius**2)), np.float32)


def _round_side(half_width: Plane | float) -> Plane:
    """Return the shading of an upright round body, lightest left of its middle."""
    across = np.clip(_X / half_width, -1, 1)
    return np.asarray(1.1 - 0.62 * np.abs(across + 0.3) ** 1.6, np.float32)


def _ball() -> tuple[Plane, Plane, Plane]:
    depth = np.sqrt(np.clip(1 - _X**2 - _Y**2, 0, 1))
    diffuse = 0.5 + 0.62 * np.clip(-0.45 * _X - 0.6 * _Y + 0.66 * depth, 0, 1)
    return _ellipse(0, 0, 1, 1), np.asarray(diffuse, np.float32), _gloss(-0.35, -0.42, 0.16, 0.8)


def _cube() -> tuple[Plane, Plane, Plane]:
    top = _inside([(0, -1.0), (0.92, -0.58), (0, -0.14), (-0.92, -0.58)])
    left = _inside([(-0.92, -0.58), (0, -0.14), (0, 1.0), (-0.92, 0.5)])
    right = _inside([(0.92, -0.58), (0, -0.14), (0, 1.0), (0.92, 0.5)])
    diffuse = np.where(top > 0, 1.12, np.where(left > 0, 0.86, 0.56)).astype(np.float32)
    edge = (np.abs(_X) < 0.02) & (_Y > -0.14)
    white = np.where(top > 0, 0.12, np.where(edge, 0.2, 0.02)).astype(np.float32)
    return np.maximum(np.maximum(top, left), right), diffuse, white


def _cup() -> tuple[Plane, Plane, Plane]:
    waist = 0.62 - 0.06 * _Y
    body = ((np.abs(_X + 0.22) <= waist) & (_Y >= -0.66) & (_Y <= 0.66)).astype(np.float32)
    body = np.maximum(body, _ellipse(-0.22, 0.66, 0.58, 0.26))
    rim, hole = _ellipse(-0.22, -0.66, 0.66, 0.28), _ellipse(-0.22, -0.66, 0.55, 0.2)
    handle = _ellipse(0.46, 0.02, 0.54, 0.5) * (1 - _ellipse(0.44, 0.02, 0.32, 0.28))
    handle *= _X > 0.3
    across = np.clip((_X + 0.22) / 0.66, -1.4, 1.4)
    diffuse = np.maximum(1.08 - 0.45 * np.abs(across + 0.3) ** 1.5, 0.0)
    bend = 0.95 - 0.4 * np.abs(np.hypot(_X - 0.45, _Y) - 0.42)
    diffuse = np.where(waist - 0.22 < _X, bend, diffuse)
    diffuse = np.where(rim > 0, 1.12, diffuse)
    diffuse = np.where(hole > 0, 0.36 + 0.2 * (_X + 0.8), diffuse).astype(np.float32)
    white = np.where((rim > 0) & (hole == 0), 0.3, _gloss(-0.5, 0.0, 0.13, 0.35))
    cover = np.maximum(np.maximum(body, rim), handle)
    return cover, diffuse, white.astype(np.float32)


def _bottle() -> tuple[Plane, Plane, Plane]:
    shoulder = np.clip((_Y + 0.62) / 0.42, 0, 1)
    half = 0.2 + 0.34 * (0.5 - 0.5 * np.cos(math.pi * shoulder))
    body = ((np.abs(_X) <= half) & (_Y >= -1.22) & (_Y <= 1.1)).astype(np.float32)
    body = np.maximum(body, _ellipse(0, 1.1, 0.54, 0.13))
    cap = _inside([(-0.24, -1.24), (0.24, -1.24), (0.24, -0.98), (-0.24, -0.98)])
    label = (np.abs(_Y - 0.42) < 0.26).astype(np.float32)
    white = np.where(label > 0, 0.55, _gloss(-0.18, 0.0, 0.1, 0.55))
    diffuse = _round_side(np.asarray(half, np.float32))
    diffuse = np.where(cap > 0, 0.5, diffuse).astype(np.float32)
    return np.maximum(body, cap), diffuse, np.where(cap > 0, 0.0, white).astype(np.float32)


def _book() -> tuple[Plane, Plane, Plane]:
    cover = _inside([(-1.0, -0.84), (0.72, -0.84), (0.98, 0.54), (-0.78, 0.54)])
    pages = _inside([(-0.78, 0.54), (0.98, 0.54), (0.98, 0.76), (-0.78, 0.76)])
    spine = _inside([(-1.0, -0.84), (-0.78, 0.54), (-0.78, 0.85), (-1.0, -0.53)])
    back = _inside([(-0.78, 0.76), (0.98, 0.76), (0.98, 0.85), (-0.78, 0.85)])
    title = _inside([(-0.4, -0.4), (0.4, -0.4), (0.44, -0.16), (-0.36, -0.16)])
    diffuse = np.where(spine > 0, 0.62, np.where(back > 0, 0.7, 1.0 - 0.08 * _Y))
    lines = 0.72 + 0.2 * (np.sin(_Y * 120) > 0)
    white = np.where(pages > 0, lines, np.where(title > 0, 0.6, 0.03))
    outline = np.maximum(np.maximum(cover, pages), np.maximum(spine, back))
    return outline, diffuse.astype(np.float32), white.astype(np.float32)


def _star() -> tuple[Plane, Plane, Plane]:
    angles = [math.pi * (k / 5 - 0.5) for k in range(10)]
    radii = [1.15 if k % 2 == 0 else 0.5 for k in range(10)]
    points = [(r * math.cos(a), r * math.sin(a)) for r, a in zip(radii, angles, strict=True)]
    facet = (np.floor((np.arctan2(_Y, _X) / math.pi + 0.5) * 5) % 2).astype(np.float32)
    white = np.full_like(facet, 0.03) + _gloss(-0.2, -0.25, 0.25, 0.2)
    return _inside(points), np.float32(0.72) + np.float32(0.36) * facet, white.astype(np.float32)


def _ring() -> tuple[Plane, Plane, Plane]:
    radius = np.hypot(_X, _Y)
    cover = ((radius <= 1.05) & (radius >= 0.56)).astype(np.float32)
    slope = np.clip((radius - 0.805) / 0.245, -1, 1)
    lit = (-0.6 * _X - 0.8 * _Y) / np.maximum(radius, 0.01)
    diffuse = 0.82 + 0.34 * slope * lit - 0.14 * slope**2
    white = np.clip(0.55 * (slope * lit - 0.35), 0, 0.35)
    return cover, diffuse.astype(np.float32), white.astype(np.float32)


def _cone() -> tuple[Plane, Plane, Plane]:
    half = np.maximum(0.8 * (_Y + 1.12) / 1.82, 0.01)
    body = ((np.abs(_X) <= half) & (_Y >= -1.12) & (_Y <= 0.7)).astype(np.float32)
    diffuse = _round_side(np.asarray(half, np.float32))
    band = (np.abs(_Y + 0.04 - 0.1 * (1 - (_X / half) ** 2)) < 0.13) & (body > 0)
    white = np.where(band, 0.5, 0.03)
    cover = np.maximum(body, _ellipse(0, 0.7, 0.8, 0.26))
    return cover, diffuse, white.astype(np.float32)


_DRAW: dict[str, Callable[[], tuple[Plane, Plane, Plane]]] = {
    "ball": _ball,
    "cube": _cube,
    "cup": _cup,
    "bottle": _bottle,
    "book": _book,
    "star": _star,
    "ring": _ring,
    "cone": _cone,
}
