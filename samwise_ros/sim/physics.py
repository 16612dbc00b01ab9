"""The physics of the table: the arm with its servos, the things, the tray and the grasp.

A grasp is a weld between the gripper and a thing. It closes only while both fingers touch the same
thing, and opens when the gripper is commanded to open.
"""

from collections.abc import Iterator

import mujoco
import numpy as np
from numpy.typing import NDArray

from samwise_ros.data.tabletop.description import Thing
from samwise_ros.data.tabletop.simulation.physics import Solid, solids
from samwise_ros.sim import so101
from samwise_ros.sim.scene import SCALE, TRAY_HALF_M, TRAY_M, to_base

Array = NDArray[np.float64]

STEP_S = 0.004
_RELEASE_RAD = 0.06
_GEOM = mujoco.mjtGeom
_TRAY_WALL_M = 0.003
SETTLING_S = 0.4


class Physics:
    """The simulated world. Metres, in the frame of the arm's foot.

    Attributes:
        count: number of things.
        held: index of the thing that the gripper holds, or ``None``.
    """

    def __init__(
        self, things: tuple[Thing, ...], joints_rad: Array | tuple[float, ...] = so101.HOME_RAD
    ) -> None:
        """Compile the model, and let the things settle.

        Args:
            things: the things, in the tabletop's units.
            joints_rad: (6,) where the arm is.

        Raises:
            ArmModelError: the model of the arm is not installed.
        """
        self.count = len(things)
        self.model = _compile(things)
        self.data = mujoco.MjData(self.model)
        self.held: int | None = None
        self._closed_rad = 0.0
        self._sliding: tuple[int, tuple[float, float], int] | None = None
        self._is_closing = False
        self._commanded_rad = so101.HOME_RAD[5]
        self._gripper = self.model.body(so101.GRIPPER_BODY).id
        self._bodies = [self.model.body(f"thing{index}").id for index in range(self.count)]
        self._fingers = {
            self.model.geom(name).id for name in (so101.FIXED_FINGER, so101.MOVING_FINGER)
        }
        self._thing_of = {body: index for index, body in enumerate(self._bodies)}
        self._qpos = [int(self.model.jnt_qposadr[self.model.body_jntadr[b]]) for b in self._bodies]
        self.data.qpos[:6] = joints_rad
        self.command(joints_rad)
        self.advance(SETTLING_S)

    def command(self, joints_rad: Array | tuple[float, ...]) -> None:
        """Set the positions that the servos hold: (6,) angles of `so101.JOINTS`."""
        low, high = self.model.actuator_ctrlrange.T
        commanded = np.clip(joints_rad, low, high)
        if commanded[5] != self._commanded_rad:
            self._is_closing = bool(commanded[5] < self._commanded_rad)
        self._commanded_rad = float(commanded[5])
        self.data.ctrl[:] = commanded
        self._limit_grip()

    @property
    def joints_rad(self) -> Array:
        """(6,) measured angles of `so101.JOINTS`."""
        return np.asarray(self.data.qpos[:6].copy())

    @property
    def velocities(self) -> Array:
        """(6,) velocities of the joints, radians per second."""
        return np.asarray(self.data.qvel[:6].copy())

    def thing_poses(self) -> tuple[Array, Array]:
        """Return the (N, 3) centres and (N, 3, 3) rotations of the things."""
        return (
            self.data.xpos[self._bodies].copy(),
            self.data.xmat[self._bodies].reshape(-1, 3, 3).copy(),
        )

    def advance(self, seconds: float) -> None:
        """Simulate a number of seconds."""
        for _ in range(round(seconds / STEP_S)):
            self._drive_sliding()
            mujoco.mj_step(self.model, self.data)
            self._update_grasp()

    def quaternions(self) -> Array:
        """Return the (N, 4) orientations (w, x, y, z) of the things."""
        return np.asarray(self.data.xquat[self._bodies].copy())

    def in_tray(self) -> list[int]:
        """Return the indices of the things that lie in the tray, released."""
        centres, _ = self.thing_poses()
        offset = np.abs(centres[:, :2] - TRAY_M)
        inside = (offset < np.array(TRAY_HALF_M[:2])).all(axis=1) & (centres[:, 2] < 0.1)
        return [index for index in np.flatnonzero(inside).tolist() if index != self.held]

    def remove(self, index: int) -> None:
        """Take a thing away from the table.

        Raises:
            ValueError: there is no such thing.
        """
        self._check_thing(index)
        if self.held == index:
            self._release()
        if self._sliding is not None and self._sliding[0] == index:
            self._sliding = None
        start = self._qpos[index]
        self.data.qpos[start : start + 3] = (2.0 + 0.3 * index, 2.0, 0.1)
        mujoco.mj_forward(self.model, self.data)

    def slide(self, index: int, velocity: tuple[float, float], seconds: float) -> None:
        """Let a thing slide by itself, metres per second along x and y.

        Raises:
            ValueError: there is no such thing.
        """
        self._check_thing(index)
        self._sliding = (index, velocity, round(seconds / STEP_S))

    def _check_thing(self, index: int) -> None:
        if not 0 <= index < self.count:
            raise ValueError(f"expected a thing from 0 to {self.count - 1}, got {index}")

    def _drive_sliding(self) -> None:
        if self._sliding is None:
            return
        index, velocity, steps = self._sliding
        start = int(self.model.jnt_dofadr[self.model.body_jntadr[self._bodies[index]]])
        self.data.qvel[start : start + 6] = 0.0
        self._sliding = (index, velocity, steps - 1) if steps else None
        if steps:
            self.data.qvel[start : start + 2] = velocity

    def touched(self) -> dict[int, set[int]]:
        """Return the fingers (geometries) that touch each thing."""
        found: dict[int, set[int]] = {}
        for first, second in self.data.contact.geom[: self.data.ncon].tolist():
            for finger, other in ((first, second), (second, first)):
                thing = self._thing_of.get(int(self.model.geom_bodyid[other]))
                if finger in self._fingers and thing is not None:
                    found.setdefault(thing, set()).add(finger)
        return found

    def _update_grasp(self) -> None:
        if self.held is not None:
            if self._commanded_rad > self._closed_rad + _RELEASE_RAD:
                self._release()
            return
        if not self._is_closing:
            return
        for thing, fingers in self.touched().items():
            if fingers == self._fingers:
                self._hold(thing)
                return

    def _hold(self, thing: int) -> None:
        body = self._bodies[thing]
        rotation = self.data.xmat[self._gripper].reshape(3, 3)
        offset = rotation.T @ (self.data.xpos[body] - self.data.xpos[self._gripper])
        inverse, relative = np.empty(4), np.empty(4)
        mujoco.mju_negQuat(inverse, self.data.xquat[self._gripper])
        mujoco.mju_mulQuat(relative, inverse, self.data.xquat[body])
        weld = self.model.equality(f"weld{thing}").id
        self.model.eq_data[weld, :3] = 0.0
        self.model.eq_data[weld, 3:6], self.model.eq_data[weld, 6:10] = offset, relative
        self.data.eq_active[weld] = 1
        self.held, self._closed_rad = thing, float(self.data.qpos[5])
        self._limit_grip()

    def _limit_grip(self) -> None:
        """Let the fingers rest on a held thing: the servo's force would push them into it."""
        if self.held is not None:
            self.data.ctrl[5] = max(self._commanded_rad, self._closed_rad)

    def _release(self) -> None:
        self.data.eq_active[self.model.equality(f"weld{self.held}").id] = 0
        self.held = None


