"""Meshes of tables, floors, walls, shelves and clutter."""

import numpy as np
from numpy.typing import NDArray

from samwise_ros.data.tabletop.description import Place
from samwise_ros.data.tabletop.shapes.mesh import (
    ACCENT,
    BODY,
    INSIDE,
    MAIN,
    RIM,
    Array,
    Mesh,
    box,
    lathe,
    merge,
)

FLOOR_M = -0.74
"""Height of the floor below a table or shelf, metres."""
_TILE_M = 0.8
"""Half of the length that a texture covers before it is mirrored."""
_ROOM_M = 2.3
_UP = np.array([0.0, 0.0, 1.0])


def sheet(half_x: float, half_y: float, cells: int) -> Mesh:
    """Return a level sheet at z = 0 that faces upwards; its texture repeats, mirrored."""
    lines = []
    for half in (half_x, half_y):
        folds = np.arange(-5, 6, 2) * _TILE_M / 2
        inside = folds[np.abs(folds) < half - 1e-6]
        lines.append(
            np.unique(np.round(np.concatenate([np.linspace(-half, half, cells), inside]), 6))
        )
    x, y = np.meshgrid(*lines, indexing="ij")
    points = np.stack([x, y, 0 * x], -1)
    corner = np.arange(x.size).reshape(x.shape)
    a, b, c, d = corner[:-1, :-1], corner[1:, :-1], corner[1:, 1:], corner[:-1, 1:]
    faces = np.concatenate([np.stack([a, b, c], -1), np.stack([a, c, d], -1)]).reshape(-1, 3)
    folded = np.abs((points[..., :2] / _TILE_M + 0.5) % 2 - 1)
    normals = np.broadcast_to(_UP, (x.size, 3))
    return Mesh(points.reshape(-1, 3), normals, folded.reshape(-1, 2), faces.astype(np.int32))


def surface(place: Place) -> Mesh:
    """Return the surface on which the things rest."""
    return sheet(*place.half_size_m, 41 if place.kind == "floor" else 25)


def support(place: Place) -> Mesh | None:
    """Return legs and edges of a table, or the boards of a shelf; ``None`` for a floor."""
    x, y = place.half_size_m
    if place.kind == "floor":
        return None
    top = box((2 * x, 2 * y, 0.03), BODY, 0.004).moved((0, 0, -0.0165))
    if place.kind == "shelf":
        back = box((2 * x, 0.02, 0.9), BODY).moved((0, y, 0.1))
        return merge(top, back)
    legs = [
        box((0.05, 0.05, -FLOOR_M), BODY).moved(
            (a * (x - 0.06), b * (y - 0.06), FLOOR_M / 2 - 0.03)
        )
        for a in (-1, 1)
        for b in (-1, 1)
    ]
    return merge(top, *legs)


def floor(place: Place) -> Mesh | None:
    """Return the floor under a table or shelf."""
    if place.kind == "floor":
        return None
    return sheet(_ROOM_M, _ROOM_M, 20).moved((0, 0, FLOOR_M))


def walls(place: Place) -> Mesh:
    """Return four walls around the room."""
    low = 0.0 if place.kind == "floor" else FLOOR_M
    height = 2.4
    parts = []
    for angle in np.arange(4) * np.pi / 2:
        c, s = np.cos(angle), np.sin(angle)
        upright = sheet(_ROOM_M, height / 2, 14)
        # Its normal (0, 0, 1) turns to -y, and its y axis upwards.
        stand = np.array([[1.0, 0, 0], [0, 0, -1.0], [0, 1.0, 0]])
        turn = np.array([[c, -s, 0], [s, c, 0], [0, 0, 1.0]])
        part = upright.moved((0, _ROOM_M, low + height / 2), stand).moved((0, 0, 0), turn)
        parts.append(part)
    return merge(*parts)


