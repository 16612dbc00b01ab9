"""Triangle meshes from profiles, sweeps and boxes, with texture coordinates.

The texture of a thing is an atlas: ``BODY`` is a picture of most of its height, wrapped around the
thing; below it are four swatches of one colour each, for rims, insides, handles and caps.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]

BODY = -1
"""Zone of the picture; its lower left corner is (0, ``SWATCHES``)."""
MAIN, RIM, INSIDE, ACCENT = range(4)
"""Zones of the swatches, from left to right."""
SWATCHES = 0.25
"""Share of the texture's height that the swatches take."""
_MARGIN = 0.01


class Mesh(NamedTuple):
    """Triangles, counter-clockwise seen from outside.

    Attributes:
        vertices: (V, 3) float64, metres.
        normals: (V, 3) float64, unit vectors.
        uv: (V, 2) float64, texture coordinates, 0 to 1, v upwards.
        faces: (F, 3) int32.
    """

    vertices: Array
    normals: Array
    uv: Array
    faces: NDArray[np.int32]

    def moved(self, offset: ArrayLike, rotation: ArrayLike | None = None) -> "Mesh":
        """Return the mesh after a rotation by a (3, 3) matrix and a translation, metres."""
        matrix = np.eye(3) if rotation is None else np.asarray(rotation, np.float64)
        vertices = self.vertices @ matrix.T + np.asarray(offset, np.float64)
        return self._replace(vertices=vertices, normals=self.normals @ matrix.T)

    def scaled(self, factors: ArrayLike) -> "Mesh":
        """Return the mesh scaled by positive factors along x, y and z."""
        normals = self.normals / np.asarray(factors)
        normals = normals / np.linalg.norm(normals, axis=1, keepdims=True)
        return self._replace(vertices=self.vertices * np.asarray(factors), normals=normals)

    @property
    def extent(self) -> Array:
        """(3,) extent of the bounding box, metres."""
        return np.asarray(np.ptp(self.vertices, axis=0))


def merge(*parts: Mesh) -> Mesh:
    """Return one mesh with the triangles of all parts."""
    starts = np.cumsum([0, *(len(part.vertices) for part in parts[:-1])])
    faces = [part.faces + start for part, start in zip(parts, starts, strict=True)]
    return Mesh(
        np.concatenate([part.vertices for part in parts]),
        np.concatenate([part.normals for part in parts]),
        np.concatenate([part.uv for part in parts]),
        np.concatenate(faces).astype(np.int32),
    )


def centred(mesh: Mesh) -> Mesh:
    """Return the mesh with the centre of its bounding box at the origin."""
    low, high = mesh.vertices.min(axis=0), mesh.vertices.max(axis=0)
    return mesh.moved(-(low + high) / 2)


def zone_uv(zone: int, u: ArrayLike, v: ArrayLike) -> Array:
    """Return texture coordinates of positions 0 to 1 in a zone: (..., 2)."""
    u, v = np.broadcast_arrays(np.asarray(u, np.float64), np.asarray(v, np.float64))
    if zone == BODY:
        return np.stack([u, SWATCHES + _MARGIN + v * (1 - SWATCHES - 2 * _MARGIN)], -1)
    # One colour: the middle of the swatch, away from its neighbours at every scale.
    return np.stack([np.full_like(u, (zone + 0.5) / 4), np.full_like(v, SWATCHES / 2)], -1)


def grid(points: Array, zone: int, v: tuple[float, float] = (0.0, 1.0)) -> Mesh:
    """Return a smooth mesh through a grid of points.

    Args:
        points: (A, B, 3), around the thing and upwards; the first and last row may coincide.
        zone: zone of the texture.
        v: part of the zone's height from the first to the last column.
    """
    around, along = points.shape[:2]
    length = np.linalg.norm(np.diff(points.mean(axis=0), axis=0), axis=1)
    radius = np.linalg.norm(points - points.mean(axis=0), axis=-1).mean(axis=0)
    length = np.hypot(length, np.diff(radius))
    steps = np.concatenate([[0.0], np.cumsum(length)]) / max(length.sum(), 1e-9)
    u = np.linspace(0, 1, around)[:, None]
    uv = zone_uv(zone, u, v[0] + steps[None] * (v[1] - v[0]))
    corner = np.arange(around * along).reshape(around, along)
    first, second = corner[:-1, :-1], corner[1:, :-1]
    third, fourth = corner[1:, 1:], corner[:-1, 1:]
    faces = np.concatenate(
        [np.stack([first, second, third], -1), np.stack([first, third, fourth], -1)]
    ).reshape(-1, 3)
    vertices = points.reshape(-1, 3)
    return Mesh(vertices, smooth_normals(vertices, faces), uv.reshape(-1, 2), faces.astype("i4"))


