"""Bottles, cans, cartons, boxes, books and jars."""

import numpy as np

from samwise_ros.data.tabletop.shapes.crockery import curve, mix
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
    polygon_section,
    prism,
)


def bottle(family: str, height: float, p: Array) -> Mesh:
    """Return a bottle with a cap."""
    radius = height * {"slender": 0.13, "squeeze": 0.2}.get(family, 0.165) * mix(0.9, 1.15, p[0])
    neck = radius * mix(0.3, 0.45, p[1])
    shoulder = height * mix(0.55, 0.72, p[2])
    end = 0.92 * height
    section = polygon_section(4, 0.25) if family == "flask" else None
    waist = mix(0.8, 0.95, p[3]) if family == "squeeze" else 1.0
    points = [(radius * 0.92, 0.0), (radius, 0.03 * height), (radius * waist, shoulder * 0.55)]
    points += [(radius, shoulder), (mix(neck, radius, 0.4), shoulder + (end - shoulder) * 0.4)]
    if family == "slender":
        points = [*points[:4], (radius * 0.7, shoulder + 0.1 * height)]
    profile = curve([*points, (neck, end)], 18)
    cap_radius = neck * mix(1.15, 1.5, p[4])
    cap = [(cap_radius, end - 0.03 * height), (cap_radius, height * 0.99)]
    return merge(
        lathe([(0.0, 0.0), (radius * 0.92, 0.0)], MAIN, section=section),
        lathe(profile, BODY, section=section),
        lathe(cap, ACCENT, sides=16),
        lathe([(cap_radius, height * 0.99), (cap_radius * 0.85, height), (0, height)], ACCENT),
    )


def can(family: str, height: float, p: Array) -> Mesh:
    """Return a tin can with metal ends."""
    ratio = {"drink": (0.24, 0.29), "food": (0.33, 0.42), "flat": (0.7, 0.95)}[family]
    if family == "flat":
        height *= 0.5
    radius = height * mix(*ratio, p[0])
    rim = 0.04 * radius + 0.0015
    inset = 0.88 if family == "drink" else 0.97
    low = [(radius * inset, 0.0), (radius, rim * 2)]
    high = [(radius, height - 2 * rim), (radius * inset, height - rim * 0.6)]
    ring = [high[-1], (radius * inset, height), (radius * inset - rim, height - rim * 0.2)]
    lid = [(radius * inset - rim, height - rim), (0.0, height - rim)]
    tab = box((radius * 0.5, radius * 0.28, 0.002), RIM).moved((radius * 0.25, 0, height - rim / 2))
    return merge(
        lathe([(0.0, 0.0), low[0]], INSIDE),
        lathe(low, RIM),
        lathe([low[-1], (radius, height / 2), high[0]], BODY),
        lathe(high, RIM),
        lathe(ring, RIM),
        lathe(lid, INSIDE),
        tab,
    )


def carton(family: str, height: float, p: Array) -> Mesh:
    """Return a carton of milk or juice, with a gable or flat."""
    width = height * mix(0.34, 0.45, p[0])
    depth = width * mix(0.7, 1.0, p[1])
    if family == "brick":
        cap_radius = width * 0.17
        body = box((width, depth, height * 0.95), BODY, 0.02 * height)
        top = height * 0.475
        cap = lathe([(cap_radius, top), (cap_radius, top + 0.05 * height), (0, top + 0.05)], ACCENT)
        return merge(body, cap.moved((width * 0.22, 0, 0)))
    wall = height * mix(0.68, 0.78, p[2])
    body = box((width, depth, wall), BODY).moved((0, 0, wall / 2))
    ridge = height * 0.94
    roof = prism([(-depth / 2, wall), (depth / 2, wall), (0.0, ridge)], width, MAIN)
    turn = np.array([[0.0, 1.0, 0.0], [-1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
    fin = box((width, 0.004, height - ridge + 0.01), MAIN).moved((0, 0, (height + ridge) / 2))
    tilt = np.arctan2(ridge - wall, depth / 2)
    rotation = np.array(
        [[1, 0, 0], [0, np.cos(tilt), -np.sin(tilt)], [0, np.sin(tilt), np.cos(tilt)]]
    )
    cap = lathe(
        [(width * 0.15, 0.0), (width * 0.15, 0.03 * height), (0, 0.03 * height)], ACCENT, sides=14
    )
    parts = [body, roof.moved((0, 0, 0), turn), fin]
    if p[3] > 0.4:
        parts.append(cap.moved((0, -depth / 4, (wall + ridge) / 2), rotation))
    return merge(*parts)


def cardboard_box(family: str, height: float, p: Array) -> Mesh:
    """Return a box with a lid or a plain one."""
    if family == "flat":
        height *= 0.6
        width, depth = height * mix(2.2, 3.4, p[0]), height * mix(1.5, 2.2, p[1])
    elif family == "tall":
        height *= 1.35
        width, depth = height * mix(0.55, 0.75, p[0]), height * mix(0.22, 0.4, p[1])
    else:
        width, depth = height * mix(0.85, 1.2, p[0]), height * mix(0.8, 1.1, p[1])
    bevel = 0.004
    if p[2] < 0.4:
        lid = height * 0.28
        lower = box((width, depth, height - lid), BODY, bevel).moved((0, 0, -lid / 2))
        upper = box((width * 1.04, depth * 1.04, lid), RIM, bevel)
        return merge(lower, upper.moved((0, 0, (height - lid) / 2)))
    return box((width, depth, height), BODY, bevel)


def book(family: str, height: float, p: Array) -> Mesh:
    """Return a closed book that lies on its back cover."""
    thick = height * (0.7 if family == "thin" else 1.2)
    width, length = mix(0.11, 0.15, p[0]), mix(0.16, 0.21, p[1])
    cover = 0.0025
    pages = box((width * 0.95, length * 0.94, thick - 2 * cover), INSIDE).moved((0.002, 0, 0))
    top = box((width, length, cover), BODY).moved((0, 0, (thick - cover) / 2))
    bottom = box((width, length, cover), MAIN).moved((0, 0, -(thick - cover) / 2))
    angles = np.linspace(np.pi / 2, 3 * np.pi / 2, 7)
    spine = np.stack([0.006 * np.cos(angles), thick / 2 * np.sin(angles)], 1)
    outline = [(float(x) - width / 2 + 0.001, float(z)) for x, z in spine[::-1]]
    back = prism([(outline[0][0] + 0.002, outline[0][1]), *outline[::-1]][::-1], length, ACCENT)
    return merge(pages, top, bottom, back)


def jar(family: str, height: float, p: Array) -> Mesh:
    """Return a jar with a screw lid."""
    radius = height * mix(0.32, 0.45, p[0])
    lid = height * mix(0.16, 0.24, p[1])
    body = height - lid
    belly = 1.12 if family == "bellied" else 1.0
    profile = curve(
        [
            (radius * 0.9, 0.0),
            (radius * belly, 0.2 * body),
            (radius * belly, 0.7 * body),
            (radius * 0.86, body),
        ],
        12,
    )
    cover = radius * 0.92
    top = [(cover, height * 0.985), (cover * 0.92, height), (0.0, height)]
    return merge(
        lathe([(0.0, 0.0), (radius * 0.9, 0.0)], MAIN),
        lathe(profile, BODY),
        lathe([(cover, body), (cover, height * 0.985)], ACCENT),
        lathe(top, ACCENT),
    )
