"""Draws the description of a video from its split and number."""

import zlib
from dataclasses import replace
from typing import get_args

import numpy as np

from samwise_ros.data.tabletop.agents.paths import plan
from samwise_ros.data.tabletop.composition.geometry import Array, look_at
from samwise_ros.data.tabletop.composition.scenarios import SCENARIOS, write_more
from samwise_ros.data.tabletop.composition.stage import NoRoomError, Stage
from samwise_ros.data.tabletop.composition.surroundings import (
    Mount,
    View,
    draw_exposure,
    draw_lights,
    draw_place,
)
from samwise_ros.data.tabletop.composition.things import pick
from samwise_ros.data.tabletop.description import (
    Agent,
    CameraPath,
    Place,
    SceneDescription,
    Split,
)

_LENGTHS = {
    "events": (64, 80, 96),
    "past": (48, 64, 80, 96),
}
_ANY_LENGTH = (8, 8, 12, 16, 16, 24, 32, 48, 64, 96)
_EVENTS = ("return", "return", "hide", "late", "fast", "arrive")


def describe(split: Split, index: int, frames: int | None = None) -> SceneDescription:
    """Return the description of a video; the same arguments return the same one.

    Args:
        split: the split; splits share no seed.
        index: number of the video.
        frames: number of frames; drawn from 8 to 96 by default.

    Raises:
        ValueError: the split is unknown, or a number is out of range.
    """
    if split not in get_args(Split):
        raise ValueError(f"expected a split of {', '.join(get_args(Split))}, got {split!r}")
    if index < 0 or (frames is not None and not 8 <= frames <= 96):
        raise ValueError(f"expected an index from 0 and 8 to 96 frames, got {index}, {frames}")
    attempt = 0
    while True:
        seed = [zlib.crc32(split.encode()), index, attempt]
        try:
            return _draw(np.random.default_rng(seed), split, index, frames)
        except NoRoomError:
            attempt += 1


def _draw(
    rng: np.random.Generator, split: Split, index: int, frames: int | None
) -> SceneDescription:
    count = pick(rng, _LENGTHS.get(split, _ANY_LENGTH)) if frames is None else frames
    name = _scenario(rng, split, count)
    scenario = SCENARIOS[name]
    place = draw_place(rng, split)
    mounts: tuple[Mount, ...] = ("fixed", "fixed", "drifting", "drifting", "base")
    if name in ("still", "push", "carry", "roll", "stack", "twins"):
        mounts = (*mounts, "wrist")
    mount = pick(rng, mounts)
    view = View(rng, place, mount)
    bases = _bases(rng, view, name, place)
    poses = view.path(rng, count) if mount != "wrist" else view.pose()[None]
    stage = Stage(rng, poses, view.fov_y_deg, bases)
    scenario.write(stage, split)
    _shift(stage, rng, count, scenario.rest)
    if not scenario.rest:
        write_more(stage, split, count)
    used = {action.agent for action in stage.script}
    shown: dict[Agent, tuple[float, float, float]] = {
        agent: base
        for agent, base in bases.items()
        if agent in used or (agent == "arm" and (mount == "wrist" or rng.random() < 0.3))
    }
    away = [thing.position_m for thing in stage.things]
    away += [action.to_m for action in stage.script if action.to_m and action.kind == "roll"]
    half = np.maximum(np.abs(np.array(away)[:, :2]).max(axis=0) + 0.08, place.half_size_m)
    place = replace(place, half_size_m=(round(float(half[0]), 3), round(float(half[1]), 3)))
    camera = CameraPath(
        mount,
        view.fov_y_deg,
        poses,
        round(float(rng.uniform(0.5, 5)), 2),
        draw_exposure(rng, count),
        round(float(rng.uniform(0, 0.0028)), 5),
    )
    script = tuple(sorted(stage.script, key=lambda action: action.start))
    description = SceneDescription(
        split,
        index,
        name,
        count,
        tuple(stage.things),
        place,
        draw_lights(rng),
        camera,
        script,
        shown,
        round(float(rng.uniform(0.2, 0.42)), 3),
        int(rng.integers(1 << 31)),
    )
    if mount == "wrist":
        poses = _wrist_poses(description, view)
        description = replace(description, camera=replace(camera, poses=poses))
    return description