def lathe(
    profile: Sequence[tuple[float, float]] | Array,
    zone: int,
    *,
    v: tuple[float, float] = (0.0, 1.0),
    section: Array | None = None,
    sides: int = 24,
) -> Mesh:
    """Return a surface of revolution about z.

    Args:
        profile: (radius, z), upwards on the outside, downwards on the inside, metres.
        zone: zone of the texture.
        v: part of the zone's height.
        section: (sides + 1,) radius of the cross section at each angle; a circle by default.
        sides: number of sides.
    """
    angles = np.linspace(0, 2 * np.pi, sides + 1)
    radii = np.ones(sides + 1) if section is None else section
    curve = np.asarray(profile, np.float64)
    x = np.outer(np.cos(angles) * radii, curve[:, 0])
    y = np.outer(np.sin(angles) * radii, curve[:, 0])
    z = np.broadcast_to(curve[:, 1], x.shape)
    return grid(np.stack([x, y, z], -1), zone, v)


def polygon_section(corners: int, roundness: float, sides: int = 24) -> Array:
    """Return a cross section for ``lathe``: a regular polygon with rounded corners."""
    angles = np.linspace(0, 2 * np.pi, sides + 1)
    turn = 2 * np.pi / corners
    offset = (angles + turn / 2) % turn - turn / 2
    straight = np.cos(np.pi / corners) / np.cos(offset)
    return np.asarray(roundness + (1 - roundness) * straight / straight.max())


def sweep(
    path: Array,
    radius: ArrayLike,
    zone: int,
    *,
    flat: float = 1.0,
    up: Sequence[float] = (0.0, 0.0, 1.0),
    sides: int = 10,
) -> Mesh:
    """Return a tube with closed ends along a path.

    Args:
        path: (K, 3), metres.
        radius: one radius, or one for each point.
        zone: zone of the texture.
        flat: extent across the plane of the path and ``up`` relative to the radius.
        up: a direction that is nowhere along the path.
        sides: number of sides.
    """
    radii = np.broadcast_to(np.asarray(radius, np.float64), len(path))
    tangent = np.gradient(path, axis=0)
    tangent /= np.linalg.norm(tangent, axis=1, keepdims=True)
    side = np.cross(np.asarray(up, np.float64), tangent)
    side /= np.linalg.norm(side, axis=1, keepdims=True)
    top = np.cross(tangent, side)
    angles = np.linspace(0, 2 * np.pi, sides + 1)[:, None, None]
    ring = np.cos(angles) * side * flat + np.sin(angles) * top
    points = path + ring * radii[:, None]
    ends = [np.broadcast_to(path[end], (sides + 1, 1, 3)) for end in (0, -1)]
    return grid(np.concatenate([ends[0], points, ends[1]], axis=1), zone)


def box(extent: Sequence[float], zone: int, bevel: float = 0.0) -> Mesh:
    """Return a box around the origin, with bevelled edges.

    A picture is wrapped around its four sides; the top and the bottom show its first quarter.

    Args:
        extent: along x, y and z, metres.
        zone: zone of the texture.
        bevel: width of the bevel, metres.
    """
    half = np.asarray(extent, np.float64) / 2
    inner = half - min(bevel, 0.45 * float(half.min()))
    # Front, right, back and left side, top, bottom: outward, to the right, upwards.
    sides = [((0, -1, 0), (1, 0, 0)), ((1, 0, 0), (0, 1, 0)), ((0, 1, 0), (-1, 0, 0))]
    frames = [*((*side, (0, 0, 1)) for side in [*sides, ((-1, 0, 0), (0, -1, 0))])]
    frames += [((0, 0, 1), (1, 0, 0), (0, 1, 0)), ((0, 0, -1), (1, 0, 0), (0, -1, 0))]
    parts = []
    for number, frame in enumerate(frames):
        out, right, up = (np.array(vector, np.float64) for vector in frame)
        corners = [
            out * half + inner * (a * right + b * up)
            for a, b in ((-1, -1), (1, -1), (1, 1), (-1, 1))
        ]
        first = number / 4 if number < 4 else 0.0
        uv = zone_uv(zone, first + np.array([0, 0.25, 0.25, 0]), [0, 0, 1, 1])
        parts.append(flat_face(np.array(corners), out, uv))
    if bevel:
        parts.extend(_bevels(half, inner, zone))
    return merge(*parts)


