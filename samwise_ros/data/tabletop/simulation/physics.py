"""Simulates a script: physics for what is pushed, hit or dropped, kinematics for what is held."""

from collections.abc import Iterator
from typing import NamedTuple

import mujoco
import numpy as np
from numpy.typing import NDArray

from samwise_ros.data.tabletop.agents.grip import half_height
from samwise_ros.data.tabletop.agents.paths import Plan, plan
from samwise_ros.data.tabletop.composition.geometry import matrix
from samwise_ros.data.tabletop.description import Action, Agent, SceneDescription, Thing
from samwise_ros.data.tabletop.simulation.motion import States, trajectory
from samwise_ros.data.tabletop.trajectory import Trajectory
from samwise_ros.data.tabletop.truth import Holder

Array = NDArray[np.float64]

_STEP_S = 0.005
_STEPS = 20
"""Physics steps of one frame of 0.1 s."""
_GEOM = mujoco.mjtGeom
_PARKED = np.array([0.0, 0.0, 10.0])
HOLDERS = {"arm": Holder.ARM, "hand": Holder.HAND}


def simulate(description: SceneDescription) -> Trajectory:
    """Return how the things of a video move."""
    return _Simulation(description, plan(description)).run()


class Solid(NamedTuple):
    """A primitive shape in the thing's frame."""

    kind: int
    size: tuple[float, ...]
    offset: tuple[float, float, float] = (0.0, 0.0, 0.0)
    yaw: float = 0.0


def solids(thing: Thing) -> Iterator[Solid]:
    """Yield the shapes that a thing collides with."""
    x, y, z = (value / 2 for value in thing.dimensions_m)
    if thing.kind == "ball":
        yield Solid(_GEOM.mjGEOM_SPHERE, (z,))
    elif thing.kind in ("apple", "pear", "lemon"):
        yield Solid(_GEOM.mjGEOM_ELLIPSOID, (x, y, z))
    elif thing.kind in ("can", "bottle", "jar", "teapot", "jug"):
        yield Solid(_GEOM.mjGEOM_CYLINDER, (y, z))
    elif thing.kind == "mug":
        yield Solid(_GEOM.mjGEOM_CYLINDER, (y, z), (y - x, 0, 0))
    elif thing.kind == "plate":
        yield Solid(_GEOM.mjGEOM_CYLINDER, (x, 0.16 * z), (0, 0, -0.84 * z))
        yield Solid(_GEOM.mjGEOM_CYLINDER, (0.7 * x, 0.34 * z), (0, 0, -0.66 * z))
    elif thing.kind == "bowl":
        yield Solid(_GEOM.mjGEOM_CYLINDER, (0.5 * x, 0.09 * z), (0, 0, -0.91 * z))
        for angle in np.arange(10) * np.pi / 5:
            side = (float(0.86 * x * np.cos(angle)), float(0.86 * x * np.sin(angle)), 0.0)
            yield Solid(_GEOM.mjGEOM_BOX, (0.1 * x, 0.3 * x, z), side, float(angle))
    elif thing.kind == "hammer":
        yield Solid(_GEOM.mjGEOM_BOX, (x, 0.14 * y, z))
        yield Solid(_GEOM.mjGEOM_BOX, (0.08 * x, y, z), (0.9 * x, 0, 0))
    else:
        yield Solid(_GEOM.mjGEOM_BOX, (x, y, z))


def _compile(description: SceneDescription) -> "mujoco.MjModel":
    spec = mujoco.MjSpec()
    spec.option.timestep = _STEP_S
    spec.option.cone = mujoco.mjtCone.mjCONE_ELLIPTIC
    spec.option.impratio = 5
    world = spec.worldbody
    friction = [0.55, 0.01, 0.0008]
    world.add_geom(name="place", type=_GEOM.mjGEOM_PLANE, size=[4, 4, 0.1], friction=friction)
    for index, thing in enumerate(description.things):
        body = world.add_body(name=f"{index}", pos=thing.position_m, quat=thing.orientation)
        body.add_freejoint()
        volume = float(np.prod(thing.dimensions_m))
        parts = list(solids(thing))
        for solid in parts:
            size = [*solid.size, 0.0, 0.0, 0.0][:3]
            body.add_geom(
                type=solid.kind,
                size=size,
                pos=solid.offset,
                quat=[np.cos(solid.yaw / 2), 0, 0, np.sin(solid.yaw / 2)],
                mass=float(np.clip(volume * 450, 0.04, 0.6)) / len(parts),
                friction=friction,
                condim=6,
            )
    for agent in description.bases:
        body = world.add_body(name=agent, mocap=True, pos=_PARKED)
        body.add_geom(type=_GEOM.mjGEOM_BOX, size=[0.03, 0.012, 0.03], pos=[0, 0, 0.025])
    return spec.compile()


