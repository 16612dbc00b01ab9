"""Where each object of a tabletop video is on each frame.

Positions are fractions of the image's width, x to the right and y downwards from the top left, so
that one plan serves every resolution of the same proportions.
"""

import math
import random
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from samwise_ros.data.tabletop.objects import TabletopObject

Curve = NDArray[np.float64]

#: Motion covers in a clip of this many frames what it covers in any longer one.
_FULL_CLIP = 8
_SPEED = (0.035, 0.06)
_TRIES = 14


@dataclass(frozen=True, eq=False)
class Track:
    """The way of one object.

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
    cast: list[TabletopObject],
    frames: int,
    ratio: float,
    least: int,
) -> tuple[list[TabletopObject], list[Track]]:
    """Give every object a way, without crowding the table.

    Args:
        rng: where chance comes from.
        cast: the objects, the one that hides another right before it.
        frames: length of the video.
        ratio: height of the image over its width.
        least: objects beyond these are left out where there is no room.

    Returns:
        The objects that found room, with their drift filled in, and their tracks.
    """
    progress = np.linspace(0.0, 1.0, frames)
    kept: list[TabletopObject] = []
    tracks: list[Track] = []
    for index, item in enumerate(cast):
        cover = (kept[-1], tracks[-1]) if item.motion == "behind" else None
        hides = index + 1 < len(cast) and cast[index + 1].motion == "behind"
        best: tuple[float, Track] | None = None
        for _ in range(_TRIES):
            track = _track(rng, item, _since(item.onset, progress), ratio, cover)
            if hides:  # there must be a way past it on both sides
                track = replace(track, x=np.full(frames, rng.uniform(0.4, 0.6)))
            others = list(zip(kept, tracks, strict=True))
            room = _room(item, track, others[:-1] if cover else others)
            if best is None or room > best[0]:
                best = (room, track)
            if room >= 0:
                break
        if best is not None and (best[0] >= 0 or len(kept) < least or cover):
            kept.append(item)
            tracks.append(best[1])
    return _with_drift(kept, tracks), tracks


def _since(onset: float, progress: Curve) -> Curve:
    """Rest until the onset, then go on; in a short clip not faster than without a rest."""
    if onset == 0:
        return progress
    part = min(1.0, (1 - onset) * len(progress) / _FULL_CLIP)
    late: Curve = np.clip((progress - onset) / (1 - onset), 0, 1) * part
    return late


def _track(
    rng: random.Random,
    item: TabletopObject,
    progress: Curve,
    ratio: float,
    cover: tuple[TabletopObject, Track] | None,
) -> Track:
    """One candidate for the way of one object; ``progress`` (T,) goes from 0 to 1."""
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
    rng: random.Random, item: TabletopObject, travel: float, progress: Curve, ratio: float
) -> Track:
    """Left or right, with a slight slope."""
    radius = item.diameter / 2
    sign = -1 if item.motion == "left" else 1
    start = rng.uniform(radius, 1 - radius - travel)
    start = 1 - start if sign < 0 else start
    track = _rest(start, rng.uniform(radius, ratio - radius), len(progress))
    slope = rng.uniform(-0.12, 0.12) * travel
    y = np.clip(track.y + slope * progress, radius, ratio - radius)
    return replace(track, x=track.x + sign * travel * progress, y=y)


def _in_depth(
    rng: random.Random, item: TabletopObject, steps: int, progress: Curve, ratio: float
) -> Track:
    """Nearer is larger and lower in the image; the diameter is that of the nearest moment."""
    radius = item.diameter / 2
    part = steps / (_FULL_CLIP - 1)
    smallest = rng.uniform(0.5, 0.6) ** part
    shift = rng.uniform(0.06, 0.11) * part
    near = progress if item.motion == "towards" else 1 - progress
    low = min(radius + shift, ratio - radius)
    track = _rest(rng.uniform(radius, 1 - radius), rng.uniform(low, ratio - radius), len(near))
    return replace(track, y=track.y - shift * (1 - near), scale=smallest ** (1 - near))


def _late(rng: random.Random, item: TabletopObject, frames: int, ratio: float) -> Track:
    """Out of view first, then in from a side or put down from above; leaving is the reverse."""
    radius = item.diameter / 2
    side = rng.choice(("left", "right", "above") if item.motion == "enters" else ("left", "right"))
    first = round(rng.uniform(0.3, 0.6) * frames)
    first = min(max(first, 1), frames - 2)
    moving = min(frames - first, max(3, round(0.3 * frames)))
    # 0 while out of view, 1 at rest; the frame ``first`` is the first step into view.
    entered = np.clip((np.arange(frames) - first + 1) / moving, 0, 1)
    x = rng.uniform(radius * 1.1, 0.4)
    x = 1 - x if side == "right" else x
    x = rng.uniform(radius, 1 - radius) if side == "above" else x
    y = rng.uniform(radius, ratio - radius)
    track = _rest(x, y, frames)
    # Just beyond the sprite's edge, so that the first step already shows a part of it.
    outside = radius * 1.32
    if side == "above":
        return replace(track, lift=(y + outside) * (1 - entered))
    if item.motion == "leaves":
        entered = entered[::-1]
    beyond = -outside if side == "left" else 1 + outside
    return replace(track, x=beyond + (x - beyond) * entered)


def _behind(
    rng: random.Random,
    item: TabletopObject,
    cover: tuple[TabletopObject, Track],
    travel: float,
    progress: Curve,
) -> Track:
    """Along a line that passes behind the still object ``cover``."""
    thing, place = cover
    radius = item.diameter / 2
    middle = float(place.x[0])
    reach = max(travel, 1.1 * (radius + thing.diameter / 2)) / 2
    reach = max(reach, (radius + thing.diameter / 2) * 0.95)
    begin = max(middle - reach, radius)
    end = min(middle + reach, 1 - radius)
    if rng.random() < 0.5:
        begin, end = end, begin
    y = float(place.y[0]) - rng.uniform(0.0, 0.35) * thing.diameter / 2
    track = _rest(begin, max(y, radius), len(progress))
    return replace(track, x=begin + (end - begin) * progress)


def _room(item: TabletopObject, track: Track, others: list[tuple[TabletopObject, Track]]) -> float:
    """Least distance to the others beyond what is wanted: strict at the start, loose later."""
    last = len(track.x) - 1
    room = math.inf
    for other, way in others:
        reach = (item.diameter + other.diameter) / 2
        for moment, wanted in ((0, 0.88), (last // 2, 0.62), (last, 0.62)):
            apart = math.hypot(
                track.x[moment] - way.x[moment],
                track.y[moment] - track.lift[moment] - way.y[moment] + way.lift[moment],
            )
            room = min(room, apart - wanted * reach)
            if last == 0:
                break
    return room


def _with_drift(cast: list[TabletopObject], tracks: list[Track]) -> list[TabletopObject]:
    """Note what else could be said of each object's motion."""
    hidden = any(item.motion == "behind" for item in cast)
    result = []
    for index, (item, track) in enumerate(zip(cast, tracks, strict=True)):
        drift: set[str] = set()
        if item.motion in ("enters", "leaves", "behind"):
            way = float(track.x[-1] - track.x[0])
            drift |= {"left"} if way < 0 else {"right"} if way > 0 else set()
        if item.motion in ("enters", "leaves"):
            drift |= {"still", "moving"}
        if item.onset:
            drift.add("still")
        if item.motion == "leaves":
            drift.add("away")
        if hidden and item.motion not in ("still", "behind"):
            others = [pair for k, pair in enumerate(zip(cast, tracks, strict=True)) if k != index]
            drift |= {"behind"} if _passes(item, track, others) else set()
        result.append(replace(item, drift=frozenset(drift)))
    return result


def _passes(item: TabletopObject, track: Track, others: list[tuple[TabletopObject, Track]]) -> bool:
    """Whether the object comes so near to another that one may hide the other."""
    for other, way in others:
        reach = (item.diameter + other.diameter) / 2
        apart = np.hypot(track.x - way.x, track.y - track.lift - way.y + way.lift)
        if bool((apart < 0.9 * reach).any()):
            return True
    return False
