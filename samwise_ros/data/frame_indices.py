"""Chooses the frames of a training clip; evaluation uses all frames, in order."""

import random

_MAX_NEIGHBOUR_DISTANCE = 3
"""Largest distance of a neighbour from the middle frame, in frames."""


def clip_frames(
    length: int,
    count: int,
    rng: random.Random,
    consecutive: bool = False,
    within: range | None = None,
    lead: int = 0,
) -> tuple[int, ...]:
    """Choose the frames of a clip.

    By default the clip contains a random frame, one neighbour up to 3 frames before it and one up
    to 3 frames after it, if they exist: they show motion. The other frames are drawn from the whole
    video and show its beginning and end. A video not longer than the clip is used whole, with
    repeated frames and without drawing a random number.

    Args:
        length: number of frames of the video.
        count: number of frames of the clip.
        rng: source of randomness.
        consecutive: take consecutive frames, as from a camera.
        within: frames of which the clip contains at least one; all by default.
        lead: minimum number of consecutive frames before ``within``, and half of the maximum, as
            far as the video and the length of the clip permit.

    Returns:
        ``count`` indices, sorted.

    >>> clip_frames(3, 8, random.Random(0))
    (0, 0, 0, 1, 1, 1, 2, 2)
    >>> clip_frames(100, 5, random.Random(0))
    (33, 47, 49, 50, 68)
    >>> clip_frames(100, 5, random.Random(0), consecutive=True)
    (49, 50, 51, 52, 53)
    >>> clip_frames(100, 5, random.Random(0), consecutive=True, within=range(70, 73))
    (72, 73, 74, 75, 76)
    >>> clip_frames(100, 5, random.Random(0), consecutive=True, within=range(70, 73), lead=3)
    (67, 68, 69, 70, 71)
    """
    if length <= count:
        return tuple(index * length // count for index in range(count))
    within = within or range(length)
    if consecutive:
        earliest, latest = max(within.start - count + 1, 0), min(within.stop - 1, length - count)
        if lead:
            earliest = max(earliest, min(within.start - 2 * lead, length - count))
            latest = max(min(latest, within.start - lead), earliest)
        first = rng.randrange(earliest, latest + 1)
        return tuple(range(first, first + count))
    middle = rng.choice(within)
    before = [*range(max(middle - _MAX_NEIGHBOUR_DISTANCE, 0), middle)]
    after = [*range(middle + 1, min(middle + _MAX_NEIGHBOUR_DISTANCE, length - 1) + 1)]
    local = [middle, *(rng.choice(side) for side in (before, after) if side)][:count]
    others = sorted(set(range(length)) - set(local))
    return tuple(sorted([*local, *rng.sample(others, count - len(local))]))
