"""Plans the paths of the gripper and the hand from the script, in numpy alone."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from samwise_ros.data.tabletop.agents.grip import Grip, grip, half_height
from samwise_ros.data.tabletop.description import Action, Agent, SceneDescription, Thing

Array = NDArray[np.float64]

CLEARANCE_M = 0.1
"""Height above a thing at which the gripper approaches and leaves it."""
_PUSH_HEIGHT_M = 0.03


@dataclass
class AgentPath:
    """The path of the point between the fingertips.

    Attributes:
        times: frames of the waypoints, increasing.
        points: for each waypoint x, y and z in metres, yaw in radians and opening in metres.
    """

    times: list[float] = field(default_factory=list)
    points: list[Array] = field(default_factory=list)

    def add(self, time: float, position_m: ArrayLike, yaw: float, opening_m: float) -> None:
        """Append a waypoint; a time that is not later than the last one replaces that one."""
        if self.points:
            # The fingers are alike: turn by less than a quarter.
            last = float(self.points[-1][3])
            yaw = last + (yaw - last + np.pi / 2) % np.pi - np.pi / 2
        if self.times and time <= self.times[-1] + 1e-6:
            self.times.pop()
            self.points.pop()
        self.times.append(time)
        self.points.append(np.array([*np.asarray(position_m), yaw, opening_m], np.float64))

    def at(self, time: ArrayLike) -> Array:
        """Return (..., 5) x, y, z, yaw and opening at times in frames, smooth between waypoints."""
        times = np.array(self.times)
        moment = np.clip(np.asarray(time, np.float64), times[0], times[-1])
        index = np.clip(np.searchsorted(times, moment, "right") - 1, 0, max(len(times) - 2, 0))
        if len(times) == 1:
            return np.broadcast_to(self.points[0], (*moment.shape, 5)).copy()
        share = (moment - times[index]) / (times[index + 1] - times[index])
        share = share**3 * (10 + share * (6 * share - 15))
        points = np.stack(self.points)
        return np.asarray(points[index] + share[..., None] * (points[index + 1] - points[index]))


@dataclass(frozen=True)
class Hold:
    """A thing that is held from one moment to another, in frames; ``stop`` may be infinite."""

    thing: int
    agent: Agent
    start: float
    stop: float
    offset_m: Array


@dataclass(frozen=True, eq=False)
class Plan:
    """Paths of the agents, and when they hold and push things.

    Attributes:
        paths: path of each agent in the scene.
        holds: when things are held, in the order of their start.
        pushes: actions of kind ``push``.
    """

    paths: dict[Agent, AgentPath]
    holds: tuple[Hold, ...]
    pushes: tuple[Action, ...]


def home(description: SceneDescription, agent: Agent) -> Array:
    """Return where an agent waits, metres."""
    base = np.array(description.bases[agent])
    if agent == "hand":
        return base
    direction = -base / np.linalg.norm(base)
    if description.camera_mount == "wrist":
        return np.array([base[0] * 0.25, base[1] * 0.25, 0.36])
    return np.asarray(base + direction * 0.16 + (0, 0, 0.3))


def plan(description: SceneDescription) -> Plan:
    """Return the paths of the agents."""
    planner = _Planner(description)
    for action in description.script:
        planner.add(action)
    return planner.finish()


class _Planner:
    """Follows the script; knows where each thing is that was not pushed."""

    def __init__(self, description: SceneDescription) -> None:
        self.description = description
        self.positions = [np.array(thing.position_m) for thing in description.things]
        self.holds: dict[int, Hold] = {}
        self.finished: list[Hold] = []
        self.pushes: list[Action] = []
        self.paths: dict[Agent, AgentPath] = {}
        for agent in description.bases:
            path = self.paths[agent] = AgentPath()
            path.add(description.first_frame - 1.0, home(description, agent), 0.0, 0.04)

    def add(self, action: Action) -> None:
        """Append the waypoints of one action."""
        if action.kind == "roll":
            if action.to_m is not None:
                self.positions[action.thing] = np.array(action.to_m)
            return
        thing = self.description.things[action.thing]
        path = self.paths[action.agent]
        self._wait(path, action.start)
        steps = {
            "reach": self._reach,
            "push": self._push,
            "lift": self._lift,
            "carry": self._carry,
            "put down": self._put_down,
            "hand over": self._hand_over,
            "retreat": self._retreat,
        }
        steps[action.kind](action, thing, path)

    def finish(self) -> Plan:
        """Return the plan."""
        holds = sorted([*self.finished, *self.holds.values()], key=lambda hold: hold.start)
        return Plan(self.paths, tuple(holds), tuple(self.pushes))

    @staticmethod
    def _wait(path: AgentPath, start: float) -> None:
        x, y, z, yaw, opening = path.points[-1]
        if start > path.times[-1]:
            path.add(start, (x, y, z), yaw, opening)

    def _grip(self, action: Action, thing: Thing) -> Grip:
        held = grip(thing)
        if action.agent == "hand":
            # The hand closes along its forearm's direction.
            base = np.array(self.description.bases["hand"])
            return held._replace(yaw=float(np.arctan2(-base[1], -base[0])))
        return held

    def _reach(self, action: Action, thing: Thing, path: AgentPath) -> None:
        held = self._grip(action, thing)
        target = self.positions[action.thing] + held.offset_m
        wide = held.opening_m + 0.03
        if action.to_m is not None:  # before a push
            target, yaw = self._push_start(action, thing)
            held, wide = held._replace(yaw=yaw), 0.03
        above = target + np.array((0, 0, CLEARANCE_M))
        span = action.stop - action.start
        path.add(action.start + 0.65 * span, above, held.yaw, wide)
        path.add(action.stop, target, held.yaw, wide)

    def _push_start(self, action: Action, thing: Thing) -> tuple[Array, float]:
        position = self.positions[action.thing]
        assert action.to_m is not None
        way = np.array(action.to_m)[:2] - position[:2]
        way = way / np.linalg.norm(way)
        reach = np.hypot(*thing.dimensions_m[:2]) / 2 + 0.025
        height = max(0.018, min(_PUSH_HEIGHT_M, 0.8 * half_height(thing)))
        start = np.array([*(position[:2] - way * reach), height])
        return start, float(np.arctan2(way[0], -way[1]))

    def _push(self, action: Action, thing: Thing, path: AgentPath) -> None:
        start, yaw = self._push_start(action, thing)
        end = start + (np.array(action.to_m) - self.positions[action.thing]) * [1, 1, 0]
        path.add(action.stop, end, yaw, 0.03)
        self.positions[action.thing] = np.array(action.to_m)
        self.pushes.append(action)

    def _hold(self, action: Action, thing: Thing) -> Hold:
        """Return the current hold; begin one if the thing is not held by this agent."""
        hold = self.holds.get(action.thing)
        if hold is None:
            held, start = self._grip(action, thing), float(action.start)
            if thing.starts_away:
                # It is brought in: the agent has held it from the beginning.
                start = float(self.description.first_frame)
                path = self.paths[action.agent] = AgentPath()
                path.add(
                    start - 1,
                    self.positions[action.thing] + held.offset_m,
                    held.yaw,
                    held.opening_m,
                )
            hold = Hold(action.thing, action.agent, start, np.inf, held.offset_m)
            self.holds[action.thing] = hold
        return hold

    def _move(self, action: Action, thing: Thing, centre: Array) -> None:
        hold, held = self._hold(action, thing), self._grip(action, thing)
        path = self.paths[action.agent]
        start = self.positions[action.thing] + hold.offset_m
        path.add(action.start, start, held.yaw, held.opening_m)
        path.add(action.stop, centre + hold.offset_m, held.yaw, held.opening_m)
        self.positions[action.thing] = centre

    def _lift(self, action: Action, thing: Thing, path: AgentPath) -> None:
        height = CLEARANCE_M if action.to_m is None else action.to_m[2]
        self._move(action, thing, self.positions[action.thing] + [0, 0, height])

    def _carry(self, action: Action, thing: Thing, path: AgentPath) -> None:
        assert action.to_m is not None
        self._move(action, thing, np.array(action.to_m))

    def _put_down(self, action: Action, thing: Thing, path: AgentPath) -> None:
        self._carry(action, thing, path)
        self._release(action.thing, action.stop)

    def _release(self, thing: int, time: float) -> None:
        hold = self.holds.pop(thing)
        self.finished.append(Hold(thing, hold.agent, hold.start, time, hold.offset_m))

    def _hand_over(self, action: Action, thing: Thing, path: AgentPath) -> None:
        middle = (action.start + action.stop) / 2
        self._release(action.thing, middle)
        held = self._grip(action, thing)
        target = self.positions[action.thing] + held.offset_m
        path.add(middle, target, held.yaw, held.opening_m)
        path.add(action.stop, target, held.yaw, held.opening_m)
        hold = Hold(action.thing, action.agent, middle, np.inf, held.offset_m)
        self.holds[action.thing] = hold

    def _retreat(self, action: Action, thing: Thing, path: AgentPath) -> None:
        x, y, z, yaw, opening = path.points[-1]
        span = action.stop - action.start
        path.add(action.start + 0.12 * span, (x, y, z), yaw, opening + 0.03)
        path.add(action.start + 0.4 * span, (x, y, z + CLEARANCE_M), yaw, opening + 0.03)
        path.add(action.stop, home(self.description, action.agent), yaw, 0.04)
