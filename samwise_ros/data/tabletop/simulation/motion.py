"""Derives motion, support and grasps from simulated states."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from samwise_ros.data.tabletop.agents.grip import half_height
from samwise_ros.data.tabletop.agents.paths import Plan
from samwise_ros.data.tabletop.catalogue import KINDS
from samwise_ros.data.tabletop.composition.geometry import matrix
from samwise_ros.data.tabletop.composition.things import radius
from samwise_ros.data.tabletop.description import SceneDescription
from samwise_ros.data.tabletop.trajectory import Trajectory
from samwise_ros.data.tabletop.truth import NO_SUPPORT, PLACE, Holder, Motion

_MOVED_M = 0.0035
_TURNED = 0.06
"""Smallest motion from one frame to the next: metres, radians."""
_ACTIONS = {
    "lift": Motion.LIFTED,
    "carry": Motion.CARRIED,
    "put down": Motion.PUT_DOWN,
    "hand over": Motion.HANDED_OVER,
}
_HOLDERS = {"arm": Holder.ARM, "hand": Holder.HAND}


class States(NamedTuple):
    """Simulated states of K frames, from the start of the script to one after the video.

    Attributes:
        poses: (K, N, 7) position and quaternion of each thing.
        contacts: (K, N) holder that touched each thing on the way to that state.
        pairs: for each state the pairs of things that touch.
    """

    poses: NDArray[np.float64]
    contacts: NDArray[np.uint8]
    pairs: list[set[tuple[int, int]]]


def trajectory(description: SceneDescription, plan: Plan, states: States) -> Trajectory:
    """Return the trajectory of the frames of the video."""
    first, frames = -description.first_frame, description.frames
    count = len(description.things)
    grasped = np.zeros((frames, count), np.uint8)
    motion = np.zeros((frames, count), np.uint8)
    support = np.full((frames, count), NO_SUPPORT, np.int8)
    contact = states.contacts[first : first + frames].copy()
    for hold in plan.holds:
        moments = np.arange(frames)
        held = (moments >= hold.start) & (moments < hold.stop)
        grasped[held, hold.thing] = _HOLDERS[hold.agent]
    contact[grasped > 0] = grasped[grasped > 0]
    for frame in range(frames):
        state = first + frame
        before = max(state - 1, 0)
        after = before + 1
        for index in range(count):
            step = (states.poses[before, index], states.poses[after, index])
            motion[frame, index] = _motion(description, frame, index, step, contact[frame, index])
            if grasped[frame, index] == Holder.NONE:
                support[frame, index] = _support(description, states, state, index)
    positions, orientations = Trajectory.integers(
        states.poses[first : first + frames, :, :3], states.poses[first : first + frames, :, 3:]
    )
    return Trajectory(
        positions=positions,
        orientations=orientations,
        motion=motion,
        contact=contact,
        grasped=grasped,
        support=support,
    )


def _motion(
    description: SceneDescription,
    frame: int,
    index: int,
    step: tuple[NDArray[np.float64], NDArray[np.float64]],
    holder: int,
) -> Motion:
    """Return what a thing does between two states."""
    moved = step[1][:3] - step[0][:3]
    distance = float(np.linalg.norm(moved))
    turned = 2 * float(np.arccos(np.clip(abs(step[0][3:] @ step[1][3:]), 0, 1)))
    if distance < _MOVED_M and turned < _TURNED:
        return Motion.REST
    for action in description.script:
        if (
            action.thing == index
            and action.start < frame <= action.stop
            and action.kind in _ACTIONS
        ):
            return _ACTIONS[action.kind]
    if holder:
        return Motion.PUSHED
    if moved[2] < -0.02:
        return Motion.FALLING
    thing = description.things[index]
    level = float(np.hypot(moved[0], moved[1]))
    if KINDS[thing.kind].rolls and turned * half_height(thing) > 0.35 * level:
        return Motion.ROLLING
    return Motion.SLIDING


def _support(description: SceneDescription, states: States, state: int, index: int) -> int:
    """Return what a thing rests on that is not held."""
    things, poses = description.things, states.poses[state]
    rotation = matrix(poses[index, 3:])
    half = float(np.abs(rotation[2]) @ np.array(things[index].dimensions_m) / 2)
    bottom = poses[index, 2] - half
    best, nearest = NO_SUPPORT, np.inf
    for other, below in enumerate(things):
        if (index, other) not in states.pairs[state]:
            continue
        apart = float(np.hypot(*(poses[index, :2] - poses[other, :2])))
        lower = bottom > poses[other, 2] - 0.48 * below.dimensions_m[2] and bottom > 0.003
        if lower and apart < radius(below) and apart < nearest:
            best, nearest = other, apart
    if best == NO_SUPPORT and bottom < 0.008:
        return PLACE
    return best
