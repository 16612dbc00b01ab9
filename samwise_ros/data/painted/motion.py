"""Plans the track of each object of a painted video.

Positions are fractions of the image's width, x to the right and y downwards from the top left. One
plan serves every resolution of the same aspect ratio.
"""

import math
import random
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from samwise_ros.data.painted.objects import PaintedObject

Curve = NDArray[np.float64]

#: The distance covered grows with the number of frames up to this length of a clip.
_FULL_CLIP = 8
_SPEED = (0.035, 0.06)
_TRIES = 14


@dataclass(frozen=True, eq=False)
class Track:
    """The track of one object.

    Attributes:
        x, y: (T,) centre of the object as it stands on the table, fractions of the width.
        scale: (T,) factor on its diameter.
        lift: (T,) height above the table as the image shows it, fraction of the width.
    """

    x: Curve
    y: Curve
    scale: Curve
    lift: Curve


def plan_tracks(
    rng: random.Random,
    objects: list[PaintedObject],
    frames: int,
    ratio: float,
    min_objects: int,
) -> tuple[list[PaintedObject], list[Track]]:
    """Plan a track for every object without crowding the table.

    Args:
        rng: source of randomness.
        objects: the objects; one that hides another stands right before it.
        frames: length of the video.
        ratio: height of the image over its width.
        min_objects: number of objects to keep even if there is no room for them.

    Returns:
        The objects that found room, with ``ambiguous_motions`` set, and their tracks.
    """
    progress = np.linspace(0.0, 1.0, frames)
    kept: list[PaintedObject] = []
    tracks: list[Track] = []
    for index, item in enumerate(objects):
        cover = (kept[-1], tracks[-1]) if item.motion == "behind" else None
        hides = index + 1 < len(objects) and objects[index + 1].motion == "behind"
        best: tuple[float, Track] | None = None
        for _ in range(_TRIES):
            track = _track(rng, item, _delayed_progress(item.onset, progress), ratio, cover)
            if hides:  # leave room on both sides for the passing object
                track = replace(track, x=np.full(frames, rng.uniform(0.4, 0.6)))
            others = list(zip(kept, tracks, strict=True))
            room = _clearance(item, track, others[:-1] if cover else others)
            if best is None or room > best[0]:
                best = (room, track)
            if room >= 0:
                break
        if best is not None and (best[0] >= 0 or len(kept) < min_objects or cover):
            kept.append(item)
            tracks.append(best[1])
    return _with_ambiguous_motions(kept, tracks), tracks


def _delayed_progress(onset: float, progress: Curve) -> Curve:
    """Return progress that rests until the onset; a short clip is not faster than without rest."""
    if onset == 0:
        return progress
    end = min(1.0, (1 - onset) * len(progress) / _FULL_CLIP)
    delayed: Curve = np.clip((progress - onset) / (1 - onset), 0, 1) * end
    return delayed


def _track(
    rng: random.Random,
    item: PaintedObject,
    progress: Curve,
    ratio: float,
    cover: tuple[PaintedObject, Track] | None,
) -> Track:
    """Return a candidate track of one object; ``progress`` (T,) goes from 0 to 1."""
    radius = item.diameter / 2
    frames = len(progress)
    steps = min(frames, _FULL_CLIP) - 1
    travel = rng.uniform(*_SPEED) * steps
    if item.motion in ("left", "right"):
        return _across(rng, item, travel, progress, ratio)
    if item.motion in ("towards", "away"):
        return _in_depth(rng, item, steps, progress, ratio)
    if item.motion == "lifted":
        rise = travel * 0.85
        low = min(radius + rise, ratio - radius)
        track = _rest(rng.uniform(radius, 1 - radius), rng.uniform(low, ratio - radius), frames)
        return replace(track, lift=rise * progress, scale=1 + 0.1 * progress)
    if item.motion in ("enters", "leaves"):
        return _late(rng, item, frames, ratio)
    if cover is not None:
        return _behind(rng, item, cover, travel, progress)
    return _rest(rng.uniform(radius, 1 - radius), rng.uniform(radius, ratio - radius), frames)


def _rest(x: float, y: float, frames: int) -> Track:
    return Track(np.full(frames, x), np.full(frames, y), np.ones(frames), np.zeros(frames))


def _across(
    rng: random.Random, item: PaintedObject, travel: float, progress: Curve, ratio: float
) -> Track:
    """Return a track to the left or right, with a slight slope."""
    radius = item.diameter / 2
    sign = -1 if item.motion == "left" else 1
    start = rng.uniform(radius, 1 - radius - travel)
    start = 1 - start if sign < 0 else start
    track = _rest(start, rng.uniform(radius, ratio - radius), len(progress))
    slope = rng.uniform(-0.12, 0.12) * travel
    y = np.clip(track.y + slope * progress, radius, ratio - radius)
    return replace(track, x=track.x + sign * travel * progress, y=y)


