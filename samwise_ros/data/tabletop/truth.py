"""What is true on every frame of a simulated video: masks, depth, poses, motion and contact."""

from dataclasses import dataclass, fields
from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

AGENT_LABEL = 255
"""Label of the pixels of the robot arm and of the hand."""
PLACE = -1
"""Support of a thing that rests on the place."""
NO_SUPPORT = -2
"""Support of a thing that is held or in the air."""


class Motion(IntEnum):
    """What a thing does on a frame; everything but ``REST`` is a motion."""

    REST = 0
    PUSHED = 1
    LIFTED = 2
    CARRIED = 3
    PUT_DOWN = 4
    HANDED_OVER = 5
    ROLLING = 6
    FALLING = 7
    SLIDING = 8
    """Moves without an agent and without rolling, such as a thing that was hit by another."""


class Holder(IntEnum):
    """Who touches or holds a thing."""

    NONE = 0
    ARM = 1
    HAND = 2


@dataclass(frozen=True, eq=False, kw_only=True)
class ThingStates:
    """What N things do on T frames.

    Attributes:
        motion: (T, N) uint8, ``Motion``.
        contact: (T, N) uint8, ``Holder`` of the gripper or hand that touches the thing.
        grasped: (T, N) uint8, ``Holder`` of the gripper or hand that holds the thing.
        support: (T, N) int8, index of the thing on or in which it rests, ``PLACE`` or
            ``NO_SUPPORT``.
    """

    motion: NDArray[np.uint8]
    contact: NDArray[np.uint8]
    grasped: NDArray[np.uint8]
    support: NDArray[np.int8]

    @property
    def states(self) -> dict[str, NDArray[Any]]:
        """The arrays of ``ThingStates`` by name."""
        return {field.name: getattr(self, field.name) for field in fields(ThingStates)}


@dataclass(frozen=True, eq=False, kw_only=True)
class VideoTruth(ThingStates):
    """The truth about T frames with N things, H x W pixels.

    Attributes:
        labels: (T, H, W) uint8, the visible thing at each pixel: index + 1, 0 for the place,
            ``AGENT_LABEL`` for the arm and the hand.
        depth_m: (T, H, W) float32, distance along the optical axis.
        camera_poses: (T, 4, 4) float64, from the optical frame (x right, y down, z forward) to
            the world.
        intrinsics: (3, 3) float64, pixels.
        positions_m: (T, N, 3) float32, centres of the bounding boxes in the world.
        orientations: (T, N, 4) float32, quaternions (w, x, y, z) from the things to the world.
        in_view: (T, N) bool, whether the thing's centre is inside the image and in front of the
            camera, hidden or not.
    """

    labels: NDArray[np.uint8]
    depth_m: NDArray[np.float32]
    camera_poses: NDArray[np.float64]
    intrinsics: NDArray[np.float64]
    positions_m: NDArray[np.float32]
    orientations: NDArray[np.float32]
    in_view: NDArray[np.bool_]

    @property
    def things(self) -> int:
        """Number of things N."""
        return int(self.motion.shape[1])

    @property
    def masks(self) -> NDArray[np.bool_]:
        """(T, N, H, W) bool, the visible pixels of each thing."""
        numbers = np.arange(1, self.things + 1, dtype=np.uint8)
        masks: NDArray[np.bool_] = self.labels[:, None] == numbers[:, None, None]
        return masks

    @property
    def areas(self) -> NDArray[np.int64]:
        """(T, N) int64, number of visible pixels of each thing."""
        T = len(self.labels)
        counts = [np.bincount(frame.ravel(), minlength=256) for frame in self.labels]
        return np.array(counts, np.int64).reshape(T, 256)[:, 1 : self.things + 1]

    @property
    def centres(self) -> NDArray[np.float32]:
        """(T, N, 2) float32, pixel (x, y) at which the centre of each thing is projected."""
        to_camera = np.linalg.inv(self.camera_poses)
        points = np.concatenate([self.positions_m, np.ones_like(self.positions_m[..., :1])], -1)
        camera = np.einsum("tij,tnj->tni", to_camera, points)[..., :3]
        pixels = np.einsum("ij,tnj->tni", self.intrinsics, camera)
        return np.asarray(pixels[..., :2] / np.maximum(pixels[..., 2:], 1e-6), np.float32)
