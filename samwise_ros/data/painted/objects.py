"""The objects of a painted video and their motions, as symbols.

A sentence is checked against these symbols, not against pixels. It is known to identify one object
before anything is drawn.
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
# Diameter as a fraction of the image's width. Gaps between the ranges keep "small" and "large"
# unambiguous. A varying size is the size at the nearest point of the track.
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
#: Smallest number of frames of a video whose sentences name a motion.
MOTION_FRAMES = 4


@dataclass(frozen=True)
class PaintedObject:
    """One object and its motion.

    Attributes:
        shape: one of ``SHAPES``.
        colour: one of ``COLOURS``.
        size: ``varying`` for an object that moves towards the camera or away from it.
        motion: motion during the video.
        diameter: fraction of the image's width.
        ambiguous_motions: motions that a viewer might also see; no sentence uses one of them to
            identify another object.
        onset: start of the motion as a fraction of the video; the object rests until then.
    """

    shape: str
    colour: str
    size: Size
    motion: Motion
    diameter: float
    ambiguous_motions: frozenset[str] = frozenset()
    onset: float = 0.0


def draw_objects(rng: random.Random, count: int, frames: int) -> list[PaintedObject]:
    """Draw the objects of one video; no two share every attribute.

    Args:
        rng: source of randomness.
        count: number of objects.
        frames: length of the video; a short one has neither late objects nor occlusion.

    Returns:
        The objects. An object that moves ``behind`` follows the still object that hides it.
    """
    objects: list[PaintedObject] = []
    while len(objects) < count:
        candidate = (
            _random_variant(rng, objects, frames) if objects and rng.random() < 0.6 else None
        )
        candidate = candidate or _random_object(rng, objects, frames)
        if not any(_indistinguishable(candidate, other, frames) for other in objects):
            objects.append(candidate)
    return _with_occluder(rng, objects, frames)


def with_onsets(
    rng: random.Random, objects: list[PaintedObject], share: float
) -> list[PaintedObject]:
    """Delay the motion of a fraction of the moving objects."""
    return [
        replace(item, onset=rng.uniform(0.35, 0.6))
        if item.motion in _SHORT_MOTIONS and rng.random() < share
        else item
        for item in objects
    ]


def _random_object(rng: random.Random, objects: list[PaintedObject], frames: int) -> PaintedObject:
    """Return an object with independent random attributes."""
    return _build(
        rng,
        rng.choice(SHAPES),
        rng.choice(COLOURS),
        rng.choice(_SIZES),
        _motion(rng, objects, frames),
    )


def _random_variant(rng: random.Random, objects: list[PaintedObject], frames: int) -> PaintedObject:
    """Return a distractor: an earlier object with one attribute changed."""
    model = rng.choice(objects)
    # The number of late and hidden objects is limited, so their motion is not copied.
    limited = model.motion in ("enters", "leaves", "behind")
    motion: Motion = _motion(rng, objects, frames) if limited else model.motion
    shape, colour, size = model.shape, model.colour, model.size
    change = rng.choice(("shape", "shape", "colour", "size", "motion"))
    if change == "shape":
        shape = rng.choice(SHAPES)
    elif change == "colour":
        colour = rng.choice(COLOURS)
    elif change == "size":
        size = rng.choice(_SIZES)
    else:
        motion = _motion(rng, objects, frames)
    return _build(rng, shape, colour, size, motion)


def _build(
    rng: random.Random, shape: str, colour: str, size: Size, motion: Motion
) -> PaintedObject:
    """Return an object whose size is consistent with its motion, with a random diameter."""
    if motion in ("towards", "away"):
        size = "varying"
    elif size == "varying" or (motion == "behind" and size == "large"):
        size = "medium"
    return PaintedObject(shape, colour, size, motion, rng.uniform(*_DIAMETERS[size]))


def _motion(rng: random.Random, objects: list[PaintedObject], frames: int) -> Motion:
    """Draw a motion: about half stay still; at most two enter or leave, and one is hidden."""
    if rng.random() < 0.48:
        return "still"
    if frames < MOTION_FRAMES:
        return rng.choice(_SHORT_MOTIONS)
    motion = rng.choices(tuple(_WEIGHTS), tuple(_WEIGHTS.values()))[0]
    late = sum(other.motion in ("enters", "leaves") for other in objects)
    hidden = sum(other.motion == "behind" for other in objects)
    if (motion in ("enters", "leaves") and late >= 2) or (motion == "behind" and hidden):
        return "left" if rng.random() < 0.5 else "right"
    return motion


def _indistinguishable(first: PaintedObject, second: PaintedObject, frames: int) -> bool:
    """Return whether no sentence could distinguish the two objects."""
    same_look = (first.shape, first.colour) == (second.shape, second.colour) and (
        first.size == second.size or "varying" in (first.size, second.size)
    )
    return same_look and (frames < MOTION_FRAMES or first.motion == second.motion)


def _with_occluder(
    rng: random.Random, objects: list[PaintedObject], frames: int
) -> list[PaintedObject]:
    """Place a large still object before the object that moves behind it, if there is one."""
    hidden = next((item for item in objects if item.motion == "behind"), None)
    if hidden is None:
        return objects
    rest = [item for item in objects if item is not hidden]
    cover = replace(
        rest[0], size="large", motion="still", diameter=rng.uniform(*_DIAMETERS["large"])
    )
    # A ring would not hide the passing object.
    cover = replace(cover, shape="cube") if cover.shape == "ring" else cover
    rest = [item for item in rest[1:] if not _indistinguishable(item, cover, frames)]
    if _indistinguishable(cover, hidden, frames):
        return [cover, *rest]
    return [cover, hidden, *rest]
