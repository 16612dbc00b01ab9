"""The scene of a trial: things, table, lights and camera, drawn from a seed.

Things, places and looks are those of the tabletop world, at `SCALE`: the size of toys, which fit
between the fingers of the SO-101. Descriptions keep the tabletop's units, so that images look the
same; `to_base` and `SCALE` convert to the metres of the robot.
"""

import zlib
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from samwise_ros.data.tabletop.catalogue import KINDS, PAINTS
from samwise_ros.data.tabletop.composition.geometry import look_at, matrix
from samwise_ros.data.tabletop.composition.surroundings import draw_exposure, draw_lights
from samwise_ros.data.tabletop.composition.things import draw_look, draw_thing, pick, radius, rest
from samwise_ros.data.tabletop.description import (
    CameraPath,
    Place,
    SceneDescription,
    Split,
    Thing,
)
from samwise_ros.data.tabletop.textures.places import SURFACES, WALLS
from samwise_ros.sim.so101 import fingertip_rise

Array = NDArray[np.float64]

SCALE = 0.3
"""Metres of the robot for one metre of the tabletop."""
CENTRE_M = np.array([0.245, 0.0, 0.0])
"""Origin of the tabletop in the frame of the arm's foot, metres of the robot."""
AREA_M = (0.08, 0.12)
"""Half extent of the area of the things, along x and y, metres of the robot."""
TRAY_M = (0.04, 0.25)
"""Centre of the tray in the frame of the arm's foot, metres of the robot."""
TRAY_HALF_M = (0.085, 0.08, 0.015)
"""Half extent of the tray, metres of the robot."""
MAX_WIDTH_M = 0.05
"""Largest width that the gripper takes, metres of the robot."""

PICKABLE = tuple(kind for kind in KINDS if kind != "hammer")
"""Kinds of things. The handle of a hammer of this size is thinner than the gap that the closed
fingers leave, so that the arm cannot feel whether it holds the hammer."""
LEAST, MOST = 5, 8
"""Number of things."""
FRAMES = 8
_GAP_M = 0.022
_LOWEST_M = 0.002
_TRIES, _LAYOUTS = 20, 10


@dataclass(frozen=True)
class Trial:
    """What a seed determines.

    Attributes:
        description: the scene, in the tabletop's units.
        target: index of the thing that has a distractor.
        distractor: index of the thing that shares all attributes with it but the colour.
    """

    description: SceneDescription
    target: int
    distractor: int


def to_base(points: ArrayLike) -> Array:
    """Convert points of the tabletop to the frame of the arm's foot, metres of the robot."""
    return np.asarray(CENTRE_M + SCALE * np.asarray(points, np.float64))


def to_tabletop(points_m: ArrayLike) -> Array:
    """Convert points of the robot to the tabletop; see `to_base`."""
    return np.asarray((np.asarray(points_m, np.float64) - CENTRE_M) / SCALE)


def width_m(thing: Thing) -> float:
    """Return the smallest horizontal extent of a thing as it rests, metres of the robot."""
    rotation = matrix(thing.orientation)
    level = np.abs(rotation[2]) < 0.5
    return float(np.array(thing.dimensions_m)[level].min()) * SCALE


def fits_gripper(thing: Thing) -> bool:
    """Return whether the arm can grasp a thing from above."""
    height = float(np.abs(matrix(thing.orientation)[2]) @ np.array(thing.dimensions_m)) * SCALE
    width = width_m(thing)
    return width <= MAX_WIDTH_M and height > _LOWEST_M + fingertip_rise(width)


def draw_trial(split: Split, seed: int, kind: str | None = None) -> Trial:
    """Return the scene of a seed; the same arguments return the same scene.

    Args:
        split: splits share no seed; ``unseen`` has other shapes.
        seed: number of the trial.
        kind: kind of the target; random by default.
    """
    attempt = 0
    while True:
        rng = np.random.default_rng([zlib.crc32(f"robot/{split}".encode()), seed, attempt])
        things = _draw_things(rng, split, int(rng.integers(LEAST, MOST + 1)), kind)
        placed = _place(rng, things)
        if placed is not None:
            order = rng.permutation(len(placed))
            target, distractor = (int(np.argwhere(order == index)[0, 0]) for index in (0, 1))
            shuffled = tuple(placed[index] for index in order)
            return Trial(_describe(rng, split, seed, shuffled), target, distractor)
        attempt += 1


