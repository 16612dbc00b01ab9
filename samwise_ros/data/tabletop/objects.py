"""What lies on the tabletop and what it does: the symbolic side of a video.

A sentence is judged against these symbols, never against pixels, so that its reference is known
to be unique before anything is drawn.
"""

import random
from dataclasses import dataclass, replace
from typing import Literal

Motion = Literal[
    "still", "left", "right", "towards", "away", "lifted", "enters", "leaves", "behind"
]
Size = Literal["small", "medium", "large", "varying"]

SHAPES = ("ball", "cube", "cup", "bottle", "book", "star", "ring", "cone")
COLOURS = ("red", "orange", "yellow", "green", "blue", "purple", "white", "black")
_SIZES: tuple[Size, ...] = ("small", "medium", "large")
# Diameter as a fraction of the image's width. The gaps between the ranges keep "small" and
# "large" true at a glance; a varying size is that of the nearest moment of the video.
_DIAMETERS: dict[Size, tuple[float, float]] = {
    "small": (0.145, 0.165),
    "medium": (0.205, 0.23),
    "large": (0.28, 0.315),
    "varying": (0.28, 0.315),
}
_WEIGHTS: dict[Motion, float] = {
    "left": 0.19,
    "right": 0.19,
    "towards": 0.11,
    "away": 0.11,
    "lifted": 0.13,
    "enters": 0.11,
    "leaves": 0.09,
    "behind": 0.07,
}
_SHORT_MOTIONS: tuple[Motion, ...] = ("left", "right", "towards", "away", "lifted")
#: Fewer frames than this show no motion that a sentence could name.
MOTION_FRAMES = 4


@dataclass(frozen=True)
class TabletopObject:
    """One object, in symbols.

    Attributes:
        shape: one of ``SHAPES``.
        colour: one of ``COLOURS``.
        size: ``varying`` for an object that comes nearer or goes farther.
        motion: what it does during the video.
        diameter: fraction of the image's width.
        drift: motions that somebody might also see in it; a sentence that names one of them is
            not used for another object.
        onset: when it begins to do it, a fraction of the video; it rests until then.
    """

    shape: str
    colour: str
    size: Size
    motion: Motion
    diameter: float
    drift: frozenset[str] = frozenset()
    onset: float = 0.0


def draw_cast(rng: random.Random, count: int, frames: int) -> list[TabletopObject]:
    """Choose the objects of one video, no two of them alike in every attribute.

    Args:
        rng: where chance comes from.
        count: how many objects.
        frames: length of the video; a short one holds neither late objects nor occlusion.

    Returns:
        The objects. One that moves ``behind`` comes right after the still object that hides it.
    """
    cast: list[TabletopObject] = []
    while len(cast) < count:
        candidate = _variation(rng, cast, frames) if cast and rng.random() < 0.6 else None
        candidate = candidate or _anything(rng, cast, frames)
        if not any(_alike(candidate, other, frames) for other in cast):
            cast.append(candidate)
    return _with_occluder(rng, cast, frames)


def with_onsets(
    rng: random.Random, cast: list[TabletopObject], share: float
) -> list[TabletopObject]:
    """Let a share of the objects that act begin late."""
    return [
        replace(item, onset=rng.uniform(0.35, 0.6))
        if item.motion in _SHORT_MOTIONS and rng.random() < share
        else item
        for item in cast
    ]


def _anything(rng: random.Random, cast: list[TabletopObject], frames: int) -> TabletopObject:
    """An object drawn afresh."""
    return _made(
        rng,
        rng.choice(SHAPES),
        rng.choice(COLOURS),
        rng.choice(_SIZES),
        _motion(rng, cast, frames),
    )


def _variation(rng: random.Random, cast: list[TabletopObject], frames: int) -> TabletopObject:
    """A distractor: an earlier object with one attribute changed."""
    model = rng.choice(cast)
    # Late objects and occlusion are rationed, so their motion is not copied.
    rationed = model.motion in ("enters", "leaves", "behind")
    motion: Motion = _motion(rng, cast, frames) if rationed else model.motion
    shape, colour, size = model.shape, model.colour, model.size
    change = rng.choice(("shape", "shape", "colour", "size", "motion"))
    if change == "shape":
        shape = rng.choice(SHAPES)
    elif change == "colour":
        colour = rng.choice(COLOURS)
    elif change == "size":
        size = rng.choice(_SIZES)
    else:
        motion = _motion(rng, cast, frames)
    return _made(rng, shape, colour, size, motion)


def _made(
    rng: random.Random, shape: str, colour: str, size: Size, motion: Motion
) -> TabletopObject:
    """Make the size agree with the motion and measure it out."""
    if motion in ("towards", "away"):
        size = "varying"
    elif size == "varying" or (motion == "behind" and size == "large"):
        size = "medium"
    return TabletopObject(shape, colour, size, motion, rng.uniform(*_DIAMETERS[size]))


def _motion(rng: random.Random, cast: list[TabletopObject], frames: int) -> Motion:
    """Half of the objects stay still; at most two come or go and one is hidden."""
    if rng.random() < 0.48:
        return "still"
    if frames < MOTION_FRAMES:
        return rng.choice(_SHORT_MOTIONS)
    motion = rng.choices(tuple(_WEIGHTS), tuple(_WEIGHTS.values()))[0]
    late = sum(other.motion in ("enters", "leaves") for other in cast)
    hidden = sum(other.motion == "behind" for other in cast)
    if (motion in ("enters", "leaves") and late >= 2) or (motion == "behind" and hidden):
        return "left" if rng.random() < 0.5 else "right"
    return motion


def _alike(one: TabletopObject, other: TabletopObject, frames: int) -> bool:
    """Whether no sentence could tell the two apart."""
    same_look = (one.shape, one.colour) == (other.shape, other.colour) and (
        one.size == other.size or "varying" in (one.size, other.size)
    )
    return same_look and (frames < MOTION_FRAMES or one.motion == other.motion)


def _with_occluder(
    rng: random.Random, cast: list[TabletopObject], frames: int
) -> list[TabletopObject]:
    """Put a large still object before the one that moves behind it, if there is one."""
    hidden = next((item for item in cast if item.motion == "behind"), None)
    if hidden is None:
        return cast
    rest = [item for item in cast if item is not hidden]
    cover = replace(rest[0], size="large", motion="still", diameter=rng.uniform(0.28, 0.315))
    # A ring would not hide what passes behind it.
    cover = replace(cover, shape="cube") if cover.shape == "ring" else cover
    rest = [item for item in rest[1:] if not _alike(item, cover, frames)]
    if _alike(cover, hidden, frames):
        return [cover, *rest]
    return [cover, hidden, *rest]
