"""Renders the frames of a description with the poses of a trajectory."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from samwise_ros.data.tabletop.agents import rig
from samwise_ros.data.tabletop.agents.paths import plan
from samwise_ros.data.tabletop.composition.geometry import intrinsics, matrix, project
from samwise_ros.data.tabletop.composition.things import nominal_height
from samwise_ros.data.tabletop.description import Agent, Material, SceneDescription, Thing
from samwise_ros.data.tabletop.shapes import furniture
from samwise_ros.data.tabletop.shapes.build import build_mesh
from samwise_ros.data.tabletop.shapes.mesh import Mesh
from samwise_ros.data.tabletop.simulation.renderer import Renderer, Rendering, SlotSize, Surface
from samwise_ros.data.tabletop.textures import places, surfaces
from samwise_ros.data.tabletop.textures.camera import develop
from samwise_ros.data.tabletop.trajectory import Trajectory
from samwise_ros.data.tabletop.truth import AGENT_LABEL, VideoTruth

MAX_THINGS = 10
_SCENERY = 5  # slots of the surroundings
_AGENT_SLOTS: dict[Agent, range] = {
    "arm": range(MAX_THINGS + _SCENERY, MAX_THINGS + _SCENERY + 6),
    "hand": range(MAX_THINGS + _SCENERY + 6, MAX_THINGS + _SCENERY + 8),
}
_RIG_TEXTURE = 16
_CLUTTER_TEXTURE = 64
THING_SIZE = SlotSize(1100, 1800, surfaces.SIDE)
SCENERY_SIZES = (
    SlotSize(2100, 3800, places.SIDE),  # surface
    SlotSize(200, 200, surfaces.SIDE),  # legs and boards
    SlotSize(800, 1500, places.SIDE),  # floor
    SlotSize(1600, 2800, places.SIDE),  # walls
    SlotSize(2600, 4000, _CLUTTER_TEXTURE),
)
"""Capacity of the slots of `scenery_surfaces`."""
_SIZES = (
    *[THING_SIZE] * MAX_THINGS,
    *SCENERY_SIZES,
    *[SlotSize(900, 1400, _RIG_TEXTURE)] * 8,
)
_GLOSS: dict[Material, tuple[float, float]] = {
    "ceramic": (0.55, 0.7),
    "metal": (0.8, 0.6),
    "glass": (0.9, 0.85),
    "plastic": (0.35, 0.5),
    "rubber": (0.12, 0.2),
    "paper": (0.04, 0.1),
    "wood": (0.08, 0.2),
    "fruit": (0.22, 0.4),
}
"""Strength and sharpness of highlights."""
_GLASS_OPACITY = 0.78
_SHINY_SURFACES = ("laminate", "marble", "granite", "tiles", "terrazzo")


class SceneRenderer:
    """Renders videos of one size; its GL context belongs to the process that made it."""

    def __init__(self, width: int, height: int) -> None:
        """Create a context.

        Raises:
            RenderingError: there is no GL library.
        """
        self.width, self.height = width, height
        self._renderer = Renderer(width, height, _SIZES)

    @property
    def versions(self) -> dict[str, str]:
        """Versions that results depend on."""
        return self._renderer.versions

    def video(
        self, description: SceneDescription, trajectory: Trajectory
    ) -> tuple[NDArray[np.uint8], VideoTruth]:
        """Render a video.

        Returns:
            (T, H, W, 3) uint8 RGB, and the truth.
        """
        return self._video(description, trajectory, colour=True)

    def truth(self, description: SceneDescription, trajectory: Trajectory) -> VideoTruth:
        """Return the truth about a video; without images, which take most of the time."""
        return self._video(description, trajectory, colour=False)[1]

    def _video(
        self, description: SceneDescription, trajectory: Trajectory, colour: bool
    ) -> tuple[NDArray[np.uint8], VideoTruth]:
        shape = (description.frames, self.height, self.width)
        rgb, labels = np.empty((*shape, 3), np.uint8), np.zeros(shape, np.uint8)
        depth = np.empty(shape, np.float32)
        label_of = _labels(len(description.things))
        images = self._render(description, trajectory, range(description.frames), colour)
        for frame, image in enumerate(images):
            rgb[frame], depth[frame] = image.rgb, image.depth_m
            labels[frame] = label_of[image.slots]
        return rgb, self._truth(description, trajectory, labels, depth)

    def images(
        self, description: SceneDescription, trajectory: Trajectory, frames: Sequence[int]
    ) -> list[NDArray[np.uint8]]:
        """Render some frames of a video: (H, W, 3) uint8 RGB each."""
        return [image.rgb for image in self._render(description, trajectory, frames)]

    def _render(
        self,
        description: SceneDescription,
        trajectory: Trajectory,
        frames: Sequence[int],
        colour: bool = True,
    ) -> Iterator[Rendering]:
        self._load(description)
        paths, camera = plan(description).paths, description.camera
        rotations = matrix(trajectory.quaternions)
        poses = np.tile(np.eye(4), (len(_SIZES), 1, 1))
        count = len(description.things)
        for frame in frames:
            poses[:count, :3, :3] = rotations[frame]
            poses[:count, :3, 3] = trajectory.positions_m[frame]
            for agent, path in paths.items():
                slots = _AGENT_SLOTS[agent]
                base = np.array(description.bases[agent])
                poses[slots.start : slots.stop] = rig.poses(agent, base, path.at(frame))
            image = self._renderer.render(
                poses, camera.poses[frame], camera.fov_y_deg, description.ambient, colour
            )
            if colour:
                rng = np.random.default_rng([description.agents_seed, frame])
                image = replace(image, rgb=develop(rng, image.rgb, camera, frame))
            yield image

    def _truth(
        self,
        description: SceneDescription,
        trajectory: Trajectory,
        labels: NDArray[np.uint8],
        depth: NDArray[np.float32],
    ) -> VideoTruth:
        camera = description.camera
        aspect = self.width / self.height
        places = [
            project(position, pose, camera.fov_y_deg, aspect)
            for position, pose in zip(trajectory.positions_m, camera.poses, strict=True)
        ]
        place = np.stack(places)
        return VideoTruth(
            labels=labels,
            depth_m=depth,
            camera_poses=camera.poses,
            intrinsics=intrinsics(camera.fov_y_deg, self.width, self.height),
            positions_m=trajectory.positions_m,
            orientations=trajectory.quaternions,
            in_view=(np.abs(place[..., :2]) <= 1).all(axis=-1) & (place[..., 2] > 0),
            **trajectory.states,
        )

    def _load(self, description: SceneDescription) -> None:
        contents: list[Surface | None] = [None] * len(_SIZES)
        for index, thing in enumerate(description.things):
            contents[index] = thing_surface(thing)
        contents[MAX_THINGS : MAX_THINGS + _SCENERY] = scenery_surfaces(description)
        for agent in description.bases:
            rng = np.random.default_rng([description.agents_seed, len(agent)])
            texture = rig.texture(rig.draw_style(rng, agent), _RIG_TEXTURE)
            gloss = (0.4, 0.5) if agent == "arm" else (0.08, 0.2)
            for slot, mesh in zip(_AGENT_SLOTS[agent], rig.meshes(agent), strict=True):
                contents[slot] = Surface(mesh, texture, *gloss)
        self._renderer.load(contents, description.lights)

    def close(self) -> None:
        """Free the context."""
        self._renderer.close()


def _labels(things: int) -> NDArray[np.uint8]:
    """Return the label of each slot; the last entry is that of no slot."""
    labels = np.zeros(len(_SIZES) + 1, np.uint8)
    labels[:things] = np.arange(1, things + 1)
    for slots in _AGENT_SLOTS.values():
        labels[slots.start : slots.stop] = AGENT_LABEL
    return labels


def thing_surface(thing: Thing) -> Surface:
    """Return the mesh and the texture of a thing."""
    height = nominal_height(thing)
    mesh = build_mesh(thing.kind, thing.family, height, thing.parameters[:6])
    opacity = _GLASS_OPACITY if thing.look.material == "glass" else 1.0
    return Surface(mesh, surfaces.texture(thing), *_GLOSS[thing.look.material], opacity)


def scenery_surfaces(description: SceneDescription) -> list[Surface | None]:
    """Return the surface, its support, the floor, the walls and the clutter."""
    place = description.place
    shine = (0.3, 0.5) if place.surface in _SHINY_SURFACES else (0.05, 0.1)
    top = places.texture(place.surface, place.seed)
    wall = places.texture(place.wall, place.seed + 1)
    ground = places.texture("planks" if place.seed % 2 else "carpet", place.seed + 2)
    step = places.SIDE // surfaces.SIDE
    directions = [np.arctan2(base[1], base[0]) for base in description.bases.values()]
    position = description.camera.poses[0, :3, 3]
    directions.append(np.arctan2(position[1], position[0]))

    def surface(
        mesh: Mesh | None, picture: NDArray[np.uint8], gloss: float = 0.05
    ) -> Surface | None:
        return None if mesh is None else Surface(mesh, picture, gloss, 0.2)

    return [
        Surface(furniture.surface(place), top, *shine),
        surface(furniture.support(place), np.ascontiguousarray(top[::step, ::step])),
        surface(furniture.floor(place), ground),
        surface(furniture.walls(place), wall),
        surface(
            furniture.clutter(place, [float(angle) for angle in directions]),
            furniture.clutter_texture(place.seed, _CLUTTER_TEXTURE),
            0.2,
        ),
    ]