def _in_depth(
    rng: random.Random, item: PaintedObject, steps: int, progress: Curve, ratio: float
) -> Track:
    """Return a track in depth: nearer is larger and lower; the diameter holds at the nearest."""
    radius = item.diameter / 2
    extent = steps / (_FULL_CLIP - 1)
    smallest = rng.uniform(0.5, 0.6) ** extent
    shift = rng.uniform(0.06, 0.11) * extent
    near = progress if item.motion == "towards" else 1 - progress
    low = min(radius + shift, ratio - radius)
    track = _rest(rng.uniform(radius, 1 - radius), rng.uniform(low, ratio - radius), len(near))
    return replace(track, y=track.y - shift * (1 - near), scale=smallest ** (1 - near))


def _late(rng: random.Random, item: PaintedObject, frames: int, ratio: float) -> Track:
    """Return a track that enters from a side or from above; leaving is entering reversed."""
    radius = item.diameter / 2
    side = rng.choice(("left", "right", "above") if item.motion == "enters" else ("left", "right"))
    first = round(rng.uniform(0.3, 0.6) * frames)
    first = min(max(first, 1), frames - 2)
    moving = min(frames - first, max(3, round(0.3 * frames)))
    # 0 out of view, 1 at rest; the object becomes visible on the frame ``first``.
    entered = np.clip((np.arange(frames) - first + 1) / moving, 0, 1)
    x = rng.uniform(radius * 1.1, 0.4)
    x = 1 - x if side == "right" else x
    x = rng.uniform(radius, 1 - radius) if side == "above" else x
    y = rng.uniform(radius, ratio - radius)
    track = _rest(x, y, frames)
    # Just beyond the sprite's edge, so that the first step shows a part of it.
    outside = radius * 1.32
    if side == "above":
        return replace(track, lift=(y + outside) * (1 - entered))
    if item.motion == "leaves":
        entered = entered[::-1]
    beyond = -outside if side == "left" else 1 + outside
    return replace(track, x=beyond + (x - beyond) * entered)


def _behind(
    rng: random.Random,
    item: PaintedObject,
    cover: tuple[PaintedObject, Track],
    travel: float,
    progress: Curve,
) -> Track:
    """Return a track that passes behind the still object ``cover``."""
    occluder, occluder_track = cover
    radius = item.diameter / 2
    middle = float(occluder_track.x[0])
    reach = max(travel, 1.1 * (radius + occluder.diameter / 2)) / 2
    reach = max(reach, (radius + occluder.diameter / 2) * 0.95)
    begin = max(middle - reach, radius)
    end = min(middle + reach, 1 - radius)
    if rng.random() < 0.5:
        begin, end = end, begin
    y = float(occluder_track.y[0]) - rng.uniform(0.0, 0.35) * occluder.diameter / 2
    track = _rest(begin, max(y, radius), len(progress))
    return replace(track, x=begin + (end - begin) * progress)


def _clearance(
    item: PaintedObject, track: Track, others: list[tuple[PaintedObject, Track]]
) -> float:
    """Return the smallest distance to the others beyond the required one, strict at the start."""
    last = len(track.x) - 1
    room = math.inf
    for other, other_track in others:
        reach = (item.diameter + other.diameter) / 2
        for frame, required in ((0, 0.88), (last // 2, 0.62), (last, 0.62)):
            height = track.y[frame] - track.lift[frame]
            other_height = other_track.y[frame] - other_track.lift[frame]
            distance = math.hypot(track.x[frame] - other_track.x[frame], height - other_height)
            room = min(room, distance - required * reach)
            if last == 0:
                break
    return room


def _with_ambiguous_motions(
    objects: list[PaintedObject], tracks: list[Track]
) -> list[PaintedObject]:
    """Set the other motions that a viewer could see in each object's track."""
    hidden = any(item.motion == "behind" for item in objects)
    result = []
    for index, (item, track) in enumerate(zip(objects, tracks, strict=True)):
        motions: set[str] = set()
        if item.motion in ("enters", "leaves", "behind"):
            shift = float(track.x[-1] - track.x[0])
            motions |= {"left"} if shift < 0 else {"right"} if shift > 0 else set()
        if item.motion in ("enters", "leaves"):
            motions |= {"still", "moving"}
        if item.onset:
            motions.add("still")
        if item.motion == "leaves":
            motions.add("away")
        if hidden and item.motion not in ("still", "behind"):
            others = [
                pair for k, pair in enumerate(zip(objects, tracks, strict=True)) if k != index
            ]
            motions |= {"behind"} if _passes(item, track, others) else set()
        result.append(replace(item, ambiguous_motions=frozenset(motions)))
    return result


def _passes(item: PaintedObject, track: Track, others: list[tuple[PaintedObject, Track]]) -> bool:
    """Return whether the object comes so near to another that one may hide the other."""
    height = track.y - track.lift
    for other, other_track in others:
        reach = (item.diameter + other.diameter) / 2
        other_height = other_track.y - other_track.lift
        distance = np.hypot(track.x - other_track.x, height - other_height)
        if bool((distance < 0.9 * reach).any()):
            return True
    return False
