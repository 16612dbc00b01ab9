"""Where things stand while a script is written: free spots in view, and spots out of view."""

from dataclasses import replace

import numpy as np

from samwise_ros.data.tabletop.agents.grip import half_height
from samwise_ros.data.tabletop.catalogue import KINDS
from samwise_ros.data.tabletop.composition.geometry import Array, matrix, project
from samwise_ros.data.tabletop.composition.things import radius, rest
from samwise_ros.data.tabletop.description import Action, ActionKind, Agent, Thing

_GAP_M = 0.018
_TRIES = 60
_ROUND = ("ball", "apple")


class NoRoomError(Exception):
    """The drawn things or actions do not fit; the description is drawn again."""


class Stage:
    """Things, their current positions and the actions so far.

    Attributes:
        things: the things as they are at the start.
        positions: (N, 3) centres after the actions so far, metres.
        script: the actions so far.
        time: frame after the last action.
    """

    def __init__(
        self,
        rng: np.random.Generator,
        cameras: Array,
        fov_y_deg: float,
        bases: dict[Agent, tuple[float, float, float]],
    ) -> None:
        """Begin with an empty surface.

        Args:
            rng: source of randomness.
            cameras: (T, 4, 4) poses of the camera.
            fov_y_deg: vertical field of view, degrees.
            bases: where the agents come from.
        """
        self.rng, self.bases = rng, bases
        self._cameras = cameras[[0, len(cameras) // 2, len(cameras) - 1]]
        self._fov = fov_y_deg
        self.things: list[Thing] = []
        self.positions: list[Array] = []
        self.script: list[Action] = []
        self.time = 0
        self.pace = float(rng.uniform(0.7, 1.3))

    # Places.

    def in_view(self, point_m: Array, reach_m: float, *, wholly: bool = True) -> bool:
        """Return whether a sphere is wholly inside the images, or at least partly inside one."""
        for camera in self._cameras:
            x, y, depth = project(point_m, camera, self._fov)
            scale = reach_m / max(depth, 1e-3) / np.tan(np.radians(self._fov) / 2)
            margin = -scale * (1 if wholly else -1.3)
            inside = depth > 0.05 and abs(x) < 1 + margin * 0.75 and abs(y) < 1 + margin
            if wholly != inside:
                return bool(inside)
        return wholly

    def is_free(self, point_m: Array, reach_m: float, but: tuple[int, ...] = ()) -> bool:
        """Return whether no other thing is within reach of a spot."""
        for index, (thing, position) in enumerate(zip(self.things, self.positions, strict=True)):
            distance = float(np.hypot(*(position - point_m)[:2]))
            if index not in but and distance < radius(thing) + reach_m + _GAP_M:
                return False
        return True

    def spot(self, reach_m: float, height_m: float, but: tuple[int, ...] = ()) -> Array:
        """Return a free spot in view for a thing with its centre at a height.

        Raises:
            NoRoomError: there is none.
        """
        for _ in range(_TRIES):
            point = np.array([*self.rng.uniform(-0.32, 0.32, 2), height_m])
            if self.in_view(point, reach_m) and self.is_free(point, reach_m, but):
                return np.asarray(np.round(point, 4))
        raise NoRoomError

    def add(self, thing: Thing, *, upright: bool = False) -> int:
        """Put a thing on a free spot; return its index."""
        placed = rest(self.rng, thing, 0.0, 0.0, upright=upright)
        point = self.spot(radius(placed), half_height(placed))
        return self._append(replace(placed, position_m=_triple(point)))

    def add_away(self, thing: Thing, point_m: Array) -> int:
        """Put a thing out of view; return its index."""
        placed = rest(self.rng, thing, 0.0, 0.0, upright=True)
        return self._append(replace(placed, position_m=_triple(point_m), starts_away=True))

    def add_on(self, thing: Thing, support: int) -> int:
        """Put a small thing on or into another; return its index."""
        below = self.things[support]
        top = self.positions[support][2] + below.dimensions_m[2] * inner_height(below)
        placed = rest(self.rng, thing, *self.positions[support][:2], upright=True, z=top + 0.001)
        if radius(placed) > 0.62 * radius(below):
            raise NoRoomError
        return self._append(replace(placed, on=support))

    def _append(self, thing: Thing) -> int:
        self.things.append(thing)
        self.positions.append(np.array(thing.position_m))
        return len(self.things) - 1

    def away(self, agent: Agent, thing: Thing) -> Array:
        """Return a spot out of view that an agent reaches.

        Raises:
            NoRoomError: there is none.
        """
        base = np.array(self.bases[agent])
        side = np.array([-base[1], base[0], 0.0]) / np.linalg.norm(base[:2])
        for share in (0.85, 1.0, 1.15, 1.3):
            for sideways in (0.0, 0.25, -0.25, 0.45, -0.45):
                point = base * share + side * sideways
                point[2] = 0.22
                reached = agent == "hand" or np.hypot(*(point - base)[:2]) < 0.75
                near = agent == "hand" or np.hypot(*(point - base)[:2]) > 0.2
                if reached and near and not self.in_view(point, radius(thing), wholly=False):
                    return np.asarray(np.round(point, 4))
        raise NoRoomError

    def beside(self, thing: Thing) -> Array:
        """Return a spot out of view at the side, on the surface.

        Raises:
            NoRoomError: there is none.
        """
        right = self._cameras[0, :3, 0] * [1, 1, 0]
        forward = self._cameras[0, :3, 2] * [1, 1, 0]
        side = self.rng.choice([-1.0, 1.0])
        for distance in np.arange(0.3, 0.95, 0.05):
            point = right * side * distance + forward * self.rng.uniform(-0.12, 0.12)
            point = np.array([point[0], point[1], half_height(thing)])
            if not self.in_view(point, radius(thing), wholly=False):
                return np.asarray(np.round(point, 4))
        raise NoRoomError

    def behind(self, index: int, big: int) -> Array:
        """Return the spot that a big thing hides from the camera.

        Raises:
            NoRoomError: it is not free.
        """
        way = self.positions[big] - self._cameras[0, :3, 3]
        way = way * [1, 1, 0] / np.hypot(way[0], way[1])
        reach = radius(self.things[index])
        gap = radius(self.things[big]) + reach + 0.02
        point = self.positions[big] + way * gap
        point[2] = half_height(self.things[index])
        if not self.is_free(point, reach, (index,)):
            raise NoRoomError
        return np.asarray(np.round(point, 4))

    # Actions.

    def span(self, low: int, high: int) -> int:
        """Return a random number of frames at the pace of this video."""
        return max(3, round(float(self.rng.uniform(low, high)) * self.pace))

    def act(
        self, kind: ActionKind, index: int, agent: Agent, frames: int, to_m: Array | None = None
    ) -> Action:
        """Append an action that starts after the last one."""
        target = None if to_m is None else _triple(to_m)
        action = Action(kind, index, agent, self.time, self.time + frames, target)
        self.script.append(action)
        self.time = action.stop
        if target is not None and kind != "reach":
            self.positions[index] = np.array(target)
        return action

    def pick_up(self, index: int, agent: Agent) -> None:
        """Reach for a thing and lift it."""
        self.act("reach", index, agent, self.span(8, 13))
        self.act("lift", index, agent, self.span(4, 7))
        self.positions[index] = self.positions[index] + [0, 0, 0.1]

    def place_at(self, index: int, agent: Agent, point_m: Array) -> None:
        """Carry a held thing above a spot, put it down and retreat."""
        above = point_m + np.array((0, 0, self.rng.uniform(0.08, 0.12)))
        self.act("carry", index, agent, self.span(8, 13), above)
        self.act("put down", index, agent, self.span(4, 7), point_m)
        self.act("retreat", index, agent, self.span(8, 12))

    def move(self, index: int, agent: Agent, point_m: Array | None = None) -> None:
        """Pick a thing up and put it down on another spot."""
        thing = self.things[index]
        if point_m is None:
            point_m = self.spot(radius(thing), half_height(thing), (index,))
        self.pick_up(index, agent)
        self.place_at(index, agent, point_m)

    def push(self, index: int, agent: Agent) -> None:
        """Push a thing along a free way.

        Raises:
            NoRoomError: there is none.
        """
        thing, start = self.things[index], self.positions[index]
        for _ in range(_TRIES):
            angle = float(self.rng.uniform(0, 2 * np.pi))
            way = np.array([np.cos(angle), np.sin(angle), 0.0])
            end = start + way * float(self.rng.uniform(0.09, 0.2))
            behind = start - way * (radius(thing) + 0.05)
            clear = all(
                self.is_free(start + way * step, radius(thing), (index,))
                for step in np.linspace(0, 0.2, 5)
            )
            if clear and self.in_view(end, radius(thing)) and self.is_free(behind, 0.03, (index,)):
                self.act("reach", index, agent, self.span(8, 13), end)
                self.act("push", index, agent, self.span(8, 14), end)
                self.act("retreat", index, agent, self.span(7, 11))
                return
        raise NoRoomError

    def can_roll(self, index: int) -> bool:
        """Return whether a thing rolls as it lies."""
        thing = self.things[index]
        return thing.kind in _ROUND or (KINDS[thing.kind].rolls and thing.resting == "lying")

    def roll(self, index: int, end_m: Array | None = None, *, fast: bool = False) -> None:
        """Let a thing roll to a spot; random by default.

        Raises:
            NoRoomError: there is no free way.
        """
        thing, start = self.things[index], self.positions[index]
        for _ in range(_TRIES):
            end = end_m
            if end is None:
                angle = float(self.rng.uniform(0, 2 * np.pi))
                way = np.array([np.cos(angle), np.sin(angle), 0.0])
                if thing.kind not in _ROUND:
                    axis = matrix(thing.orientation)[:, 2]  # lies along its z axis
                    way = np.array([-axis[1], axis[0], 0.0]) * self.rng.choice([-1.0, 1.0])
                end = start + way * float(self.rng.uniform(0.15, 0.35))
                if not self.in_view(end, radius(thing)):
                    continue
            reach = min(radius(thing), 0.06)
            points = start + np.linspace(0, 1, 9)[:, None] * (end - start)
            if all(self.is_free(point, reach, (index,)) for point in points):
                low, high = (4, 8) if fast else (9, 18)
                self.act("roll", index, "none", self.span(low, high), end)
                return
            if end_m is not None:
                break
        raise NoRoomError


def inner_height(thing: Thing) -> float:
    """Return the height of the floor of a vessel above its centre, as a share of its height."""
    return {"bowl": -0.4, "plate": -0.15}.get(thing.kind, 0.5)


def _triple(point: Array) -> tuple[float, float, float]:
    x, y, z = (round(float(value), 4) for value in point)
    return (x, y, z)
