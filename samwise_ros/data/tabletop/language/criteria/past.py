"""Criteria of the past: what a resting thing did earlier in the video.

A criterion takes the evidence, the group (T, N) of things that fit the phrase, the named agent,
which may be empty, and for each anchor its index on each frame, (T,) int, -1 where not unique.
A thing fits only while it rests, so that the present picture does not answer the sentence.
"""

from collections.abc import Callable, Collection
from functools import partial

import numpy as np
from numpy.typing import NDArray

from samwise_ros.data.tabletop.language.certainty import (
    MAYBE,
    NO,
    YES,
    Judgement,
    Mask,
    first_of,
    judge,
    runs,
)
from samwise_ros.data.tabletop.language.criteria.motions import (
    ANY,
    BY_AGENT,
    arrivals,
    by_agent,
    confused_with,
    departures,
    may_be_by,
    outside,
)
from samwise_ros.data.tabletop.language.criteria.relations import Anchors, left_of
from samwise_ros.data.tabletop.language.evidence import Evidence
from samwise_ros.data.tabletop.truth import Holder, Motion

Past = Callable[[Evidence, Judgement, str, Anchors], Judgement]

_SETTLED = 2
"""Frames after a motion from which it is past."""
_JUST = 50
"""Frames after a motion for which it has just happened."""
_APART = 5
"""Frames between the end of one motion and the start of the next for a clear order."""
_GONE = 5
"""Frames out of view, or hidden, from which a viewer says that a thing was gone."""


def _rests(evidence: Evidence) -> Mask:
    return np.asarray(~evidence.moving & evidence.seen & (evidence.truth.grasped == Holder.NONE))


def _did(
    motions: Collection[Motion], evidence: Evidence, _: Judgement, agent: str, __: Anchors
) -> Judgement:
    certain = np.zeros(evidence.shape, np.bool_)
    possible = np.zeros(evidence.shape, np.bool_)
    for run in evidence.runs:
        if run.motion in motions and run.clear and by_agent(run, agent):
            certain[run.stop + _SETTLED :, run.thing] = True
        if run.motion in confused_with(motions) and may_be_by(run, agent):
            possible[run.first :, run.thing] = True
    return judge(certain & _rests(evidence), possible)


def _just(
    past: Past, evidence: Evidence, group: Judgement, agent: str, anchors: Anchors
) -> Judgement:
    """The latest motion of the whole scene was the thing's, and nothing moves now."""
    judgement = past(evidence, group, agent, anchors)
    last = _last_moved(evidence)
    latest = (last == last.max(-1, keepdims=True)) & (_clock(evidence) - last <= _JUST)
    still = ~evidence.moving.any(-1, keepdims=True)
    return judge((judgement == YES) & latest & still, judgement >= MAYBE)


def _last_moved(evidence: Evidence) -> NDArray[np.int64]:
    """(T, N) last frame until now on which a thing moved; -1 for none."""
    frames = np.arange(evidence.shape[0])[:, None]
    moved = np.where(evidence.moving, frames, -1)
    return np.asarray(np.maximum.accumulate(moved, axis=0))


def _first_moved(evidence: Evidence) -> NDArray[np.int64]:
    """(T, N) first frame on which a thing moved; a large number for none until now."""
    frames = np.arange(evidence.shape[0])[:, None]
    moved = np.where(evidence.moving, frames, 1 << 20)
    return np.asarray(np.minimum.accumulate(moved, axis=0))


def _ordered(
    latest: bool, evidence: Evidence, group: Judgement, agent: str, anchors: Anchors
) -> Judgement:
    """Which of at least two members that moved did so last, or first."""
    moved = np.minimum(group, _did(ANY, evidence, group, agent, anchors))
    last, first = _last_moved(evidence), _first_moved(evidence)
    # Motions that overlap or follow each other closely have no order.
    later = (first[:, :, None] >= last[:, None, :] + _APART) & (first[:, :, None] < 1 << 20)
    later &= last[:, None, :] >= 0
    return first_of(moved, later if latest else later.transpose(0, 2, 1))


def _untouched(evidence: Evidence, group: Judgement, agent: str, _: Anchors) -> Judgement:
    """Has not moved although another member of the group has."""
    del agent
    others = (group == YES) & evidence.moved
    contrast = others.any(-1, keepdims=True)
    known_for_long = evidence.known & (np.cumsum(evidence.known, 0) >= 0.8 * _clock(evidence))
    never = ~np.logical_or.accumulate(evidence.moving, axis=0)
    return judge(_rests(evidence) & never & known_for_long & contrast, ~evidence.moved)


def _clock(evidence: Evidence) -> NDArray[np.int64]:
    return np.arange(1, evidence.shape[0] + 1)[:, None]


def _was_at_side(
    right: bool, evidence: Evidence, group: Judgement, agent: str, _: Anchors
) -> Judgement:
    """Was leftmost or rightmost on the first frame, and is so no more."""
    del agent
    order = left_of(evidence)
    order = order.transpose(0, 2, 1) if right else order
    here = np.where(evidence.present, group, NO).astype(np.uint8)
    at_start = first_of(here[:1], order[:1]).repeat(len(here), axis=0)
    return judge(
        (at_start == YES) & (first_of(here, order) == NO) & _rests(evidence), at_start >= MAYBE
    )