def _draw_things(
    rng: np.random.Generator, split: Split, count: int, kind: str | None
) -> list[Thing]:
    target = _draw_fitting(rng, split, kind)
    facts = KINDS[target.kind]
    others = [colour for colour in facts.colours if colour != target.look.colour] or PAINTS
    look = replace(draw_look(rng, split, facts, pick(rng, others)), pattern=target.look.pattern)
    if not look.secondary:
        look = replace(look, pattern="plain")
    things = [target, replace(target, look=replace(look, material=target.look.material))]
    while len(things) < count:
        shared = pick(rng, things).kind if rng.random() < 0.35 else None
        things.append(_draw_fitting(rng, split, shared))
    return things


def _draw_fitting(rng: np.random.Generator, split: Split, kind: str | None) -> Thing:
    while True:
        thing = draw_thing(rng, split, kind=kind or pick(rng, PICKABLE))
        thing = rest(rng, thing, 0.0, 0.0, upright=thing.kind in ("mug", "bowl"))
        if fits_gripper(thing):
            return thing


def _place(rng: np.random.Generator, things: list[Thing]) -> list[Thing] | None:
    """Return the things at free spots, fewer if there is no room; ``None`` if not even `LEAST`."""
    for count in range(len(things), LEAST - 1, -1):
        for _ in range(_LAYOUTS):
            spots = _spots(rng, [radius(thing) * SCALE for thing in things[:count]])
            if spots is not None:
                return [
                    replace(thing, position_m=(*spot, thing.position_m[2]))
                    for thing, spot in zip(things, spots, strict=False)
                ]
    return None


def _spots(rng: np.random.Generator, reaches_m: list[float]) -> list[tuple[float, float]] | None:
    """Return places with a gap for the fingers, in the tabletop's units."""
    spots: list[Array] = []
    for reach in reaches_m:
        room = np.maximum(np.array(AREA_M) - 0.6 * reach, 0.01)
        for _ in range(_TRIES):
            spot = rng.uniform(-room, room)
            gaps = [
                float(np.hypot(*(spot - other))) - reach - radius_m
                for other, radius_m in zip(spots, reaches_m, strict=False)
            ]
            if min(gaps, default=1.0) > _GAP_M:
                break
        else:
            return None
        spots.append(spot)
    return [(round(float(x), 4), round(float(y), 4)) for x, y in np.array(spots) / SCALE]


def _describe(
    rng: np.random.Generator, split: Split, seed: int, things: tuple[Thing, ...]
) -> SceneDescription:
    place = Place(
        "table",
        pick(rng, SURFACES),
        pick(rng, WALLS),
        (1.15, 1.25),
        int(rng.integers(0, 4)),
        int(rng.integers(1 << 31)),
    )
    # The camera stands opposite the arm and looks down on the things.
    azimuth, down = float(rng.uniform(-0.45, 0.45)), float(rng.uniform(0.9, 1.15))
    distance = float(rng.uniform(0.84, 0.92))
    offset = [np.cos(azimuth) * np.cos(down), np.sin(azimuth) * np.cos(down), np.sin(down)]
    pose = look_at(distance * np.array(offset), np.array([0.0, 0.0, 0.02]))
    camera = CameraPath(
        "fixed",
        52.0,
        np.repeat(pose[None], FRAMES, axis=0),
        round(float(rng.uniform(0.5, 3)), 2),
        draw_exposure(rng, FRAMES),
        round(float(rng.uniform(0, 0.0015)), 5),
    )
    x, y, _ = to_tabletop([0.0, 0.0, 0.0]).tolist()
    return SceneDescription(
        split,
        seed,
        "robot",
        FRAMES,
        things,
        place,
        draw_lights(rng),
        camera,
        (),
        {"arm": (x, y, 0.0)},
        round(float(rng.uniform(0.25, 0.42)), 3),
        int(rng.integers(1 << 31)),
    )
