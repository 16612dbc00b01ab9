"""Hand-made videos: things as ellipses before a pinhole camera, moved by hand."""

import random
from dataclasses import dataclass, replace

import numpy as np

from samwise_ros.data.tabletop.catalogue import KINDS
from samwise_ros.data.tabletop.description import (
    CameraPath,
    Light,
    Look,
    Place,
    SceneDescription,
    Thing,
)
from samwise_ros.data.tabletop.truth import NO_SUPPORT, PLACE, Holder, Motion, VideoTruth

WIDTH, HEIGHT = 128, 96
EXTENTS = {"bottle": (0.07, 0.07, 0.2), "plate": (0.2, 0.2, 0.02), "bowl": (0.15, 0.15, 0.06)}
MOTIONS = (Motion.PUSHED, Motion.ROLLING, Motion.SLIDING)


def thing(kind: str, colour: str = "red", **changes: object) -> Thing:
    """Return a thing; ``changes`` are fields of ``Thing`` or ``Look``."""
    look = Look(colour, (), "plain", KINDS[kind].materials[0], False, (0.5, 0.5, 0.5), 0)
    looks = {name: changes.pop(name) for name in tuple(changes) if hasattr(look, name)}
    item = Thing(
        kind=kind,
        family=KINDS[kind].families[0],
        parameters=(),
        look=replace(look, **looks),
        size="medium",
        dimensions_m=EXTENTS.get(kind, (0.08, 0.08, 0.09)),
        resting="upright",
        position_m=(0.0, 0.0, 0.045),
        orientation=(1.0, 0.0, 0.0, 0.0),
    )
    return replace(item, **changes)


