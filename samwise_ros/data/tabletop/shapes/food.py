"""Fruit and balls."""

import numpy as np

from samwise_ros.data.tabletop.shapes.crockery import curve, mix
from samwise_ros.data.tabletop.shapes.mesh import ACCENT, BODY, Array, Mesh, lathe, merge, sweep


def ball(_family: str, height: float, _p: Array) -> Mesh:
    """Return a ball."""
    angles = np.linspace(-np.pi / 2, np.pi / 2, 15)
    return lathe(height / 2 * np.stack([np.cos(angles), np.sin(angles)], 1), BODY)


def banana(_family: str, height: float, p: Array) -> Mesh:
    """Return a banana that lies on its side."""
    arc = mix(1.2, 1.9, p[0])
    bend = mix(0.075, 0.095, p[1])
    angles = np.linspace(-arc / 2, arc / 2, 14)
    path = bend * np.stack([np.sin(angles), 1 - np.cos(angles), 0 * angles], 1)
    share = np.linspace(-1, 1, 14)
    radius = height / 2 * np.clip(1 - np.abs(share) ** 5 * 0.72, 0.2, 1)
    ends = []
    for end, before in ((0, 1), (13, 12)):
        step = path[end] - path[before]
        tip = np.linspace(path[end], path[end] + step * (1.3 if end else 0.5), 3)
        ends.append(sweep(tip, height * 0.13, ACCENT, sides=6))
    return merge(sweep(path, radius, BODY, sides=7, flat=0.9), *ends)


def _stem(top: float, length: float, radius: float) -> Mesh:
    path = np.array([[0, 0, top], [0.1 * length, 0, top + length / 2], [0.3 * length, 0, top]])
    path[2, 2] = top + length
    return sweep(path, radius, ACCENT, up=(0, 1, 0), sides=6)


def apple(family: str, height: float, p: Array) -> Mesh:
    """Return an apple with a stem."""
    radius = height * (0.5 if family == "tall" else 0.56) * mix(0.94, 1.06, p[0])
    tall = height * 0.9
    profile = curve(
        [
            (0.0, 0.08 * tall),
            (radius * 0.35, 0.0),
            (radius * 0.8, 0.22 * tall),
            (radius, 0.6 * tall),
            (radius * 0.72, 0.93 * tall),
            (radius * 0.3, tall),
            (0.0, 0.88 * tall),
        ],
        18,
    )
    return merge(lathe(profile, BODY), _stem(0.86 * tall, 0.2 * height, 0.02 * height))


def pear(_family: str, height: float, p: Array) -> Mesh:
    """Return a pear with a stem."""
    tall = height * 0.9
    radius = height * mix(0.36, 0.42, p[0])
    profile = curve(
        [
            (0.0, 0.03 * tall),
            (radius * 0.5, 0.0),
            (radius, 0.3 * tall),
            (radius * 0.62, 0.68 * tall),
            (radius * 0.38, 0.92 * tall),
            (0.0, tall),
        ],
        18,
    )
    return merge(lathe(profile, BODY), _stem(0.97 * tall, 0.15 * height, 0.02 * height))


def lemon(_family: str, height: float, p: Array) -> Mesh:
    """Return a lemon that lies on its side."""
    length = height * mix(1.25, 1.45, p[0])
    profile = curve(
        [
            (0.0, 0.0),
            (height * 0.09, 0.05 * length),
            (height * 0.42, 0.25 * length),
            (height * 0.5, 0.5 * length),
            (height * 0.42, 0.76 * length),
            (height * 0.1, 0.95 * length),
            (0.0, length),
        ],
        18,
    )
    return lathe(profile, BODY).moved(
        (0, 0, 0), np.array([[0.0, 0.0, 1.0], [0.0, 1.0, 0.0], [-1.0, 0.0, 0.0]])
    )
