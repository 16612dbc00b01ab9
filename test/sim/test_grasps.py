"""Grasps at true poses, without perception: every kind is lifted and put into the tray."""

from collections import Counter

import numpy as np
import pytest
from scripted_pick import move, scripted_pick, surface_points

from samwise_ros.sim import so101
from samwise_ros.sim.grasp import plan_pick
from samwise_ros.sim.kinematics import Kinematics
from samwise_ros.sim.physics import Physics
from samwise_ros.sim.scene import LEAST, MOST, PICKABLE, draw_trial

SEEDS = 20  # for each kind, in the slow test


@pytest.fixture(scope="module")
def arm() -> Kinematics:
    return Kinematics()


@pytest.mark.parametrize("kind", PICKABLE)
def test_every_kind_is_put_into_the_tray(arm: Kinematics, kind: str) -> None:
    assert scripted_pick(arm, draw_trial("val", 0, kind)) == ""


@pytest.mark.slow
def test_success_of_each_kind(arm: Kinematics) -> None:
    """Run with ``pytest -m slow -s test/sim/test_grasps.py``; prints a line for each kind."""
    failures: dict[str, Counter[str]] = {kind: Counter() for kind in PICKABLE}
    for kind, counter in failures.items():
        results = [scripted_pick(arm, draw_trial("test", seed, kind)) for seed in range(SEEDS)]
        counter.update(result for result in results if result)
        print(f"{kind:12} {SEEDS - counter.total()}/{SEEDS} {dict(counter)}", flush=True)
    total = sum(counter.total() for counter in failures.values())
    assert total <= 0.05 * SEEDS * len(PICKABLE)
    assert all(counter.total() <= 0.2 * SEEDS for counter in failures.values())


def test_fingers_that_close_on_air_hold_nothing() -> None:
    physics = Physics(draw_trial("val", 1).description.things)
    home = physics.joints_rad
    for angle in (so101.OPEN_RAD, so101.CLOSED_RAD):
        home[5] = angle
        move(physics, home[None])
    assert physics.held is None
    assert physics.touched() == {}


def test_a_thing_under_one_finger_is_not_held(arm: Kinematics) -> None:
    """The fingers close beside the thing, so that one finger at most touches it."""
    trial = draw_trial("val", 2, "can")
    physics = Physics(trial.description.things)
    points = surface_points(trial.description.things[trial.target], physics, trial.target)
    plan = plan_pick(arm, points + np.array([0.0, 0.03, 0.0]), physics.joints_rad)
    assert plan is not None
    for waypoints in (plan.reach, plan.descend, plan.close, plan.lift):
        move(physics, waypoints)
    assert physics.held != trial.target
    assert physics.thing_poses()[0][trial.target, 2] < 0.04


def test_scenes_depend_on_the_seed_only() -> None:
    trials = [draw_trial("test", seed) for seed in (0, 0, 1)]
    things = [trial.description.things for trial in trials]
    assert things[0] == things[1] != things[2]
    for trial in trials:
        assert LEAST <= len(trial.description.things) <= MOST
        target, other = (trial.description.things[i] for i in (trial.target, trial.distractor))
        assert (target.kind, target.family, target.size) == (other.kind, other.family, other.size)
        assert target.look.material == other.look.material
        assert target.look.colour != other.look.colour


def test_things_that_are_wider_than_the_gripper_are_not_picked(arm: Kinematics) -> None:
    """As a mask over two things makes them."""
    trial = draw_trial("val", 2, "can")
    physics = Physics(trial.description.things)
    points = surface_points(trial.description.things[trial.target], physics, trial.target)
    assert plan_pick(arm, points, physics.joints_rad) is not None
    row = np.vstack([points, points + np.array([0.08, 0.0, 0.0])])
    square = np.vstack([row, row + np.array([0.0, 0.08, 0.0])])
    assert plan_pick(arm, square, physics.joints_rad) is None
