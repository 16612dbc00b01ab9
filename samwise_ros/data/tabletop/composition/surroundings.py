"""Draws the place, the lights and the camera."""

from typing import Literal

import numpy as np

from samwise_ros.data.tabletop.composition.geometry import Array, look_at
from samwise_ros.data.tabletop.composition.things import pick
from samwise_ros.data.tabletop.description import Light, Place, PlaceKind, Split
from samwise_ros.data.tabletop.textures.places import SURFACES, UNSEEN, WALLS

Mount = Literal["fixed", "drifting", "base", "wrist"]


def draw_place(rng: np.random.Generator, split: Split) -> Place:
    """Draw a table, a floor or a shelf."""
    kind: PlaceKind = pick(rng, ("table", "table", "table", "floor", "shelf"))
    surface = pick(rng, SURFACES)
    if split == "unseen" and rng.random() < 0.6:
        surface = pick(rng, UNSEEN)
    x, y = float(rng.uniform(0.5, 0.9)), float(rng.uniform(0.42, 0.7))
    if kind == "floor":
        x, y = 2.0, 2.0
    if kind == "shelf":
        x, y = float(rng.uniform(0.55, 0.8)), 0.36
    seed = int(rng.integers(1 << 31))
    clutter = int(rng.integers(2, 9))
    return Place(kind, surface, pick(rng, WALLS), (round(x, 3), round(y, 3)), clutter, seed)


def draw_lights(rng: np.random.Generator) -> tuple[Light, ...]:
    """Draw one to three lamps; the first casts shadows, in some scenes also the second."""
    lights = []
    strength = float(rng.uniform(0.65, 1.0))
    for number in range(int(rng.integers(1, 4))):
        azimuth = float(rng.uniform(0, 2 * np.pi))
        reach = float(rng.uniform(0.2, 1.5))
        position = (reach * np.cos(azimuth), reach * np.sin(azimuth), float(rng.uniform(1.2, 2.0)))
        warmth = float(rng.uniform(-0.12, 0.12))
        power = strength if number == 0 else strength * float(rng.uniform(0.15, 0.5))
        rgb = np.clip(power * np.array([1 + warmth, 1.0, 1 - warmth]), 0, 1)
        target = rng.uniform(-0.15, 0.15, 2)
        lights.append(
            Light(
                tuple(np.round(position, 3).tolist()),
                (round(float(target[0]), 3), round(float(target[1]), 3), 0.0),
                tuple(np.round(rgb, 3).tolist()),
                number == 0 or (number == 1 and bool(rng.random() < 0.25)),
            )
        )
    return tuple(lights)


class View:
    """A camera before its motion: position, target and field of view."""

    def __init__(self, rng: np.random.Generator, place: Place, mount: Mount) -> None:
        """Draw a view 30 to 70 degrees downwards."""
        self.mount = mount
        # A shelf stands against a wall and is seen from the front.
        spread = 0.5 if place.kind == "shelf" else np.pi
        self.azimuth = float(rng.uniform(-spread, spread)) - np.pi / 2
        self.down = np.radians(
            float(rng.uniform(48, 66) if mount == "wrist" else rng.uniform(30, 68))
        )
        self.distance = float(
            rng.uniform(0.5, 0.6) if mount == "wrist" else rng.uniform(0.62, 1.05)
        )
        self.fov_y_deg = round(
            float(rng.uniform(46, 58) if mount == "wrist" else rng.uniform(34, 52)), 2
        )
        self.target = np.array([*rng.uniform(-0.04, 0.04, 2), 0.02])
        self.roll = float(rng.normal(0, 0.02))

    def pose(self, azimuth: float = 0.0, down: float = 0.0, distance: float = 1.0) -> Array:
        """Return the pose after changes of angle, radians, and of distance, a factor."""
        angle, tilt = self.azimuth + azimuth, self.down + down
        offset = np.array(
            [np.cos(angle) * np.cos(tilt), np.sin(angle) * np.cos(tilt), np.sin(tilt)]
        )
        position = self.target + self.distance * distance * offset
        return look_at(position, self.target, self.roll)

    def path(self, rng: np.random.Generator, frames: int) -> Array:
        """Return poses of a fixed, drifting or moving camera: (T, 4, 4)."""
        time = np.arange(frames) / 10
        if self.mount == "fixed":
            return np.repeat(self.pose()[None], frames, axis=0)
        phases = rng.uniform(0, 2 * np.pi, 3)
        if self.mount == "drifting":
            sway = 0.03 * np.sin(2 * np.pi * time[:, None] / rng.uniform(2, 6, 3) + phases)
            return np.stack([self.pose(a, b, 1 + 0.6 * c) for a, b, c in sway])
        # A mobile base: an arc around the table, or towards it, with a start and a stop.
        turn = float(rng.uniform(-0.5, 0.5)) * min(1.0, frames / 30)
        away = float(rng.uniform(-0.18, 0.22)) * min(1.0, frames / 30)
        share = 0.5 - 0.5 * np.cos(np.pi * np.clip(time / max(time[-1], 0.1), 0, 1))
        jolt = 0.004 * np.sin(2 * np.pi * time * 2.3 + phases[0])
        return np.stack(
            [
                self.pose(turn * (s - 0.5), j, 1 + away * (s - 0.5))
                for s, j in zip(share, jolt, strict=True)
            ]
        )


def draw_exposure(rng: np.random.Generator, frames: int) -> Array:
    """Return the gain of each frame: a random level that varies slowly."""
    level = float(rng.uniform(0.82, 1.18))
    wave = 0.03 * np.sin(np.arange(frames) / rng.uniform(6, 25) + rng.uniform(0, 6))
    return np.asarray(np.round(level * (1 + wave), 4))