@dataclass
class Play:
    """A video in the making: N things that rest for T frames until they are moved."""

    things: list[Thing]
    frames: int

    def __post_init__(self) -> None:
        shape = (self.frames, len(self.things))
        start = np.array([item.position_m for item in self.things], np.float32)
        self.positions = np.repeat(start[None], self.frames, 0)
        turns = np.array([item.orientation for item in self.things], np.float32)
        self.orientations = np.repeat(turns[None], self.frames, 0)
        self.motion = np.zeros(shape, np.uint8)
        self.contact = np.zeros(shape, np.uint8)
        self.grasped = np.zeros(shape, np.uint8)
        self.support = np.full(shape, PLACE, np.int8)
        for index, item in enumerate(self.things):
            self.support[:, index] = item.on

    def move(
        self,
        index: int,
        first: int,
        stop: int,
        to: tuple[float, float, float],
        motion: Motion = Motion.PUSHED,
        agent: Holder = Holder.NONE,
    ) -> "Play":
        """Move a thing along a straight line; it stays where the motion ends."""
        start = self.positions[first, index].copy()
        share = (np.arange(first, stop) - first + 1) / (stop - first)
        self.positions[first:stop, index] = start + share[:, None] * (np.array(to) - start)
        self.positions[stop:, index] = to
        self.motion[first:stop, index] = motion
        self.contact[first:stop, index] = agent
        if motion in (Motion.LIFTED, Motion.CARRIED, Motion.PUT_DOWN):
            self.grasped[first:stop, index] = agent
            self.support[first:stop, index] = NO_SUPPORT
        return self

    def put_on(self, index: int, other: int, first: int) -> "Play":
        """Let a thing rest on another from a frame on."""
        self.support[first:, index] = other
        return self

    def video(self, split: str = "train") -> tuple[SceneDescription, VideoTruth]:
        """Return description and truth."""
        pose = looking_at_the_table()
        poses = np.repeat(pose[None], self.frames, 0)
        camera = CameraPath("fixed", 45.0, poses, 0.0, np.ones(self.frames), 0.0)
        description = SceneDescription(
            split=split,
            index=0,
            scenario="handmade",
            frames=self.frames,
            things=tuple(self.things),
            place=Place("table", "planks", "plain", (0.6, 0.5), 0, 0),
            lights=(Light((0, 0, 2), (0, 0, 0), (1, 1, 1), True),),
            camera=camera,
            script=(),
            bases={},
            ambient=0.3,
            agents_seed=0,
        )
        focal = HEIGHT / 2 / np.tan(np.radians(45.0) / 2)
        intrinsics = np.array([[focal, 0, WIDTH / 2], [0, focal, HEIGHT / 2], [0, 0, 1]])
        labels, depth, in_view = self._draw(pose, intrinsics)
        return description, VideoTruth(
            labels=labels,
            depth_m=depth,
            camera_poses=poses,
            intrinsics=intrinsics,
            positions_m=self.positions,
            orientations=self.orientations,
            motion=self.motion,
            contact=self.contact,
            grasped=self.grasped,
            support=self.support,
            in_view=in_view,
        )

    def _draw(
        self, pose: np.ndarray, intrinsics: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        labels = np.zeros((self.frames, HEIGHT, WIDTH), np.uint8)
        depth = np.full(labels.shape, 2.0, np.float32)
        in_view = np.zeros((self.frames, len(self.things)), np.bool_)
        y, x = np.mgrid[:HEIGHT, :WIDTH] + 0.5
        inverse = np.linalg.inv(pose)
        for frame in range(self.frames):
            points = self.positions[frame] @ inverse[:3, :3].T + inverse[:3, 3]
            for index in np.argsort(-points[:, 2]):
                near = points[index]
                centre = intrinsics[:2, :2] @ (near[:2] / near[2]) + intrinsics[:2, 2]
                width, depth_m, height = self.things[index].dimensions_m
                radii = intrinsics[0, 0] / near[2] * np.array([width, max(height, depth_m / 2)]) / 2
                across, down = (x - centre[0]) / radii[0], (y - centre[1]) / radii[1]
                inside = across**2 + down**2 < 1
                labels[frame][inside] = index + 1
                depth[frame][inside] = near[2]
                in_view[frame, index] = 0 <= centre[0] < WIDTH and 0 <= centre[1] < HEIGHT
        return labels, depth, in_view


def looking_at_the_table() -> np.ndarray:
    """Return a pose (4, 4) 1.1 m before the table's middle, looking down at 45 degrees."""
    pose = np.eye(4)
    right, forward = np.array([1.0, 0, 0]), np.array([0, 1.0, -1.0]) / np.sqrt(2)
    pose[:3, 0], pose[:3, 1], pose[:3, 2] = right, np.cross(forward, right), forward
    pose[:3, 3] = [0, -0.8, 0.8]
    return pose


def random_play(seed: int, frames: int = 40) -> Play:
    """Return a play with several things that share kinds and looks, some of which move."""
    rng = random.Random(f"play/{seed}")
    kinds = rng.sample(sorted(KINDS), 3)
    things: list[Thing] = []
    places = [(x, y) for x in (-0.36, -0.18, 0.0, 0.18, 0.36) for y in (-0.2, 0.05, 0.3)]
    rng.shuffle(places)
    for index in range(rng.randint(3, 7)):
        kind = rng.choice(kinds)
        item = thing(kind, **random_look(rng, kind))
        if index and rng.random() < 0.5:
            item = rng.choice(things)
            if rng.random() < 0.6:
                item = replace(item, look=thing(item.kind, **random_look(rng, item.kind)).look)
        scale = rng.choice((0.75, 1.0, 1.0, 1.3))
        size = tuple(scale * extent for extent in EXTENTS.get(item.kind, (0.08, 0.08, 0.09)))
        x, y = places[index]
        shift = rng.uniform(-0.04, 0.04), rng.uniform(-0.04, 0.04)
        away = index > 1 and rng.random() < 0.15
        position = (x + shift[0] + 2.0 * away, y + shift[1], size[2] / 2)
        things.append(replace(item, dimensions_m=size, position_m=position, starts_away=away))
    play = Play(things, frames)
    for index in rng.sample(range(len(things)), min(2, len(things))):
        _act(rng, play, index)
    for index, item in enumerate(things):
        if item.starts_away and not play.motion[:, index].any():
            play.move(index, 10, 18, (rng.uniform(-0.3, 0.3), -0.3, 0.05), Motion.ROLLING)
    return play


def _act(rng: random.Random, play: Play, index: int) -> None:
    start = rng.randint(3, 20)
    x, y, z = play.things[index].position_m
    to = (x - 2.0 * play.things[index].starts_away + rng.uniform(-0.2, 0.2), y, z)
    agent = rng.choice((Holder.ARM, Holder.HAND))
    action = rng.choice(("push", "roll", "lift", "carry", "leave"))
    if action == "push":
        play.move(index, start, start + 8, to, Motion.PUSHED, agent)
    elif action == "roll":
        play.move(index, start, start + 8, to, Motion.ROLLING)
    elif action == "leave":
        play.move(index, start, start + 8, (x + 2.0, y, z), Motion.CARRIED, agent)
    else:
        play.move(index, start, start + 5, (x, y, z + 0.15), Motion.LIFTED, agent)
        if action == "carry":
            play.move(index, start + 5, start + 11, (to[0], y, z + 0.15), Motion.CARRIED, agent)
            play.move(index, start + 11, start + 15, to, Motion.PUT_DOWN, agent)
            others = [k for k in range(len(play.things)) if k != index]
            other = rng.choice(others)
            if KINDS[play.things[other].kind].holds and not play.motion[:, other].any():
                x, y, z = play.things[other].position_m
                play.move(index, start + 11, start + 15, (x, y, z + 0.04), Motion.PUT_DOWN, agent)
                play.put_on(index, other, start + 15)


def random_look(rng: random.Random, kind: str) -> dict[str, object]:
    """Return fields of a look that is possible for a kind."""
    colours = KINDS[kind].colours
    colour = rng.choice(colours)
    pattern = rng.choice(KINDS[kind].patterns)
    second = rng.choice([each for each in ("white", "blue", "black") if each != colour])
    bare = bool(KINDS[kind].bare) and rng.random() < 0.2
    material = rng.choice(KINDS[kind].bare or KINDS[kind].materials) if bare else "plastic"
    return {
        "colour": colour,
        "pattern": "plain" if bare else pattern,
        "secondary": () if bare or pattern == "plain" else (second,),
        "bare": bare,
        "material": material,
    }
