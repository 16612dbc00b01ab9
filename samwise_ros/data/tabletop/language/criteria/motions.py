"""Criteria of present motion: what a thing does while the sentence holds.

A criterion takes the evidence and the named agent, which may be empty. A thing fits for certain on
the frames of a clear run of the motion, once it has lasted long enough to be seen. It may fit on
the frames of any motion that a viewer could take for it.
"""

from collections.abc import Callable, Collection
from functools import partial

import numpy as np

from samwise_ros.data.tabletop.language.certainty import Judgement, Mask, judge, runs
from samwise_ros.data.tabletop.language.evidence import Evidence, Run
from samwise_ros.data.tabletop.truth import Holder, Motion

Criterion = Callable[[Evidence, str], Judgement]

AGENTS = {"arm": Holder.ARM, "hand": Holder.HAND}
CONFUSED: dict[Motion, frozenset[Motion]] = {
    Motion.PUSHED: frozenset({Motion.SLIDING, Motion.ROLLING, Motion.CARRIED}),
    Motion.LIFTED: frozenset({Motion.CARRIED, Motion.PUT_DOWN, Motion.HANDED_OVER}),
    Motion.CARRIED: frozenset({Motion.LIFTED, Motion.PUT_DOWN, Motion.HANDED_OVER, Motion.PUSHED}),
    Motion.PUT_DOWN: frozenset({Motion.LIFTED, Motion.CARRIED, Motion.FALLING}),
    Motion.HANDED_OVER: frozenset({Motion.LIFTED, Motion.CARRIED, Motion.PUT_DOWN}),
    Motion.ROLLING: frozenset({Motion.SLIDING, Motion.FALLING, Motion.PUSHED}),
    Motion.FALLING: frozenset({Motion.SLIDING, Motion.ROLLING, Motion.PUT_DOWN}),
    Motion.SLIDING: frozenset({Motion.PUSHED, Motion.ROLLING, Motion.FALLING}),
}
"""Other motions that a viewer could take for each motion."""
ANY = frozenset(CONFUSED)
BY_AGENT = frozenset(
    {Motion.PUSHED, Motion.LIFTED, Motion.CARRIED, Motion.PUT_DOWN, Motion.HANDED_OVER}
)
"""Motions of which an agent is the cause."""

_NOTICED = 2
"""Frames after the start of a motion from which it is seen."""
_SIDE_SHIFT, _DEEP_SHIFT = 0.08, 0.04
"""Shifts, as fractions of the picture's width, that have a direction."""
_AWAY_FRAMES = 3


def by_agent(run: Run, agent: str) -> bool:
    """Return whether the agent acts in a run; an empty agent is anyone."""
    return not agent or run.agent == AGENTS[agent]


def may_be_by(run: Run, agent: str) -> bool:
    """Return whether a viewer could believe that the agent acts in a run."""
    return by_agent(run, agent) or run.agent == Holder.NONE or not run.clear


def confused_with(motions: Collection[Motion]) -> frozenset[Motion]:
    """Return the motions and all others that a viewer could take for them."""
    return frozenset(motions).union(*(CONFUSED[motion] for motion in motions))


def _does(motions: Collection[Motion], evidence: Evidence, agent: str) -> Judgement:
    certain = np.zeros(evidence.shape, np.bool_)
    possible = np.zeros(evidence.shape, np.bool_)
    for run in evidence.runs:
        if run.motion in motions and run.clear and by_agent(run, agent):
            certain[run.first + _NOTICED : run.stop, run.thing] = True
        if run.motion in confused_with(motions) and may_be_by(run, agent):
            possible[max(run.first - 1, 0) : run.stop + 1, run.thing] = True
    return judge(certain, possible)


def _moves(evidence: Evidence, agent: str) -> Judgement:
    """Any motion; changes between motions do not interrupt it."""
    certain = np.zeros(evidence.shape, np.bool_)
    for thing, first, stop in _journeys(evidence):
        parts = [run for run in evidence.runs if run.thing == thing and first <= run.first < stop]
        if any(run.clear for run in parts) and all(by_agent(run, agent) for run in parts):
            certain[first + _NOTICED : stop, thing] = True
    return judge(certain, evidence.moving)


def _journeys(evidence: Evidence) -> list[tuple[int, int, int]]:
    """Return thing, first frame and frame after the last of each uninterrupted motion."""
    moving = evidence.truth.motion != Motion.REST
    return [
        (thing, first, stop)
        for thing in range(evidence.shape[1])
        for first, stop in runs(moving[:, thing])
    ]


