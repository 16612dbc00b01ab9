"""What the camera of a trial sees: colour, depth and, for the truth only, the things' masks."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from samwise_ros.data.tabletop.agents import rig
from samwise_ros.data.tabletop.composition.geometry import intrinsics
from samwise_ros.data.tabletop.description import SceneDescription
from samwise_ros.data.tabletop.shapes.mesh import MAIN, Mesh, box, merge
from samwise_ros.data.tabletop.simulation.renderer import Renderer, SlotSize, Surface
from samwise_ros.data.tabletop.simulation.scene import (
    SCENERY_SIZES,
    THING_SIZE,
    scenery_surfaces,
    thing_surface,
)
from samwise_ros.data.tabletop.textures.camera import develop
from samwise_ros.data.tabletop.truth import AGENT_LABEL
from samwise_ros.sim.physics import Physics, tray_boxes
from samwise_ros.sim.scene import MOST, SCALE, to_base, to_tabletop
from samwise_ros.sim.so101_meshes import arm_meshes

Array = NDArray[np.float64]

_TEXTURE = 16
_TRAY = MOST + len(SCENERY_SIZES)
_ARM = _TRAY + 1
_YELLOW, _DARK, _GREY = (1.0, 0.82, 0.12), (0.1, 0.1, 0.1), (0.45, 0.47, 0.5)


class Snapshot(NamedTuple):
    """Poses at one moment, in the frame of the arm's foot: (K, 3) positions, (K, 3, 3) rotations.

    The things come first, then the bodies of the arm.
    """

    positions_m: Array
    rotations: Array


class Picture(NamedTuple):
    """One image of H x W pixels.

    Attributes:
        rgb: (H, W, 3) uint8.
        depth_m: (H, W) float32, along the optical axis, metres of the robot.
        labels: (H, W) uint8: index of the thing plus 1, ``AGENT_LABEL`` for the arm, else 0.
    """

    rgb: NDArray[np.uint8]
    depth_m: NDArray[np.float32]
    labels: NDArray[np.uint8]


class View:
    """Renders a scene; its GL context belongs to the thread that made it."""

    def __init__(self, width: int, height: int) -> None:
        """Create a context for images of one size, pixels.

        Raises:
            ArmModelError: the model of the arm is not installed.
            RenderingError: there is no GL library.
        """
        self._arm = arm_meshes()
        sizes = [
            *[THING_SIZE] * MOST,
            *SCENERY_SIZES,
            SlotSize(400, 400, _TEXTURE),
            *(_size(mesh) for mesh in self._arm.values()),
        ]
        self._slots = len(sizes)
        self._renderer = Renderer(width, height, sizes)
        self._size = width, height
        self._frame = 0

    def load(self, description: SceneDescription) -> None:
        """Show another scene."""
        self._description, self._frame = description, 0
        contents: list[Surface | None] = [None] * self._slots
        for index, thing in enumerate(description.things):
            contents[index] = thing_surface(thing)
        contents[MOST:_TRAY] = scenery_surfaces(description)
        tray = _swatches(_GREY, _GREY)
        contents[_TRAY] = Surface(_tray_mesh(), tray, 0.1, 0.2)
        paint = _swatches(_YELLOW, _DARK)
        for slot, mesh in enumerate(self._arm.values(), _ARM):
            contents[slot] = Surface(mesh.scaled([1 / SCALE] * 3), paint, 0.4, 0.5)
        self._renderer.load(contents, description.lights)

    def camera_matrix(self) -> Array:
        """Return the (3, 3) matrix of the camera, pixels."""
        return intrinsics(self._description.camera.fov_y_deg, *self._size)

    def snapshot(self, physics: Physics) -> Snapshot:
        """Return the poses that `render` draws."""
        bodies = [physics.model.body(name).id for name in self._arm]
        centres, rotations = physics.thing_poses()
        return Snapshot(
            np.concatenate([centres, physics.data.xpos[bodies]]),
            np.concatenate([rotations, physics.data.xmat[bodies].reshape(-1, 3, 3)]),
        )

    def render(self, snapshot: Snapshot, colour: bool = True) -> Picture:
        """Render an image; without colour, which takes most of the time, it is black."""
        description = self._description
        camera, count = description.camera, len(description.things)
        slots = [*range(count), *range(_ARM, self._slots)]
        poses = np.tile(np.eye(4), (self._slots, 1, 1))
        poses[slots, :3, 3] = to_tabletop(snapshot.positions_m)
        poses[slots, :3, :3] = snapshot.rotations
        image = self._renderer.render(
            poses, camera.poses[0], camera.fov_y_deg, description.ambient, colour
        )
        rng = np.random.default_rng([description.agents_seed, self._frame])
        rgb = develop(rng, image.rgb, camera, self._frame % len(camera.exposure))
        self._frame += 1
        label_of = np.zeros(self._slots + 1, np.uint8)
        label_of[:count] = np.arange(1, count + 1)
        label_of[_ARM : self._slots] = AGENT_LABEL
        return Picture(rgb, image.depth_m * np.float32(SCALE), label_of[image.slots])

    def close(self) -> None:
        """Free the context."""
        self._renderer.close()


def camera_pose(description: SceneDescription) -> Array:
    """Return the (4, 4) pose of the optical frame in the frame of the arm's foot."""
    pose = np.array(description.camera.poses[0])
    pose[:3, 3] = to_base(pose[:3, 3])
    return pose


def _size(mesh: Mesh) -> SlotSize:
    return SlotSize(len(mesh.vertices) + 8, len(mesh.faces) + 8, _TEXTURE)


def _swatches(main: tuple[float, ...], inside: tuple[float, ...]) -> NDArray[np.uint8]:
    style = rig.Style(np.array(main), np.array(main), np.array(inside), np.array(inside))
    return rig.texture(style, _TEXTURE)


def _tray_mesh() -> Mesh:
    parts = [
        box([2 * value / SCALE for value in half], MAIN).moved(to_tabletop(centre))
        for centre, half in tray_boxes()
    ]
    return merge(*parts)
