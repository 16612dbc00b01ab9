"""Judgements with margins: whether a thing fits a description for certain, possibly or not.

Judgements are (T, N) arrays of T frames and N things. Comparisons are (T, N, N) arrays whose entry
(t, j, k) says whether thing j clearly exceeds thing k on frame t, by a margin that a viewer sees.
"""

import numpy as np
from numpy.typing import NDArray

Judgement = NDArray[np.uint8]
Mask = NDArray[np.bool_]

NO, MAYBE, YES = 0, 1, 2


def judge(certain: Mask, possible: Mask) -> Judgement:
    """Return ``YES`` where certain, ``MAYBE`` where only possible, else ``NO``.

    >>> judge(np.array([True, False, False]), np.array([True, True, False])).tolist()
    [2, 1, 0]
    """
    return np.where(certain, YES, np.where(possible, MAYBE, NO)).astype(np.uint8)


def first_of(group: Judgement, exceeds: Mask) -> Judgement:
    """Judge which member of a group clearly exceeds all others.

    Args:
        group: (T, N), membership of the group.
        exceeds: (T, N, N), the comparison.

    Returns:
        (T, N); ``NO`` everywhere on frames with fewer than two certain members.
    """
    others = ~np.eye(group.shape[1], dtype=np.bool_)
    possible, certain = group >= MAYBE, group == YES
    wins = (exceeds | ~possible[:, None, :] | ~others).all(-1)
    loses = (exceeds.transpose(0, 2, 1) & certain[:, None, :] & others).any(-1)
    enough = certain.sum(-1, keepdims=True) >= 2
    return judge(certain & wins & enough, possible & ~loses & enough)


def at_place(group: Judgement, exceeds: Mask, place: int, members: int | None = None) -> Judgement:
    """Judge which member of a group has a place in its order; 0 is the first place.

    Args:
        group: (T, N), membership of the group.
        exceeds: (T, N, N), the comparison; j exceeds k if its place is before that of k.
        place: the place.
        members: required size of the group; at least ``place + 2`` by default.
    """
    certain = group == YES
    both = certain[:, :, None] & certain[:, None, :]
    before = (exceeds.transpose(0, 2, 1) & both).sum(-1)
    after = (exceeds & both).sum(-1)
    size = certain.sum(-1, keepdims=True)
    ordered = (before + after == size - 1) & ~(group == MAYBE).any(-1, keepdims=True)
    enough = size == members if members is not None else size >= place + 2
    return judge(certain & ordered & (before == place) & enough, (group >= MAYBE) & ~ordered)


def runs(frames: Mask) -> list[tuple[int, int]]:
    """Return first frame and frame after the last of each run of true entries.

    >>> runs(np.array([True, True, False, True]))
    [(0, 2), (3, 4)]
    """
    edges = np.flatnonzero(np.diff(np.concatenate([[False], frames, [False]]).astype(np.int8)))
    return [(int(first), int(stop)) for first, stop in edges.reshape(-1, 2)]
