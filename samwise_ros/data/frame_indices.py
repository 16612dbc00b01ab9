"""Which frames of a video training looks at; evaluation takes all, in order."""

import random

_REACH = 3
"""How far a local neighbour is from the middle, in frames."""


def clip_frames(
    length: int, count: int, rng: random.Random, in_a_row: bool = False
) -> tuple[int, ...]:
    """Choose the frames of a clip.

    In a row they follow each other, as a camera gives them. Else the clip holds a frame by chance,
    one a few frames before it and one a few frames after it, as far as there is room, which show
    how things move; the others are drawn from the whole video and show how it begins and ends. A
    video that is not longer than the clip is taken as a whole, some of its frames several times,
    and nothing is left to chance.

    Args:
        length: of the video, frames.
        count: frames of the clip.
        rng: where chance comes from.
        in_a_row: whether the frames follow each other.

    Returns:
        ``count`` indices, sorted.

    >>> clip_frames(3, 8, random.Random(0))
    (0, 0, 0, 1, 1, 1, 2, 2)
    >>> clip_frames(100, 5, random.Random(0))
    (33, 47, 49, 50, 68)
    >>> clip_frames(100, 5, random.Random(0), in_a_row=True)
    (49, 50, 51, 52, 53)
    """
    if length <= count:
        return tuple(index * length // count for index in range(count))
    if in_a_row:
        first = rng.randrange(length - count + 1)
        return tuple(range(first, first + count))
    middle = rng.randrange(length)
    before = [*range(max(middle - _REACH, 0), middle)]
    after = [*range(middle + 1, min(middle + _REACH, length - 1) + 1)]
    local = [middle, *(rng.choice(side) for side in (before, after) if side)][:count]
    others = sorted(set(range(length)) - set(local))
    return tuple(sorted([*local, *rng.sample(others, count - len(local))]))
