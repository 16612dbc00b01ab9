"""Mugs, bowls, plates, teapots and jugs."""

import numpy as np

from samwise_ros.data.tabletop.shapes.mesh import (
    ACCENT,
    BODY,
    INSIDE,
    MAIN,
    RIM,
    Array,
    Mesh,
    lathe,
    merge,
    polygon_section,
    sweep,
)


def mix(low: float, high: float, share: float) -> float:
    """Return the value at a share, 0 to 1, of the way from low to high."""
    return low + (high - low) * share


def vessel(outside: Array, wall: float, *, section: Array | None = None) -> list[Mesh]:
    """Return an open vessel: picture outside, rim, inside and foot.

    Args:
        outside: (K, 2) radius and z from the foot to the rim, metres.
        wall: thickness of the wall, metres.
        section: cross section; see ``lathe``.
    """
    top = outside[-1]
    inside = outside[::-1] - [wall, 0.0]
    inside[:, 1] = np.maximum(inside[:, 1], 1.5 * wall)
    inside = np.concatenate([inside, [[0.0, 1.5 * wall]]])
    inside[:, 0] = np.maximum(inside[:, 0], 0.0)
    rim = [tuple(top), (top[0] - wall / 2, top[1] + wall / 2), (top[0] - wall, top[1])]
    foot = [(0.0, 0.0), tuple(outside[0])]
    return [
        lathe(foot, MAIN, section=section),
        lathe(outside, BODY, section=section),
        lathe(rim, RIM, section=section),
        lathe(inside, INSIDE, section=section),
    ]


def curve(points: list[tuple[float, float]], count: int) -> Array:
    """Return a smooth profile through points: Catmull-Rom spline, (count, 2)."""
    knots = np.array(points, np.float64)
    knots = np.concatenate([2 * knots[:1] - knots[1:2], knots, 2 * knots[-1:] - knots[-2:-1]])
    place = np.linspace(0, len(points) - 1, count)
    index = np.minimum(place.astype(int), len(points) - 2)
    t = (place - index)[:, None]
    p0, p1, p2, p3 = (knots[index + k] for k in range(4))
    cubic = 3 * p1 - p0 - 3 * p2 + p3
    square = 2 * p0 - 5 * p1 + 4 * p2 - p3
    return np.asarray(p1 + 0.5 * t * (p2 - p0 + t * (square + t * cubic)))


def loop_handle(
    top: tuple[float, float],
    bottom: tuple[float, float],
    reach: float,
    thickness: float,
    corners: float,
) -> Mesh:
    """Return a handle in the plane of x and z from one (x, z) to another, ``reach`` wide.

    Args:
        top: upper end, metres.
        bottom: lower end, metres.
        reach: extent along x, metres.
        thickness: radius, metres.
        corners: 0 for a round handle, 1 for an angular one.
    """
    angles = np.linspace(np.pi / 2, -np.pi / 2, 11)
    power = 1 - 0.75 * corners
    x = np.abs(np.cos(angles)) ** power
    z = np.sign(np.sin(angles)) * np.abs(np.sin(angles)) ** power
    share = (z + 1) / 2
    path = np.stack(
        [
            bottom[0] + share * (top[0] - bottom[0]) + x * reach,
            np.zeros(11),
            bottom[1] + share * (top[1] - bottom[1]),
        ],
        1,
    )
    return sweep(path, thickness, ACCENT, flat=1.5, up=(0, 1, 0), sides=8)


def mug(family: str, height: float, p: Array) -> Mesh:
    """Return a mug or cup."""
    radius = height * mix(0.36, 0.5, p[0])
    wall = height * 0.045
    section = None
    if family == "straight":
        outside = [(radius * 0.93, 0.0), (radius, 0.05 * height), (radius, height)]
        outside = [*outside[:2], (radius, 0.5 * height), outside[2]]
    elif family == "barrel":
        outside = [(radius * 0.75, 0), (radius * 1.02, 0.3 * height), (radius * 0.9, height)]
    elif family == "angular":
        section = polygon_section(6, 0.05)
        outside = [(radius * 0.98, 0), (radius, 0.04 * height), (radius * 1.05, height)]
    else:
        base = mix(0.55, 0.75, p[1])
        outside = [(radius * base, 0), (radius * 0.9, 0.6 * height), (radius, height)]
    profile = curve([(float(r), float(z)) for r, z in outside], 10)
    edge = float(np.interp(0.8 * height, profile[:, 1], profile[:, 0])) - wall * 0.6
    low = float(np.interp(0.25 * height, profile[:, 1], profile[:, 0])) - wall * 0.6
    handle = loop_handle(
        (edge, mix(0.75, 0.9, p[2]) * height),
        (low, mix(0.18, 0.35, p[3]) * height),
        height * mix(0.24, 0.36, p[4]),
        height * mix(0.04, 0.065, p[5]),
        1.0 if family == "angular" else 0.0,
    )
    return merge(*vessel(profile, wall, section=section), handle)


