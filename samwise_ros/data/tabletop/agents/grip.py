"""How the gripper and the hand hold things."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from samwise_ros.data.tabletop.composition.geometry import matrix
from samwise_ros.data.tabletop.description import Thing

MAX_OPENING_M = 0.13
_DEPTH_M = 0.028


class Grip(NamedTuple):
    """A grip from above.

    Attributes:
        offset_m: (3,) from the thing's centre to the point between the fingertips, in the world.
        yaw: direction in which the fingers close, radians about z.
        opening_m: distance between the fingertips.
    """

    offset_m: NDArray[np.float64]
    yaw: float
    opening_m: float


def half_height(thing: Thing) -> float:
    """Return half of the thing's extent along the world's z, as it rests, metres."""
    rotation = matrix(thing.orientation)
    return float(np.abs(rotation[2]) @ np.array(thing.dimensions_m) / 2)


def grip(thing: Thing) -> Grip:
    """Return the grip for a thing as it rests: across its narrow side, or at its rim."""
    rotation = matrix(thing.orientation)
    half = half_height(thing)
    level = np.abs(rotation[2]) < 0.5  # axes that are horizontal
    axes = [axis for axis in range(3) if level[axis]]
    widths = [thing.dimensions_m[axis] for axis in axes]
    axis = axes[int(np.argmin(widths))]
    direction, width = rotation[:, axis], thing.dimensions_m[axis]
    yaw = float(np.arctan2(direction[1], direction[0]))
    height = half - min(_DEPTH_M, half)
    if width <= MAX_OPENING_M and thing.kind not in ("bowl", "plate"):
        return Grip(np.array([0.0, 0.0, height]), yaw, width)
    side = direction * width / 2
    return Grip(np.array([side[0], side[1], half - 0.012]), yaw, 0.014)