def _directed(evidence: Evidence, agent: str, *, deep: bool, sign: int) -> Judgement:
    """Motion to a side or in depth, on the frames on which the thing does go that way."""
    certain = np.zeros(evidence.shape, np.bool_)
    for run in evidence.runs:
        straight = run.motion in (Motion.PUSHED, Motion.ROLLING, Motion.SLIDING, Motion.CARRIED)
        if not (straight and run.clear and by_agent(run, agent)):
            continue
        first = max(run.first - 1, 0)
        path = evidence.ground_path(run.thing, first, run.stop)  # (K, 2): to the side, in depth
        net = path[-1] - path[0]
        along, across = (net[1], net[0]) if deep else (net[0], net[1])
        shift = evidence.shift(run.thing, first, run.stop - 1)[1 if deep else 0]
        seen = -shift if deep else shift  # farther away is higher in the picture
        if seen * sign < (_DEEP_SHIFT if deep else _SIDE_SHIFT) or abs(along) < 1.5 * abs(across):
            continue
        steps = path[_NOTICED:, int(deep)] - path[:-_NOTICED, int(deep)]
        going = np.flatnonzero(steps * sign > 0) + first + _NOTICED
        certain[going[going >= run.first + _NOTICED], run.thing] = True
    return judge(certain, evidence.moving)


def _held(evidence: Evidence, agent: str) -> Judgement:
    held = evidence.truth.grasped
    certain = (held == AGENTS[agent] if agent else held != Holder.NONE) & evidence.seen
    return judge(certain, evidence.truth.contact != Holder.NONE)


def _waits(evidence: Evidence, agent: str) -> Judgement:
    """Rests while others of its group move; the group's other members must not rest."""
    del agent
    free = evidence.truth.grasped == Holder.NONE
    rests = ~evidence.moving & evidence.seen & free & evidence.noticed.any(-1, keepdims=True)
    return judge(rests, ~evidence.noticed)


def outside(evidence: Evidence) -> Mask:
    """(T, N) whether a thing is out of the picture, and not hidden behind something."""
    return np.asarray((evidence.areas == 0) & ~evidence.truth.in_view)


def arrivals(evidence: Evidence) -> list[tuple[int, int, int]]:
    """Return thing, first visible frame and frame after the last of each motion into the view."""
    away = outside(evidence)
    found = []
    for thing, first, stop in _journeys(evidence):
        visible = np.flatnonzero(evidence.areas[first:stop, thing] > 0)
        if not len(visible):
            continue
        entry = first + int(visible[0])
        if entry >= _AWAY_FRAMES and away[entry - _AWAY_FRAMES : entry, thing].all():
            found.append((thing, entry, stop))
    return found


def departures(evidence: Evidence) -> list[tuple[int, int, int]]:
    """Return thing, first frame and frame after the last visible one of each motion out of view."""
    away = outside(evidence)
    found = []
    for thing, first, stop in _journeys(evidence):
        visible = np.flatnonzero(evidence.areas[first:stop, thing] > 0)
        if not len(visible):
            continue
        exit_ = first + int(visible[-1]) + 1
        if exit_ < len(away) and away[exit_ : exit_ + _AWAY_FRAMES, thing].all():
            found.append((thing, first, exit_))
    return found


def _arrives(evidence: Evidence, agent: str) -> Judgement:
    certain = np.zeros(evidence.shape, np.bool_)
    for thing, entry, stop in arrivals(evidence):
        if not agent or (evidence.truth.contact[entry:stop, thing] == AGENTS[agent]).mean() > 0.6:
            certain[entry + 1 : stop, thing] = True
    return judge(certain & evidence.seen, evidence.moving)


def _leaves(evidence: Evidence, agent: str) -> Judgement:
    certain = np.zeros(evidence.shape, np.bool_)
    for thing, first, stop in departures(evidence):
        if not agent or (evidence.truth.contact[first:stop, thing] == AGENTS[agent]).mean() > 0.6:
            certain[(first + stop) // 2 : stop, thing] = True
    return judge(certain & evidence.seen, evidence.moving)


MOTIONS: dict[str, Criterion] = {
    "moving": _moves,
    "pushed": partial(_does, (Motion.PUSHED,)),
    "lifted": partial(_does, (Motion.LIFTED,)),
    "carried": partial(_does, (Motion.CARRIED,)),
    "put down": partial(_does, (Motion.PUT_DOWN,)),
    "handed over": partial(_does, (Motion.HANDED_OVER,)),
    "rolling": partial(_does, (Motion.ROLLING,)),
    "falling": partial(_does, (Motion.FALLING,)),
    "sliding": partial(_does, (Motion.SLIDING,)),
    "left": partial(_directed, deep=False, sign=-1),
    "right": partial(_directed, deep=False, sign=1),
    "closer": partial(_directed, deep=True, sign=-1),
    "farther": partial(_directed, deep=True, sign=1),
    "held": _held,
    "waiting": _waits,
    "arriving": _arrives,
    "leaving": _leaves,
}
"""The criteria by name."""
WITH_AGENT = ("pushed", "lifted", "carried", "put down", "held", "arriving", "leaving", "moving")
"""Criteria that may name who acts."""
