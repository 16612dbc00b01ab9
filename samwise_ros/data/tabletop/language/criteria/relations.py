"""Criteria of place: the order in the picture, and the place relative to another thing.

A criterion takes the evidence, the group (T, N) of things that fit the phrase and are in the
picture, and for each anchor its index on each frame, (T,) int, -1 where it is not unique.
"""

from collections.abc import Callable
from functools import lru_cache, partial

import numpy as np
from numpy.typing import NDArray

from samwise_ros.data.tabletop.language.certainty import (
    MAYBE,
    NO,
    Judgement,
    Mask,
    at_place,
    first_of,
    judge,
)
from samwise_ros.data.tabletop.language.criteria.attributes import fits_rank
from samwise_ros.data.tabletop.language.evidence import Evidence
from samwise_ros.data.tabletop.truth import Holder

Anchors = tuple[NDArray[np.intp], ...]
Relation = Callable[[Evidence, Judgement, Anchors], Judgement]

_MARGIN_X, _MARGIN_Y = 0.06, 0.03
"""Fractions of the picture's width by which one thing is clearly left of or below another."""
_NEARER = 1.1
_BESIDE_M, _NEAR_M, _AROUND_M = 0.07, 0.2, 0.3
_LEVEL_M = 0.04


@lru_cache(maxsize=2)
def left_of(evidence: Evidence) -> Mask:
    """(T, N, N): clearly to the left in the picture."""
    low, high = evidence.x_range
    return np.asarray(high[:, :, None] + _MARGIN_X < low[:, None, :])


@lru_cache(maxsize=2)
def _nearer(evidence: Evidence) -> Mask:
    """(T, N, N): clearly nearer to the camera, and lower in the picture."""
    distance, bottom = evidence.distance_m, evidence.bottom
    nearer = _NEARER * distance[:, :, None] < distance[:, None, :]
    return np.asarray(nearer & (bottom[:, :, None] > bottom[:, None, :] + _MARGIN_Y))


def _turned(exceeds: Mask) -> Mask:
    return exceeds.transpose(0, 2, 1)


def first_in(
    order: Callable[[Evidence], Mask], evidence: Evidence, group: Judgement, _: Anchors = ()
) -> Judgement:
    """Judge which member of the group is first in an order."""
    return first_of(group, order(evidence))


def _last_in(
    order: Callable[[Evidence], Mask], evidence: Evidence, group: Judgement, _: Anchors
) -> Judgement:
    return first_of(group, _turned(order(evidence)))


def _side_of_two(order: Mask, group: Judgement) -> Judgement:
    return at_place(group, order, 0, members=2)


def _ranked(rank: str, evidence: Evidence, group: Judgement, _: Anchors) -> Judgement:
    return fits_rank(evidence, group, rank)


def _ranked_of_two(rank: str, evidence: Evidence, group: Judgement, _: Anchors) -> Judgement:
    judgement = fits_rank(evidence, group, rank).copy()
    judgement[(group >= MAYBE).sum(-1) != 2] = NO
    return judgement


def _at(values: np.ndarray, anchor: NDArray[np.intp]) -> np.ndarray:
    """Return (T, N): entry (t, j, anchor) of (T, N, N) values."""
    return np.asarray(values[np.arange(len(values)), :, anchor])


def _relative(evidence: Evidence, anchor: NDArray[np.intp], clear: Mask, maybe: Mask) -> Judgement:
    """Judge (T, N, N) comparisons with an anchor; everything may fit where there is none."""
    judgement = judge(_at(clear, anchor), _at(clear | maybe, anchor))
    judgement[anchor < 0] = MAYBE
    rows = np.arange(len(anchor))
    judgement[rows[anchor >= 0], anchor[anchor >= 0]] = NO
    return judgement


def _pairs(values: np.ndarray) -> np.ndarray:
    """Return the difference (t, j, k) of the values of things j and k."""
    return np.asarray(values[:, :, None] - values[:, None, :])


@lru_cache(maxsize=2)
def _free_pairs(evidence: Evidence) -> Mask:
    """(T, N, N): both rest on the same level and none is held."""
    base = evidence.truth.positions_m[..., 2] - evidence.heights_m / 2
    free = (evidence.truth.grasped == Holder.NONE) & evidence.seen
    return np.asarray((np.abs(_pairs(base)) < _LEVEL_M) & free[:, :, None] & free[:, None, :])


@lru_cache(maxsize=2)
def _side_by_side(evidence: Evidence) -> Mask:
    right, away = evidence.offsets_m
    sideways = np.abs(right) >= 0.8 * np.abs(away)
    return np.asarray((evidence.gaps_m < _BESIDE_M) & sideways & _free_pairs(evidence))


@lru_cache(maxsize=4)
def _to_the_left(evidence: Evidence, sign: int) -> tuple[Mask, Mask]:
    """(T, N, N): thing j is left (sign 1) or right (-1) of thing k, for certain and possibly."""
    aside, away = evidence.offsets_m
    left, right = evidence.x_edges
    apart = right[:, :, None] <= left[:, None, :] + 0.01
    clear = left_of(evidence) & apart
    clear = (clear if sign > 0 else _turned(clear)) & (-sign * aside > 1.2 * np.abs(away))
    clear = clear & (evidence.gaps_m < _AROUND_M) & _free_pairs(evidence)
    return np.asarray(clear), np.asarray(sign * _pairs(evidence.centres[..., 0]) < 0.02)