class _Simulation:
    def __init__(self, description: SceneDescription, agents: Plan) -> None:
        self.description, self.plan = description, agents
        self.model = _compile(description)
        self.data = mujoco.MjData(self.model)
        self.count = len(description.things)
        # Tips of the agents at each physics step: computed at once.
        self.first = description.first_frame
        moments = np.arange((description.frames - self.first + 2) * _STEPS) / _STEPS + self.first
        self.tips = {agent: path.at(moments) for agent, path in agents.paths.items()}
        self.offsets: dict[int, tuple[float, Array, Array]] = {}
        names = list(description.bases)
        self.mocaps = {agent: number for number, agent in enumerate(names)}
        self.pushers = {
            1 + self.count + number: HOLDERS[agent] for number, agent in enumerate(names)
        }

    def run(self) -> Trajectory:
        """Simulate from the start of the script; return the frames of the video."""
        first, last = self.description.first_frame, self.description.frames
        states = []
        contact = np.zeros(self.count, np.uint8)
        for frame in range(first, last):
            states.append((self.data.qpos.reshape(-1, 7).copy(), contact, self._pairs()))
            contact = self._advance(frame)
        states.append((self.data.qpos.reshape(-1, 7).copy(), contact, self._pairs()))
        poses = np.stack([pose for pose, _, _ in states])
        contacts = np.stack([touched for _, touched, _ in states])
        pairs = [found for _, _, found in states]
        return trajectory(self.description, self.plan, States(poses, contacts, pairs))

    def _advance(self, frame: int) -> NDArray[np.uint8]:
        """Simulate one frame; return the holder that touches each thing."""
        contact = np.zeros(self.count, np.uint8)
        if self._is_quiet(frame):
            return contact
        pushing = any(push.start <= frame <= push.stop for push in self.plan.pushes)
        for step in range(_STEPS):
            time = frame + step / _STEPS
            self._push(time)
            self._roll(time)
            self._carry(time)
            mujoco.mj_step(self.model, self.data)
            self._carry(time + 1 / _STEPS)
            for bodies in self._bodies() if pushing else ():
                for body, other in (bodies, bodies[::-1]):
                    if body in self.pushers and 1 <= other <= self.count:
                        contact[other - 1] = self.pushers[body]
        return contact

    def _is_quiet(self, frame: int) -> bool:
        """Return whether everything rests, and nothing is pushed, rolled or held."""
        script = self.description.script
        if any(a.start - 1 <= frame <= a.stop and a.kind in ("push", "roll") for a in script):
            return False
        if any(hold.start - 1 <= frame <= hold.stop + 1 for hold in self.plan.holds):
            return False
        moved = frame > self.first and np.abs(self.data.qvel).max() > 0.01
        return frame > self.first + 1 and not moved

    def _tip(self, agent: Agent, time: float) -> Array:
        return np.asarray(self.tips[agent][round((time - self.first) * _STEPS)])

    def _bodies(self) -> list[tuple[int, int]]:
        """Return the pairs of bodies that touch; the place is body 0."""
        found = self.data.contact.geom
        return [(int(self.model.geom_bodyid[a]), int(self.model.geom_bodyid[b])) for a, b in found]

    def _pairs(self) -> set[tuple[int, int]]:
        """Return the pairs of things that touch."""
        return {
            (a - 1, b - 1)
            for first, second in self._bodies()
            for a, b in ((first, second), (second, first))
            if 1 <= a <= self.count and 1 <= b <= self.count
        }

    def _push(self, time: float) -> None:
        for agent, number in self.mocaps.items():
            position, yaw = _PARKED, 0.0
            for action in self.plan.pushes:
                if action.agent == agent and action.start <= time <= action.stop:
                    tip = self._tip(agent, time)
                    position, yaw = tip[:3], float(tip[3])
            self.data.mocap_pos[number] = position
            self.data.mocap_quat[number] = [np.cos(yaw / 2), 0, 0, np.sin(yaw / 2)]

    def _roll(self, time: float) -> None:
        for action in self.description.script:
            if action.kind == "roll" and action.start <= time < action.stop:
                self._drive(action, time)

    def _drive(self, action: Action, time: float) -> None:
        """Let a thing roll, slower and slower, to its end."""
        state = self.data.qpos[7 * action.thing : 7 * action.thing + 7]
        velocity = self.data.qvel[6 * action.thing : 6 * action.thing + 6]
        left_s = (action.stop - time) * _STEP_S * _STEPS
        assert action.to_m is not None
        speed = 2 * (np.array(action.to_m)[:2] - state[:2]) / max(left_s, _STEP_S)
        speed *= min(1.0, 3.0 / max(float(np.hypot(*speed)), 1e-9))
        if left_s < 1.5 * _STEP_S:
            velocity[:] = 0
            return
        velocity[:2] = speed
        reach = half_height(self.description.things[action.thing])
        spin = np.array([-speed[1], speed[0], 0.0]) / reach
        velocity[3:] = matrix(state[3:]).T @ spin  # in the thing's frame

    def _carry(self, time: float) -> None:
        for hold in self.plan.holds:
            if not hold.start <= time < hold.stop + 1e-9:
                continue
            state = self.data.qpos[7 * hold.thing : 7 * hold.thing + 7]
            if hold.thing not in self.offsets or self.offsets[hold.thing][0] != hold.start:
                # Keep the thing where it is: others may have moved it a little.
                offset = self._tip(hold.agent, max(hold.start, self.first))[:3] - state[:3]
                self.offsets[hold.thing] = (hold.start, offset, state[3:].copy())
            _, offset, orientation = self.offsets[hold.thing]
            tip = self._tip(hold.agent, time)[:3]
            state[:3] = tip - offset
            state[3:] = orientation
            ahead = self._tip(hold.agent, time + 0.2)[:3] - tip
            velocity = self.data.qvel[6 * hold.thing : 6 * hold.thing + 6]
            velocity[:3] = ahead / (0.2 * _STEP_S * _STEPS) if time < hold.stop - 0.3 else 0
            velocity[3:] = 0
