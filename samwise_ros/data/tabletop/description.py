"""What a simulated video shows, as symbols and numbers: the same on every machine.

A description is drawn with numpy from a seed, before anything is simulated or rendered. The world
frame has z upwards; the surface on which the things rest is at z = 0. Lengths are in metres.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Split = Literal["train", "val", "test", "unseen", "events", "past"]
"""``unseen`` has shape families, patterns and places that no other split has. ``events`` are long
videos in which the target is absent, hidden, late or has look-alikes; ``past`` are identical twins
of which one moved and then rests."""

Colour = Literal[
    "red", "orange", "yellow", "green", "blue", "purple", "pink", "brown", "black", "white"
]
Pattern = Literal[
    "plain", "striped", "dotted", "checked", "labelled", "printed", "rimmed", "flowered"
]
"""What a person sees on the surface; ``labelled``, ``printed`` and ``rimmed`` surfaces keep the
thing's colour on most of their area. ``flowered`` is in ``unseen`` only."""

Material = Literal["ceramic", "plastic", "metal", "wood", "paper", "glass", "rubber", "fruit"]
Size = Literal["small", "medium", "large"]
Resting = Literal["upright", "lying", "upside down"]
Agent = Literal["arm", "hand", "none"]
"""A robot arm with a gripper; a human hand with a forearm; ``none``: the thing moves by itself."""

ActionKind = Literal["reach", "push", "lift", "carry", "put down", "hand over", "roll", "retreat"]
"""``carry`` moves a lifted thing; ``hand over`` passes it from one agent to the other;
``retreat`` takes an empty gripper or hand away. A thing that arrives is carried or rolls from
outside the view; a thing that leaves is carried or rolls out of it."""

PlaceKind = Literal["table", "floor", "shelf"]


@dataclass(frozen=True)
class Look:
    """The surface of a thing.

    Attributes:
        colour: the colour that a person would name, of most of the surface.
        secondary: colours of stripes, dots, prints, labels or rims; never ``colour``.
        pattern: what is on the surface.
        material: gloss and grain. ``metal`` and ``wood`` may be named instead of a colour:
            a thing of bare metal or wood is grey or brown, see ``bare``.
        bare: whether the surface shows the material and no paint; its colour is then not named.
        rgb: the shade of ``colour``, 0 to 1.
        seed: seed of the texture.
    """

    colour: Colour
    secondary: tuple[Colour, ...]
    pattern: Pattern
    material: Material
    bare: bool
    rgb: tuple[float, float, float]
    seed: int


@dataclass(frozen=True)
class Thing:
    """An object that sentences may refer to.

    Attributes:
        kind: name of the kind, such as ``mug``; see ``catalogue.KINDS``.
        family: shape family of the kind, such as ``barrel``.
        parameters: eight numbers, 0 to 1: six of the family's shape, then two of its height.
        look: the surface.
        size: class of size among things of the kind.
        dimensions_m: extent along x, y and z in the thing's frame, upright.
        resting: how it stands or lies at the start.
        position_m: centre of its bounding box at the start, in the world.
        orientation: quaternion (w, x, y, z) at the start, from the thing's frame to the world.
        twin_of: index of the thing of which this is an identical copy; -1 for none.
        on: index of the thing on or in which it rests at the start; -1 for the place.
        starts_away: whether it is out of view at the start and arrives by an action.
    """

    kind: str
    family: str
    parameters: tuple[float, ...]
    look: Look
    size: Size
    dimensions_m: tuple[float, float, float]
    resting: Resting
    position_m: tuple[float, float, float]
    orientation: tuple[float, float, float, float]
    twin_of: int = -1
    on: int = -1
    starts_away: bool = False


@dataclass(frozen=True)
class Place:
    """Surroundings: the surface, walls and clutter, which no sentence refers to.

    Attributes:
        kind: kind of the place.
        surface: texture style of the surface, such as ``planks``.
        wall: texture style of the walls and of the floor around a table.
        half_size_m: half extent of the surface along x and y.
        clutter: number of background objects around the surface.
        seed: seed of textures and clutter.
    """

    kind: PlaceKind
    surface: str
    wall: str
    half_size_m: tuple[float, float]
    clutter: int
    seed: int


@dataclass(frozen=True)
class Light:
    """A lamp; the first ones cast shadows.

    Attributes:
        position_m: position in the world.
        target_m: the point that it is directed at.
        rgb: diffuse colour, 0 to 1.
        shadow: whether it casts shadows.
    """

    position_m: tuple[float, float, float]
    target_m: tuple[float, float, float]
    rgb: tuple[float, float, float]
    shadow: bool


@dataclass(frozen=True, eq=False)
class CameraPath:
    """A camera and its pose on each frame.

    Attributes:
        mount: how the camera is held; ``wrist`` follows the arm.
        fov_y_deg: vertical field of view, degrees.
        poses: (T, 4, 4) float64, from the optical frame (x right, y down, z forward) to the world.
        noise: standard deviation of the sensor's noise, 0 to 255.
        exposure: (T,) float64, gain of each frame.
        blur: sigma of the lens blur as a fraction of the image width.
    """

    mount: Literal["fixed", "drifting", "base", "wrist"]
    fov_y_deg: float
    poses: NDArray[np.float64]
    noise: float
    exposure: NDArray[np.float64]
    blur: float


@dataclass(frozen=True)
class Action:
    """One step of the script; an action lasts from frame ``start`` to before frame ``stop``.

    Attributes:
        kind: what is done.
        thing: index of the thing.
        agent: who does it; in a ``hand over``, who receives the thing.
        start: first frame.
        stop: frame after the last one.
        to_m: where the thing's centre ends, for ``push``, ``carry``, ``put down``, ``hand over``
            and ``roll``; physics decides where a pushed or rolling thing comes to rest.
    """

    kind: ActionKind
    thing: int
    agent: Agent
    start: int
    stop: int
    to_m: tuple[float, float, float] | None = None


@dataclass(frozen=True, eq=False)
class SceneDescription:
    """One video: everything that its seed determines.

    Attributes:
        split: the split.
        index: number of the video in its split; with ``split`` the seed.
        scenario: what the script is about, such as ``twins`` or ``return``.
        frames: number of frames T, at ``RATE_HZ``.
        things: the N things.
        place: the surroundings.
        lights: one to three lamps.
        camera: the camera.
        script: actions in the order of their start; one may start before the first frame.
        bases: for each agent in the scene where the arm stands or the hand comes from, metres.
        ambient: light without direction, 0 to 1.
        agents_seed: seed of the agents' paint, skin and sleeve.
    """

    split: Split
    index: int
    scenario: str
    frames: int
    things: tuple[Thing, ...]
    place: Place
    lights: tuple[Light, ...]
    camera: CameraPath
    script: tuple[Action, ...]
    bases: dict[Agent, tuple[float, float, float]]
    ambient: float
    agents_seed: int

    @property
    def first_frame(self) -> int:
        """Frame at which the script starts; negative if it starts before the video."""
        return min(0, *(action.start for action in self.script), 0)

    @property
    def camera_mount(self) -> str:
        """How the camera is held."""
        return self.camera.mount


RATE_HZ = 10
"""Frames per second of every video."""