def _bevels(half: Array, inner: Array, zone: int) -> list[Mesh]:
    parts = []
    for axis in range(3):
        first, second = (axis + 1) % 3, (axis + 2) % 3
        for a in (-1, 1):
            for b in (-1, 1):
                corners = np.zeros((4, 3))
                corners[:, axis] = inner[axis] * np.array([-1, 1, 1, -1])
                corners[:, first] = a * np.array([half[first]] * 2 + [inner[first]] * 2)
                corners[:, second] = b * np.array([inner[second]] * 2 + [half[second]] * 2)
                normal = np.zeros(3)
                normal[first], normal[second] = a, b
                uv = zone_uv(zone, 0.02 if zone == BODY else 0, np.full(4, 0.02))
                parts.append(flat_face(corners, normal / np.sqrt(2), uv))
    for signs in np.ndindex(2, 2, 2):
        sign = 2.0 * np.array(signs) - 1
        corners = sign * (inner + np.eye(3) * (half - inner))
        uv = zone_uv(zone, np.full(3, 0.02), np.full(3, 0.02))
        parts.append(flat_face(corners, sign / np.sqrt(3), uv))
    return parts


def flat_face(corners: Array, normal: ArrayLike, uv: Array) -> Mesh:
    """Return a flat convex polygon that faces along its normal.

    Args:
        corners: (K, 3), in order.
        normal: unit vector.
        uv: (K, 2) texture coordinates.
    """
    count = len(corners)
    faces = np.array([(0, k, k + 1) for k in range(1, count - 1)], np.int32)
    direction = np.cross(corners[1] - corners[0], corners[2] - corners[0])
    if direction @ np.asarray(normal) < 0:
        faces = faces[:, ::-1]
    normals = np.broadcast_to(np.asarray(normal, np.float64), (count, 3))
    return Mesh(corners, normals, uv, faces)


def prism(polygon: Sequence[tuple[float, float]], depth: float, zone: int) -> Mesh:
    """Return an extruded convex polygon.

    Args:
        polygon: (x, z), counter-clockwise seen from -y, metres.
        depth: extent along y, metres.
        zone: zone of the texture.
    """
    outline = np.array(polygon, np.float64)
    low, size = outline.min(axis=0), np.ptp(outline, axis=0)
    uv = (outline - low) / size
    parts = []
    for sign in (-1.0, 1.0):
        corners = np.stack(
            [outline[:, 0], np.full(len(outline), sign * depth / 2), outline[:, 1]], 1
        )
        parts.append(flat_face(corners, (0, sign, 0), zone_uv(zone, uv[:, 0] / 4, uv[:, 1])))
    for start, end in zip(outline, np.roll(outline, -1, axis=0), strict=True):
        along = end - start
        normal = np.array([along[1], 0, -along[0]]) / np.linalg.norm(along)
        corners = np.array(
            [
                [point[0], y, point[1]]
                for point, y in (
                    (start, -depth / 2),
                    (end, -depth / 2),
                    (end, depth / 2),
                    (start, depth / 2),
                )
            ]
        )
        square = zone_uv(zone, [0.25, 0.5, 0.5, 0.25], [0.0, 0.0, 1.0, 1.0])
        parts.append(flat_face(corners, normal, square))
    return merge(*parts)


def smooth_normals(vertices: Array, faces: NDArray[np.integer]) -> Array:
    """Return normals averaged over the faces at each position, also across a seam."""
    a, b, c = (vertices[faces[:, k]] for k in range(3))
    normals = np.cross(b - a, c - a)
    _, position = np.unique(np.round(vertices, 6), axis=0, return_inverse=True)
    position = position.ravel()
    summed = np.zeros((position.max() + 1, 3))
    for k in range(3):
        for axis in range(3):
            summed[:, axis] += np.bincount(
                position[faces[:, k]], normals[:, axis], minlength=len(summed)
            )
    length = np.linalg.norm(summed, axis=1, keepdims=True)
    return np.asarray((summed / np.maximum(length, 1e-12))[position])
