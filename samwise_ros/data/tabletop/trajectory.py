"""How the things of a video move: what a simulation returns, and what is stored of it."""

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from samwise_ros.data.tabletop.truth import ThingStates

_UNIT_M = 1e-4
_ONE = 30000
"""Integer of the quaternion component 1."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Trajectory(ThingStates):
    """Motion of N things on T frames, as integers: a stored one equals a simulated one exactly.

    Attributes:
        positions: (T, N, 3) int16, 0.1 mm.
        orientations: (T, N, 4) int16, quaternions (w, x, y, z) times 30000.
    """

    positions: NDArray[np.int16]
    orientations: NDArray[np.int16]

    @property
    def positions_m(self) -> NDArray[np.float32]:
        """(T, N, 3) float32, metres."""
        return (self.positions * np.float32(_UNIT_M)).astype(np.float32)

    @property
    def quaternions(self) -> NDArray[np.float32]:
        """(T, N, 4) float32, of length 1."""
        values = self.orientations.astype(np.float32)
        return np.asarray(values / np.linalg.norm(values, axis=-1, keepdims=True))

    @staticmethod
    def integers(
        positions_m: NDArray[np.float64], quaternions: NDArray[np.float64]
    ) -> tuple[NDArray[np.int16], NDArray[np.int16]]:
        """Return positions and quaternions as they are stored."""
        positions = np.clip(np.round(positions_m / _UNIT_M), -32767, 32767)
        return positions.astype(np.int16), np.round(quaternions * _ONE).astype(np.int16)


FIELDS = tuple(field.name for field in fields(Trajectory))
