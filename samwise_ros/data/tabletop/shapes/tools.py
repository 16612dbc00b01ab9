"""Spoons, screwdrivers, hammers and toy blocks."""

import itertools

import numpy as np

from samwise_ros.data.tabletop.shapes.crockery import curve, mix
from samwise_ros.data.tabletop.shapes.mesh import (
    ACCENT,
    BODY,
    Array,
    Mesh,
    box,
    lathe,
    merge,
    prism,
    sweep,
)

_ALONG_X = np.array([[0.0, 0.0, 1.0], [0.0, 1.0, 0.0], [-1.0, 0.0, 0.0]])
"""Turns a thing that was made along z, so that it lies along x."""


def spoon(family: str, height: float, p: Array) -> Mesh:
    """Return a spoon that lies on its back."""
    length = mix(0.15, 0.2, p[0])
    width = mix(0.02, 0.026, p[1])
    stretch = 1.5 if family == "oval" else 1.15
    shell = curve([(0.0, 0.0), (width * 0.65, 0.15 * height), (width, 0.62 * height)], 8)
    hollow = shell[::-1] * [0.93, 1.0] + [0.0, 0.1 * height]
    bowl = merge(lathe(shell, BODY), lathe(hollow, BODY)).scaled((stretch, 1, 1))
    x = np.linspace(stretch * width * 0.9, length, 9)
    share = np.linspace(0, 1, 9)
    path = np.stack([x, 0 * x, height * (0.62 + 0.3 * np.sin(np.pi * share * 0.9))], 1)
    radius = np.interp(share, [0, 0.3, 1], [0.16, 0.13, 0.22]) * height
    return merge(bowl, sweep(path, radius, BODY, flat=1.9, sides=8))


def screwdriver(family: str, height: float, p: Array) -> Mesh:
    """Return a screwdriver that lies along x."""
    handle = mix(0.085, 0.11, p[0]) if family == "long" else mix(0.06, 0.07, p[0])
    shank = mix(0.09, 0.14, p[1]) if family == "long" else mix(0.04, 0.06, p[1])
    radius = height / 2
    grip = curve(
        [
            (radius * 0.55, 0.0),
            (radius, 0.15 * handle),
            (radius * 0.9, 0.6 * handle),
            (radius * 0.55, 0.85 * handle),
            (radius * 0.6, handle),
        ],
        12,
    )
    closed = np.concatenate([[[0.0, 0.0]], grip, [[0.0, handle]]])
    steel = [(radius * 0.2, handle), (radius * 0.2, handle + shank * 0.85)]
    tip = [(radius * 0.2, 0.0), (radius * 0.26, 0.1 * shank), (0.0, 0.16 * shank)]
    blade = lathe(tip, ACCENT, sides=8).scaled((1, 0.35, 1)).moved((0, 0, handle + 0.84 * shank))
    whole = merge(lathe(closed, BODY, sides=12), lathe(steel, ACCENT, sides=10), blade)
    return whole.moved((0, 0, 0), _ALONG_X)


def hammer(family: str, height: float, p: Array) -> Mesh:
    """Return a hammer that lies along x."""
    length = mix(0.19, 0.25, p[0])
    x = np.linspace(0, length, 9)
    radius = np.interp(x / length, [0, 0.25, 0.5, 1], [0.42, 0.5, 0.36, 0.32]) * height
    grip = sweep(np.stack([x, 0 * x, 0 * x], 1), radius, BODY, flat=0.8, sides=10)
    head = mix(0.075, 0.1, p[1])
    if family == "mallet":
        face = curve([(height * 0.72, 0.0), (height * 0.8, 0.1 * head), (height * 0.72, head)], 5)
        ends = np.concatenate([[[0.0, 0.0]], face, [[0.0, head]]])
        turn = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, -1.0, 0.0]])
        return merge(grip, lathe(ends, ACCENT).moved((length, -head / 2, 0), turn))
    block = box((height * 0.9, head * 0.45, height), ACCENT, 0.003)
    poll = lathe([(height * 0.55, 0.0), (height * 0.55, head * 0.2), (0, head * 0.2)], ACCENT)
    turn = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, -1.0, 0.0]])
    claws = []
    for side in (-1, 1):
        bent = curve([(0.0, 0.0), (head * 0.3, -0.05 * height), (head * 0.5, -0.3 * height)], 5)
        path = np.stack(
            [0 * bent[:, 0] + side * height * 0.25, -head * 0.2 - bent[:, 0], bent[:, 1]], 1
        )
        claws.append(sweep(path, np.linspace(0.32, 0.12, 5) * height, ACCENT, flat=0.6, sides=6))
    whole = merge(block, poll.moved((0, head * 0.2, 0), turn), *claws)
    return merge(grip, whole.moved((length, 0, 0)))


def block(family: str, height: float, p: Array) -> Mesh:
    """Return a toy block."""
    bevel = height * mix(0.03, 0.09, p[0])
    if family == "cube":
        return box((height, height, height), BODY, bevel)
    if family == "brick":
        return box((height * mix(1.7, 2.2, p[1]), height, height * 0.9), BODY, bevel)
    if family == "prism":
        half = height * mix(0.5, 0.75, p[1])
        return prism([(-half, 0.0), (half, 0.0), (0.0, height)], height, BODY)
    width, inner = height * 1.9, height * mix(0.45, 0.6, p[1])
    angles = np.linspace(np.pi, 0, 11)
    parts = []
    for first, second in itertools.pairwise(angles):
        low = [(inner * float(np.cos(a)), inner * float(np.sin(a))) for a in (first, second)]
        high = [(width / 2 * float(np.cos(a)), height) for a in (first, second)]
        parts.append(prism([low[0], low[1], high[1], high[0]], height, BODY))
    for side in (-1, 1):
        leg = [(side * inner, 0.0), (side * width / 2, 0.0), (side * width / 2, height)]
        parts.append(prism(leg[::side], height, BODY))
    return merge(*parts)