def clutter(place: Place, keep_free: list[float]) -> Mesh | None:
    """Return objects around the scene, in the background.

    Args:
        place: the place, with its seed.
        keep_free: directions of the camera and the agents, radians.
    """
    rng = np.random.default_rng(place.seed)
    parts: list[Mesh] = []
    for _ in range(place.clutter):
        angle, reach = float(rng.uniform(0, 2 * np.pi)), float(rng.uniform(0.5, 0.85))
        x, y = reach * np.cos(angle), reach * np.sin(angle)
        item, wide = _item(rng)
        on_top = abs(x) + wide < place.half_size_m[0] and abs(y) + wide < place.half_size_m[1]
        near = [abs((angle - free + np.pi) % (2 * np.pi) - np.pi) < 0.7 for free in keep_free]
        turn = float(rng.uniform(0, 2 * np.pi))
        c, s = np.cos(turn), np.sin(turn)
        rotation = np.array([[c, -s, 0], [s, c, 0], [0, 0, 1.0]])
        if on_top and not any(near):
            parts.append(item.moved((x, y, 0), rotation))
        elif place.kind != "floor":
            far = np.array([x, y]) / reach * rng.uniform(1.0, 1.8)
            parts.append(item.scaled((2.2, 2.2, 2.2)).moved((*far, FLOOR_M), rotation))
    return merge(*parts) if parts else None


def _item(rng: np.random.Generator) -> tuple[Mesh, float]:
    """Return an object of the background that stands on z = 0, and its radius."""
    zones = rng.permutation([MAIN, RIM, INSIDE, ACCENT])
    first, second = int(zones[0]), int(zones[1])
    chance = int(rng.integers(5))
    height = float(rng.uniform(0.12, 0.3))
    if chance == 0:  # a crate or a device
        size = (float(rng.uniform(0.12, 0.25)), float(rng.uniform(0.08, 0.2)), height)
        return box(size, first, 0.006).moved((0, 0, height / 2)), 0.18
    if chance == 1:  # a plant
        radius = float(rng.uniform(0.05, 0.08))
        pot = lathe([(radius * 0.7, 0.0), (radius, 0.1), (radius * 0.9, 0.1), (0.0, 0.09)], first)
        leaves = [
            lathe([(0.0, 0.0), (0.025, 0.06), (0.0, 0.16)], second, sides=6).scaled((1, 0.35, 1))
            .moved((0, 0, 0), _tilt(float(rng.uniform(0, 6.28)), float(rng.uniform(0.2, 1.0))))
            .moved((0, 0, 0.09))
            for _ in range(7)
        ]  # fmt: skip
        return merge(pot, *leaves), 0.2
    if chance == 2:  # a lamp
        shade = lathe([(0.09, height), (0.05, height + 0.1)], first)
        foot = lathe([(0.06, 0.0), (0.055, 0.015), (0.008, 0.02), (0.008, height + 0.02)], second)
        return merge(shade, foot), 0.1
    if chance == 3:  # folders or a stack
        parts = [
            box((0.06, 0.2, height), int(rng.permutation(zones)[0]), 0.003).moved(
                (0.065 * k, 0, height / 2)
            )
            for k in range(int(rng.integers(2, 4)))
        ]
        return merge(*parts), 0.2
    panel = box((0.36, 0.02, height), first, 0.004).moved((0, 0, 0.08 + height / 2))  # a screen
    foot = box((0.16, 0.1, 0.01), second).moved((0, 0, 0.005))
    return merge(panel, foot, box((0.03, 0.015, 0.1), second).moved((0, 0.012, 0.05))), 0.2


def _tilt(azimuth: float, angle: float) -> Array:
    c, s, a, b = np.cos(azimuth), np.sin(azimuth), np.cos(angle), np.sin(angle)
    turn = np.array([[c, -s, 0], [s, c, 0], [0, 0, 1.0]])
    lean = np.array([[a, 0, b], [0, 1, 0], [-b, 0, a]])
    return np.asarray(turn @ lean)


def clutter_texture(seed: int, side: int) -> NDArray[np.uint8]:
    """Return four dull colours: (side, side, 3) uint8."""
    rng = np.random.default_rng(seed)
    picture = np.empty((side, side, 3), np.uint8)
    for number in range(4):
        grey = rng.uniform(40, 200)
        colour = np.clip(grey + rng.normal(0, 22, 3), 10, 245)
        picture[:, number * side // 4 : (number + 1) * side // 4] = colour
    return picture