def _compile(things: tuple[Thing, ...]) -> "mujoco.MjModel":
    spec = so101.arm_spec()
    spec.option.timestep = STEP_S
    spec.option.integrator = mujoco.mjtIntegrator.mjINT_IMPLICITFAST
    spec.option.cone = mujoco.mjtCone.mjCONE_ELLIPTIC
    spec.option.impratio = 10
    friction = [0.8, 0.01, 0.0008]
    spec.worldbody.add_geom(
        name="table", type=_GEOM.mjGEOM_PLANE, size=[4, 4, 0.1], friction=friction
    )
    _add_tray(spec)
    for index, thing in enumerate(things):
        body = spec.worldbody.add_body(
            name=f"thing{index}", pos=to_base(thing.position_m), quat=thing.orientation
        )
        body.add_freejoint()
        parts = list(_solids(thing))
        mass = float(np.clip(np.prod(thing.dimensions_m) * SCALE**3 * 450, 0.004, 0.08))
        for solid in parts:
            body.add_geom(
                type=solid.kind,
                size=[SCALE * value for value in [*solid.size, 0.0, 0.0, 0.0][:3]],
                pos=[SCALE * value for value in solid.offset],
                quat=[np.cos(solid.yaw / 2), 0, 0, np.sin(solid.yaw / 2)],
                mass=mass / len(parts),
                friction=friction,
                condim=6,
            )
        spec.add_equality(
            name=f"weld{index}",
            type=mujoco.mjtEq.mjEQ_WELD,
            objtype=mujoco.mjtObj.mjOBJ_BODY,
            name1=so101.GRIPPER_BODY,
            name2=f"thing{index}",
            active=False,
        )
    return spec.compile()


def _solids(thing: Thing) -> Iterator[Solid]:
    """Yield the shapes that a thing collides with, in its frame and in the tabletop's units."""
    if thing.kind == "plate":  # the fingers take it at its rim, which is at its top
        x, _, z = (value / 2 for value in thing.dimensions_m)
        yield Solid(_GEOM.mjGEOM_CYLINDER, (x, z))
    else:
        yield from solids(thing)


def _add_tray(spec: "mujoco.MjSpec") -> None:
    for centre, half in tray_boxes():
        spec.worldbody.add_geom(type=_GEOM.mjGEOM_BOX, pos=centre, size=half)


def tray_boxes() -> Iterator[tuple[tuple[float, ...], tuple[float, ...]]]:
    """Yield the centre and the half extent of the tray's floor and walls, metres."""
    (x, y), (a, b, c), wall = TRAY_M, TRAY_HALF_M, _TRAY_WALL_M
    yield (x, y, wall / 2), (a, b, wall / 2)
    for side in (-1, 1):
        yield (x + side * a, y, c), (wall / 2, b, c)
        yield (x, y + side * b, c), (a, wall / 2, c)