def bowl(family: str, height: float, p: Array) -> Mesh:
    """Return a bowl."""
    radius = height * mix(0.95, 1.45, p[0]) * (0.75 if family == "deep" else 1.0)
    foot = radius * mix(0.38, 0.55, p[1])
    belly = {"round": 0.92, "flared": 0.72, "deep": 0.97}[family]
    outside = curve(
        [
            (foot, 0),
            (radius * belly * 0.8, 0.3 * height),
            (radius * belly, 0.62 * height),
            (radius, height),
        ],
        12,
    )
    return merge(*vessel(outside, height * 0.06))


def plate(family: str, height: float, p: Array) -> Mesh:
    """Return a plate."""
    radius = height * mix(4.5, 6.0, p[0])
    inner = radius * mix(0.6, 0.75, p[1])
    step = 0.35 if family == "rimmed" else 0.7
    thick = 0.22 * height
    under = [(0.0, 0.0), (inner * 0.95, 0.0), (radius, height - thick)]
    edge = [(radius, height - thick), (radius * 1.01, height - thick / 2), (radius, height)]
    top = [(radius, height), (inner * 1.08, step * height), (inner, 0.3 * height)]
    band = [(radius, height), (radius * 0.94, height * 0.93)]
    face = [band[-1], *top[1:], (inner * 0.5, 0.28 * height), (0.0, 0.27 * height)]
    return merge(
        lathe(under, MAIN, sides=32),
        lathe(edge, RIM, sides=32),
        lathe(band, RIM, sides=32),
        lathe(face, BODY, sides=32),
    )


def teapot(family: str, height: float, p: Array) -> Mesh:
    """Return a teapot with a lid, a spout and a handle."""
    body = height * 0.78
    radius = height * mix(0.42, 0.55, p[0]) * (0.8 if family == "tall" else 1.0)
    if family == "drum":
        outside = curve([(radius, 0), (radius * 1.01, 0.5 * body), (radius * 0.98, body)], 8)
        outside = np.concatenate([outside, [[radius * 0.6, body * 1.03]]])
    else:
        outside = curve(
            [
                (radius * 0.6, 0),
                (radius * 0.98, 0.28 * body),
                (radius * 0.95, 0.6 * body),
                (radius * 0.5, body),
            ],
            12,
        )
    mouth = outside[-1, 0]
    lid = curve([(mouth * 1.05, body), (mouth * 0.7, body * 1.12), (0.02 * height, body * 1.15)], 6)
    knob = 0.06 * height * np.array([[0.5, 0], [1, 0.8], [0.8, 1.6], [0.0, 2.0]])
    start, reach = radius * 0.9, radius * mix(0.55, 0.85, p[1])
    spout_top = body * mix(0.85, 1.05, p[2])
    if family == "drum":
        path = np.linspace([-start, 0, 0.45 * body], [-start - reach, 0, spout_top], 6)
    else:
        spline = curve(
            [
                (-start, 0.3 * body),
                (-start - 0.5 * reach, 0.42 * body),
                (-start - reach, spout_top),
            ],
            8,
        )
        path = np.stack([spline[:, 0], np.zeros(8), spline[:, 1]], 1)
    spout = sweep(path, np.linspace(0.1, 0.045, len(path)) * height, MAIN, up=(0, 1, 0))
    handle = loop_handle(
        (radius * 0.8, 0.78 * body),
        (radius * 0.85, 0.25 * body),
        height * mix(0.28, 0.4, p[3]),
        height * 0.04,
        0.9 if family == "drum" else 0.0,
    )
    foot = lathe([(0.0, 0.0), (float(outside[0, 0]), 0.0)], MAIN)
    top = lathe(knob + np.array((0, body * 1.14)), ACCENT)
    return merge(foot, lathe(outside, BODY), lathe(lid, RIM), top, spout, handle)


def jug(family: str, height: float, p: Array) -> Mesh:
    """Return a jug with a lip."""
    radius = height * mix(0.3, 0.38, p[0])
    if family == "bellied":
        points = [(radius * 0.7, 0.0), (radius * 1.05, 0.3 * height), (radius * 0.6, 0.75 * height)]
    else:
        points = [(radius * 0.95, 0.0), (radius * 0.9, 0.4 * height), (radius * 0.78, 0.8 * height)]
    profile = curve([*points, (radius * mix(0.72, 0.85, p[1]), height)], 14)
    body = merge(*vessel(profile, height * 0.03))
    # Pull the rim into a lip on the side opposite to the handle.
    near_top = np.clip((body.vertices[:, 2] / height - 0.75) / 0.25, 0, 1) ** 2
    angle = np.arctan2(body.vertices[:, 1], -body.vertices[:, 0])
    pull = near_top * np.exp(-((angle / 0.45) ** 2)) * radius * mix(0.25, 0.5, p[2])
    body = body._replace(vertices=body.vertices - np.stack([pull, 0 * pull, -0.3 * pull], 1))
    high = float(np.interp(0.88 * height, profile[:, 1], profile[:, 0])) * 0.95
    low = float(np.interp(0.3 * height, profile[:, 1], profile[:, 0])) * 0.95
    handle = loop_handle(
        (high, 0.88 * height),
        (low, 0.3 * height),
        height * mix(0.16, 0.26, p[3]),
        height * 0.035,
        0.0,
    )
    return merge(body, handle)