def _was_on(evidence: Evidence, group: Judgement, agent: str, anchors: Anchors) -> Judgement:
    """Rested on the anchor for a while and does so no more."""
    del group, agent
    on, ever = _support_history(evidence, anchors[0])
    long = np.cumsum(on, axis=0) >= _GONE
    judgement = judge(long & ~on & _rests(evidence), ever)
    judgement[anchors[0] < 0] = MAYBE
    return judgement


def _was_put_on(evidence: Evidence, group: Judgement, agent: str, anchors: Anchors) -> Judgement:
    """Rests on the anchor, onto which it was put in the video."""
    on, ever = _support_history(evidence, anchors[0])
    did = _did((Motion.PUT_DOWN,), evidence, group, agent, anchors)
    judgement = judge((did == YES) & on & ~on[:1], ever)
    judgement[anchors[0] < 0] = MAYBE
    return judgement


def _support_history(evidence: Evidence, anchor: NDArray[np.intp]) -> tuple[Mask, Mask]:
    on = (evidence.truth.support == anchor[:, None]) & (anchor >= 0)[:, None]
    return on & evidence.seen, np.logical_or.accumulate(on, axis=0)


def _returned(evidence: Evidence, group: Judgement, agent: str, _: Anchors) -> Judgement:
    """Was in the picture, then out of it for a while, and is back."""
    del group, agent
    return _was_absent(evidence, outside(evidence), {run[0] for run in departures(evidence)})


def _was_hidden(evidence: Evidence, group: Judgement, agent: str, _: Anchors) -> Judgement:
    """Was visible, then hidden for a while, and is visible again."""
    del group, agent
    hidden = (evidence.areas == 0) & evidence.truth.in_view
    return _was_absent(evidence, hidden, set(range(evidence.shape[1])))


def _was_absent(evidence: Evidence, absent: Mask, things: Collection[int]) -> Judgement:
    certain = np.zeros(evidence.shape, np.bool_)
    possible = np.zeros(evidence.shape, np.bool_)
    gone = (evidence.areas == 0) & evidence.known
    for thing in range(evidence.shape[1]):
        for first, stop in runs(gone[:, thing]):
            possible[first:, thing] = True
            long = stop - first >= _GONE and absent[first:stop, thing].all()
            before = evidence.seen[:first, thing].sum() >= 3
            if thing in things and long and before:
                certain[stop + _SETTLED :, thing] = True
    return judge(certain & _rests(evidence), possible)


def _arrived(evidence: Evidence, group: Judgement, agent: str, _: Anchors) -> Judgement:
    """Was not in the picture at first, moved into it and rests."""
    del group
    certain = np.zeros(evidence.shape, np.bool_)
    for thing, entry, stop in arrivals(evidence):
        touched = evidence.truth.contact[entry:stop, thing]
        if not evidence.known[entry - 1, thing] and (not agent or touched.any()):
            certain[stop + _SETTLED :, thing] = True
    late = ~evidence.known[:1] & evidence.known
    return judge(certain & _rests(evidence), late | (evidence.moved & ~evidence.known[:1]))


def _past(*motions: Motion) -> Past:
    return partial(_did, motions)


PAST: dict[str, Past] = {
    "moved": partial(_did, ANY),
    "was moved": partial(_did, BY_AGENT),
    "was pushed": _past(Motion.PUSHED),
    "was lifted": _past(Motion.LIFTED),
    "was carried": _past(Motion.CARRIED),
    "was put down": _past(Motion.PUT_DOWN),
    "was handed over": _past(Motion.HANDED_OVER),
    "rolled": _past(Motion.ROLLING),
    "fell": _past(Motion.FALLING),
    "just moved": partial(_just, partial(_did, ANY)),
    "was just moved": partial(_just, partial(_did, BY_AGENT)),
    "was just pushed": partial(_just, _past(Motion.PUSHED)),
    "was just put down": partial(_just, _past(Motion.PUT_DOWN)),
    "just rolled": partial(_just, _past(Motion.ROLLING)),
    "moved last": partial(_ordered, True),
    "moved first": partial(_ordered, False),
    "untouched": _untouched,
    "was leftmost": partial(_was_at_side, False),
    "was rightmost": partial(_was_at_side, True),
    "was on": _was_on,
    "was in": _was_on,
    "was put on": _was_put_on,
    "was put in": _was_put_on,
    "returned": _returned,
    "was hidden": _was_hidden,
    "arrived": _arrived,
}
"""The criteria by name."""
WITH_AGENT = (
    "was moved",
    "was pushed",
    "was lifted",
    "was carried",
    "was put down",
    "was just moved",
    "was just pushed",
    "was just put down",
    "was put on",
    "was put in",
)
"""Criteria that may name who acted."""