def _scenario(rng: np.random.Generator, split: Split, frames: int) -> str:
    if split == "past":
        return "twins"
    if split == "events":
        return pick(rng, _EVENTS)
    fitting = [name for name, scenario in SCENARIOS.items() if scenario.frames <= frames]
    return pick(rng, fitting)


def _shift(stage: Stage, rng: np.random.Generator, frames: int, rest: int) -> None:
    """Move the script in time, so that the video shows a part of it, or all and some rest."""
    if not stage.script:
        return
    last = max(action.stop for action in stage.script if action.kind != "retreat")
    if last + rest <= frames:
        late = 0 if rest else int(rng.integers(0, max(1, min(10, frames - stage.time + 1))))
        if rest:
            late = int(rng.integers(0, frames - rest - last + 1))
        shift = late
    elif rest:
        shift = frames - rest - last
    else:
        # The middle of an action other than reaching is inside the video.
        acts = [action for action in stage.script if action.kind not in ("reach", "retreat")]
        shown = pick(rng, acts)
        middle = (shown.start + shown.stop) // 2
        shift = frames // 2 - middle + int(rng.integers(-frames // 4, frames // 4 + 1))
        shift = int(np.clip(shift, frames - stage.time, 0))
    stage.script = [
        replace(action, start=action.start + shift, stop=action.stop + shift)
        for action in stage.script
        if action.start + shift < frames
    ]
    stage.time += shift


def _bases(
    rng: np.random.Generator, view: View, scenario: str, place: Place
) -> dict[Agent, tuple[float, float, float]]:
    """Return where the arm stands and where the hand comes from, on different sides."""
    if view.mount == "wrist":  # the arm comes from the far side, the camera is in front of it
        return {"arm": _base(view.azimuth + np.pi, 0.62)}
    # The arm does not stand between the camera and the things.
    sides = [1.2, 1.7, 2.3, 2.9, -1.2, -1.7, -2.3, -2.9]
    if place.kind == "shelf":  # there is a wall behind it
        sides = [1.1, 1.5, -1.1, -1.5]
    first = view.azimuth + pick(rng, sides) + float(rng.normal(0, 0.1))
    second = view.azimuth + pick(rng, (*sides, 0.7, -0.7))
    while abs((second - first + np.pi) % (2 * np.pi) - np.pi) < 0.7:
        second = view.azimuth + pick(rng, (*sides, 0.7, -0.7))
    bases: dict[Agent, tuple[float, float, float]] = {}
    if scenario == "hand over" or rng.random() < 0.65:
        bases["arm"] = _base(first, float(rng.uniform(0.52, 0.66)))
    if scenario == "hand over" or not bases or rng.random() < 0.4:
        x, y, _ = _base(second, 1.05)
        bases["hand"] = (x, y, 0.22)
    return bases


def _base(azimuth: float, reach: float) -> tuple[float, float, float]:
    return (
        round(reach * float(np.cos(azimuth)), 4),
        round(reach * float(np.sin(azimuth)), 4),
        0.0,
    )


def _wrist_poses(description: SceneDescription, view: View) -> Array:
    """Return poses of a camera that looks past the gripper, and follows it."""
    path = plan(description).paths["arm"]
    tips = path.at(np.arange(description.frames))[:, :3]
    start = view.pose()
    offset = start[:3, 3] - path.points[0][:3]
    gaze = view.target - path.points[0][:3]
    # The camera follows a part of the gripper's motion, as on the forearm above the wrist.
    moved = (tips - path.points[0][:3]) * [0.6, 0.6, 0.3]
    return np.stack(
        [
            look_at(path.points[0][:3] + m + offset, path.points[0][:3] + m + gaze, view.roll)
            for m in moved
        ]
    )
