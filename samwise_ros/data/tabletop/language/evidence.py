"""What a viewer sees of a video: positions in the picture, distances and motions of its things."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from samwise_ros.data.tabletop.description import SceneDescription
from samwise_ros.data.tabletop.language.certainty import Mask, runs
from samwise_ros.data.tabletop.truth import Holder, Motion, VideoTruth

Numbers = NDArray[np.float64]

_SEEN = 0.0008
"""Visible fraction of the picture from which a viewer notices a thing."""
_RECOGNISABLE = 0.002
"""Visible fraction of the picture from which a viewer can say what a thing is."""
_CLEAR_FRAMES = 3
_CLEAR_SHIFT_M = 0.03
_CLEAR_SHIFT = 0.015
_CLEAR_SHARE = 0.6


@dataclass(frozen=True)
class Run:
    """Consecutive frames on which a thing keeps one motion.

    Attributes:
        thing: index of the thing.
        motion: the motion.
        first: first frame.
        stop: frame after the last.
        agent: who touches the thing on most of these frames.
        clear: whether it lasts long enough, goes far enough and is seen, so that a viewer is sure.
    """

    thing: int
    motion: Motion
    first: int
    stop: int
    agent: Holder
    clear: bool


class Evidence:
    """Quantities of one video; each is computed on first use.

    Positions in the picture are (x, y) from the top left, as fractions of its width. Distances on
    the ground are along the camera's view (``depth_m``) and to its right (``lateral_m``).

    Args:
        description: the scene.
        truth: the truth about the video.
    """

    def __init__(self, description: SceneDescription, truth: VideoTruth) -> None:
        self.description, self.truth = description, truth
        self.things = description.things
        self.shape = (len(truth.labels), len(description.things))
        T, H, W = truth.labels.shape
        N = len(self.things)
        # One histogram over the columns and one over the rows of each thing's mask.
        flat = truth.labels.ravel()
        pixels = np.flatnonzero((flat > 0) & (flat <= N))
        frame, pixel = np.divmod(pixels, H * W)
        row, column = np.divmod(pixel, W)
        mask = frame * N + flat[pixels] - 1
        self._columns = np.bincount(mask * W + column, minlength=T * N * W).reshape(T, N, W)
        self._rows = np.bincount(mask * H + row, minlength=T * N * H).reshape(T, N, H)
        self._size = (H, W)

    @cached_property
    def areas(self) -> NDArray[np.int64]:
        """(T, N) visible pixels."""
        return np.asarray(self._columns.sum(-1))

    @cached_property
    def seen(self) -> Mask:
        """(T, N) whether enough of a thing is visible to notice it."""
        return np.asarray(self.areas >= _SEEN * self._size[0] * self._size[1])

    @cached_property
    def recognisable(self) -> Mask:
        """(T, N) whether enough of a thing is visible to say what it is."""
        return np.asarray(self.areas >= _RECOGNISABLE * self._size[0] * self._size[1])

    @cached_property
    def known(self) -> Mask:
        """(T, N) whether a viewer has seen anything of a thing on this frame or before."""
        return np.asarray(np.logical_or.accumulate(self.areas > 0, axis=0))

    @cached_property
    def present(self) -> Mask:
        """(T, N) whether a known thing is in the picture, visible or hidden."""
        return np.asarray(self.known & (self.truth.in_view | (self.areas > 0)))

    @cached_property
    def centres(self) -> Numbers:
        """(T, N, 2) centre of a thing, hidden or not, in the picture."""
        return np.asarray(self.truth.centres / self._size[1], np.float64)

    @cached_property
    def x_range(self) -> tuple[Numbers, Numbers]:
        """(T, N) lowest and highest x at which a viewer could see a thing's middle."""
        weights = np.arange(self._size[1]) / self._size[1]
        middle = (self._columns * weights).sum(-1) / np.maximum(self.areas, 1)
        middle = np.where(self.seen, middle, self.centres[..., 0])
        return np.minimum(middle, self.centres[..., 0]), np.maximum(middle, self.centres[..., 0])

    @cached_property
    def x_edges(self) -> tuple[Numbers, Numbers]:
        """(T, N) left and right edge of the visible part; the centre where nothing is visible."""
        W = self._size[1]
        left = (self._columns > 0).argmax(-1) / W
        right = 1 - (self._columns[..., ::-1] > 0).argmax(-1) / W
        x = self.centres[..., 0]
        return np.where(self.seen, left, x), np.where(self.seen, right, x)

    @cached_property
    def bottom(self) -> Numbers:
        """(T, N) y of the lowest visible pixel; the centre where nothing is visible."""
        H, W = self._size
        lowest = (H - (self._rows[..., ::-1] > 0).argmax(-1)) / W
        return np.where(self.seen, lowest, self.centres[..., 1])

    @cached_property
    def rotations(self) -> Numbers:
        """(T, N, 3, 3) rotations from the things to the world."""
        w, x, y, z = np.moveaxis(np.asarray(self.truth.orientations, np.float64), -1, 0)
        rows = [
            [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
            [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
            [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
        ]
        return np.moveaxis(np.array(rows), (0, 1), (-2, -1))

    @cached_property
    def dimensions_m(self) -> Numbers:
        """(N, 3) extents of the things."""
        return np.array([thing.dimensions_m for thing in self.things])

    @cached_property
    def heights_m(self) -> Numbers:
        """(T, N) extent along the world's z."""
        return np.asarray((np.abs(self.rotations[..., 2, :]) * self.dimensions_m).sum(-1))

    @cached_property
    def _from_camera(self) -> Numbers:
        return np.asarray(self.truth.positions_m - self.truth.camera_poses[:, None, :3, 3])

    @cached_property
    def distance_m(self) -> Numbers:
        """(T, N) distance to the camera."""
        return np.asarray(np.linalg.norm(self._from_camera, axis=-1))

    @cached_property
    def lateral_m(self) -> Numbers:
        """(T, N) distance to the right of the camera, on the ground."""
        return self._along(self.truth.camera_poses[:, :2, 0])

    @cached_property
    def depth_m(self) -> Numbers:
        """(T, N) distance in front of the camera, on the ground."""
        right = self.truth.camera_poses[:, :2, 0]
        return self._along(np.stack([-right[:, 1], right[:, 0]], -1))

    def _along(self, axes: Numbers) -> Numbers:
        axes = axes / np.maximum(np.linalg.norm(axes, axis=-1, keepdims=True), 1e-9)
        return np.asarray(np.einsum("tni,ti->tn", self._from_camera[..., :2], axes))

    @cached_property
    def offsets_m(self) -> tuple[Numbers, Numbers]:
        """(T, N, N) offset of thing j from thing k to the right and away, seen towards thing k."""
        ground = self._from_camera[..., :2].astype(np.float64)
        view = ground / np.maximum(np.linalg.norm(ground, axis=-1, keepdims=True), 1e-9)
        offset = ground[:, :, None] - ground[:, None, :]
        away = (offset * view[:, None]).sum(-1)
        right = offset[..., 0] * view[:, None, :, 1] - offset[..., 1] * view[:, None, :, 0]
        return np.asarray(right), np.asarray(away)

    @cached_property
    def gaps_m(self) -> Numbers:
        """(T, N, N) horizontal gap between the boxes around two things, along their centres."""
        position = self.truth.positions_m[..., :2].astype(np.float64)
        offset = position[:, None, :] - position[:, :, None]
        distance = np.linalg.norm(offset, axis=-1)
        direction = offset / np.maximum(distance, 1e-9)[..., None]
        along = np.einsum("tjki,tjia->tjka", direction, self.rotations[..., :2, :])
        reach = (np.abs(along) * self.dimensions_m[:, None, :] / 2).sum(-1)
        return np.asarray(distance - reach - reach.transpose(0, 2, 1))

    @cached_property
    def runs(self) -> tuple[Run, ...]:
        """Every run of every thing's motions, in the order of their first frames."""
        found = [
            self._run(thing, motion, first, stop)
            for thing in range(self.shape[1])
            for motion in Motion
            if motion is not Motion.REST
            for first, stop in runs(self.truth.motion[:, thing] == motion)
        ]
        return tuple(sorted(found, key=lambda run: (run.first, run.thing)))

    def _run(self, thing: int, motion: Motion, first: int, stop: int) -> Run:
        held = np.maximum(self.truth.contact, self.truth.grasped)[first:stop, thing]
        agent = Holder(int(np.bincount(held, minlength=3).argmax()))
        path = self.truth.positions_m[max(first - 1, 0) : stop, thing]
        far = float(np.linalg.norm(path - path[0], axis=-1).max()) >= _CLEAR_SHIFT_M
        shift = self.shift(thing, max(first - 1, 0), stop - 1)
        clear = (
            stop - first >= _CLEAR_FRAMES
            and far
            and float(np.abs(shift).max()) >= _CLEAR_SHIFT
            and float(self.seen[first:stop, thing].mean()) >= _CLEAR_SHARE
        )
        return Run(thing, motion, first, stop, agent, clear)

    def shift(self, thing: int, first: int, last: int) -> Numbers:
        """Return a thing's shift in x and y between two frames as a resting camera would see it.

        The camera is held at its pose on the first frame, so that its own motion has no effect.
        """
        to_camera = np.linalg.inv(self.truth.camera_poses[first])
        points = self.truth.positions_m[[first, last], thing].astype(np.float64)
        in_camera = points @ to_camera[:3, :3].T + to_camera[:3, 3]
        pixels = in_camera @ self.truth.intrinsics.T
        pixels = pixels[:, :2] / np.maximum(pixels[:, 2:], 1e-6)
        return np.asarray((pixels[1] - pixels[0]) / self._size[1])

    def ground_path(self, thing: int, first: int, stop: int) -> Numbers:
        """Return a thing's path on the ground, to the right of and away from a resting camera.

        Returns:
            (stop - first, 2) metres, with the camera held at its pose on the first frame.
        """
        right = self.truth.camera_poses[first, :2, 0]
        right = right / max(float(np.linalg.norm(right)), 1e-9)
        path = self.truth.positions_m[first:stop, thing, :2].astype(np.float64)
        return np.asarray(path @ np.stack([right, [-right[1], right[0]]], -1))

    @cached_property
    def moving(self) -> Mask:
        """(T, N) whether a thing moves, or has just started or stopped."""
        moving = self.truth.motion != Motion.REST
        padded = np.pad(moving, ((1, 1), (0, 0)))
        return np.asarray(padded[:-2] | moving | padded[2:])

    @cached_property
    def noticed(self) -> Mask:
        """(T, N) whether a thing has moved for so long that a viewer has noticed it."""
        moving = (self.truth.motion != Motion.REST) & self.seen
        padded = np.pad(moving, ((2, 0), (0, 0)))
        return np.asarray(moving & padded[1:-1] & padded[:-2])

    @cached_property
    def moved(self) -> Mask:
        """(T, N) whether a viewer has noticed until this frame that a thing moves or moved."""
        return np.asarray(np.logical_or.accumulate(self.noticed, axis=0))
