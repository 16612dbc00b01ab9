"""A pick at an object's true pose, in the physics alone: the ceiling of the picker's trials."""

import numpy as np
from numpy.typing import NDArray

from samwise_ros.data.tabletop.composition.things import nominal_height
from samwise_ros.data.tabletop.description import Thing
from samwise_ros.data.tabletop.shapes.build import build_mesh
from samwise_ros.sim.grasp import SLOW_RAD_S, SPEED_RAD_S, Plan, plan_pick, times_s
from samwise_ros.sim.kinematics import Kinematics
from samwise_ros.sim.physics import Physics
from samwise_ros.sim.scene import SCALE, Trial

Array = NDArray[np.float64]

PERIOD_S = 0.02


def surface_points(thing: Thing, physics: Physics, index: int) -> Array:
    """(N, 3) all points of a thing's surface, where it is now."""
    mesh = build_mesh(thing.kind, thing.family, nominal_height(thing), thing.parameters[:6])
    centres, rotations = physics.thing_poses()
    return SCALE * mesh.vertices @ rotations[index].T + centres[index]


def move(physics: Physics, waypoints: Array, speed_rad_s: float = SPEED_RAD_S) -> None:
    """Move the servos' positions along straight lines, then wait for a moment."""
    start = physics.data.ctrl.copy()
    ends_s = times_s(start, waypoints, speed_rad_s)
    path_s, path = np.append(0.0, ends_s), np.vstack([start, waypoints])
    for time_s in np.arange(PERIOD_S, ends_s[-1] + PERIOD_S, PERIOD_S):
        physics.command(np.array([np.interp(time_s, path_s, joint) for joint in path.T]))
        physics.advance(PERIOD_S)
    physics.advance(0.1)


def scripted_pick(arm: Kinematics, trial: Trial) -> str:
    """Pick the target of a trial; return why that failed, or an empty string."""
    thing = trial.description.things[trial.target]
    physics = Physics(trial.description.things)
    points = surface_points(thing, physics, trial.target)
    plan: Plan | None = plan_pick(arm, points, physics.joints_rad)
    if plan is None:
        return f"{thing.kind}: no plan"
    for waypoints in (plan.reach, plan.descend, plan.close):
        move(physics, waypoints, SPEED_RAD_S if waypoints is plan.reach else SLOW_RAD_S)
    if physics.held != trial.target:
        return f"{thing.kind}: holds {physics.held}"
    for waypoints in (plan.lift, plan.carry, plan.release):
        move(physics, waypoints)
    physics.advance(0.5)
    if physics.in_tray() != [trial.target]:
        return f"{thing.kind}: in the tray are {physics.in_tray()}"
    return ""