@lru_cache(maxsize=4)
def _in_line(evidence: Evidence, sign: int) -> tuple[Mask, Mask]:
    """(T, N, N): thing j is behind (sign 1) or before (-1) thing k, for certain and possibly."""
    aside, away = evidence.offsets_m
    aside, away = np.abs(aside), sign * away
    left, right = evidence.x_edges
    overlap = np.minimum(right[:, :, None], right[:, None, :]) - np.maximum(
        left[:, :, None], left[:, None, :]
    )
    width = np.minimum((right - left)[:, :, None], (right - left)[:, None, :])
    in_line = (overlap > 0.3 * width) & (evidence.gaps_m < 0.8 * _AROUND_M)
    clear = in_line & (away > 0.05) & (aside < 0.5 * away) & _free_pairs(evidence)
    return np.asarray(clear), np.asarray((away > 0.0) & (aside < 1.7 * away))


def _beside(evidence: Evidence, _: Judgement, anchors: Anchors) -> Judgement:
    near = evidence.gaps_m < _NEAR_M
    return _relative(evidence, anchors[0], _side_by_side(evidence), near)


def _left(sign: int, evidence: Evidence, _: Judgement, anchors: Anchors) -> Judgement:
    return _relative(evidence, anchors[0], *_to_the_left(evidence, sign))


def _behind(sign: int, evidence: Evidence, _: Judgement, anchors: Anchors) -> Judgement:
    return _relative(evidence, anchors[0], *_in_line(evidence, sign))


def _on(evidence: Evidence, _: Judgement, anchors: Anchors) -> Judgement:
    clear, maybe = _supported(evidence)
    return _relative(evidence, anchors[0], clear, maybe)


def _carries(evidence: Evidence, _: Judgement, anchors: Anchors) -> Judgement:
    clear, maybe = _supported(evidence)
    return _relative(evidence, anchors[0], _turned(clear), _turned(maybe))


def _empty(evidence: Evidence, group: Judgement, _: Anchors) -> Judgement:
    clear, maybe = _supported(evidence)
    loaded = (clear & evidence.seen[:, :, None]).any(1)
    free = ~maybe.any(1)
    # The word needs a contrast: another member of the group that carries something.
    contrast = ((group >= MAYBE) & loaded).any(-1, keepdims=True)
    return judge(np.asarray(free & contrast & evidence.seen), np.asarray(~loaded))


@lru_cache(maxsize=2)
def _supported(evidence: Evidence) -> tuple[Mask, Mask]:
    """(T, N, N): thing j rests on or in thing k, for certain and possibly."""
    things = np.arange(evidence.shape[1])
    rests = evidence.truth.support[:, :, None] == things
    free = evidence.truth.grasped == Holder.NONE
    clear = rests & (free & evidence.seen)[:, :, None] & evidence.seen[:, None, :]
    above = (evidence.gaps_m < 0) & (_pairs(evidence.truth.positions_m[..., 2]) > 0.005)
    return np.asarray(clear), np.asarray(rests | above)


def _between(evidence: Evidence, _: Judgement, anchors: Anchors) -> Judgement:
    rows = np.arange(evidence.shape[0])
    place = np.stack([evidence.lateral_m, evidence.depth_m], -1)
    start, end = place[rows, anchors[0]], place[rows, anchors[1]]
    along = end - start
    length = np.maximum(np.linalg.norm(along, axis=-1), 1e-6)
    offset = place - start[:, None]
    share = (offset * along[:, None]).sum(-1) / length[:, None] ** 2
    aside = np.abs(offset[..., 0] * along[:, None, 1] - offset[..., 1] * along[:, None, 0])
    aside = aside / length[:, None] ** 2
    clear = (share > 0.25) & (share < 0.75) & (aside < 0.2) & (length < 0.6)[:, None]
    clear = clear & evidence.seen & (evidence.truth.grasped == Holder.NONE)
    held = evidence.truth.grasped != Holder.NONE
    clear &= ~(held[rows, anchors[0]] | held[rows, anchors[1]])[:, None]
    judgement = judge(clear, (share > 0.0) & (share < 1.0) & (aside < 0.6))
    missing = (anchors[0] < 0) | (anchors[1] < 0)
    judgement[missing] = MAYBE
    for anchor in anchors:
        judgement[rows[~missing], anchor[~missing]] = NO
    return judgement


RELATIONS: dict[str, Relation] = {
    "leftmost": partial(first_in, left_of),
    "rightmost": partial(_last_in, left_of),
    "nearest": partial(first_in, _nearer),
    "farthest": partial(_last_in, _nearer),
    "left one": lambda evidence, group, _: _side_of_two(left_of(evidence), group),
    "right one": lambda evidence, group, _: _side_of_two(_turned(left_of(evidence)), group),
    "front one": lambda evidence, group, _: _side_of_two(_nearer(evidence), group),
    "back one": lambda evidence, group, _: _side_of_two(_turned(_nearer(evidence)), group),
    "middle": lambda evidence, group, _: at_place(group, left_of(evidence), 1, members=3),
    "second from left": lambda evidence, group, _: at_place(group, left_of(evidence), 1),
    "second from right": lambda evidence, group, _: at_place(group, _turned(left_of(evidence)), 1),
    "largest": partial(_ranked, "large"),
    "smallest": partial(_ranked, "small"),
    "tallest": partial(_ranked, "tall"),
    "shortest": partial(_ranked, "short"),
    "larger": partial(_ranked_of_two, "large"),
    "smaller": partial(_ranked_of_two, "small"),
    "taller": partial(_ranked_of_two, "tall"),
    "shorter": partial(_ranked_of_two, "short"),
    "beside": _beside,
    "left of": partial(_left, 1),
    "right of": partial(_left, -1),
    "behind": partial(_behind, 1),
    "in front of": partial(_behind, -1),
    "between": _between,
    "on": _on,
    "in": _on,
    "with on": _carries,
    "with in": _carries,
    "empty": _empty,
}
"""The criteria by name."""
