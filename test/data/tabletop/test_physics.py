"""Simulated motion; it needs MuJoCo and no GL library."""

import numpy as np

from samwise_ros.data.tabletop.agents.paths import plan
from samwise_ros.data.tabletop.composition.describe import describe
from samwise_ros.data.tabletop.simulation.physics import simulate
from samwise_ros.data.tabletop.stored import describe_stored, read_trajectory
from samwise_ros.data.tabletop.trajectory import FIELDS
from samwise_ros.data.tabletop.truth import NO_SUPPORT, Holder, Motion


def test_a_simulation_repeats_bit_for_bit() -> None:
    description = describe("train", 0)
    first, second = simulate(description), simulate(description)
    for name in FIELDS:
        assert (getattr(first, name) == getattr(second, name)).all()


def test_a_held_thing_follows_the_gripper_and_has_no_support() -> None:
    found = 0
    for index in range(8):
        description = describe_stored("events", index)
        motion, paths = read_trajectory(description), plan(description).paths
        held = motion.grasped > 0
        assert (motion.support[held] == NO_SUPPORT).all()
        assert (motion.contact[held] == motion.grasped[held]).all()
        for frame, thing in zip(*np.nonzero(held), strict=True):
            agent = "arm" if motion.grasped[frame, thing] == Holder.ARM else "hand"
            tip = paths[agent].at(frame)[:3]
            reach = np.linalg.norm(description.things[thing].dimensions_m)
            assert np.linalg.norm(motion.positions_m[frame, thing] - tip) < reach
            found += 1
    assert found > 50


def test_a_rolling_ball_turns_and_arrives() -> None:
    rolls = 0
    for index in range(16):
        description = describe_stored("events", index)
        motion = read_trajectory(description)
        for action in description.script:
            if action.kind != "roll" or action.start < 0 or action.stop > description.frames - 1:
                continue
            kinds = motion.motion[action.start + 1 : action.stop - 1, action.thing]
            assert (kinds == Motion.ROLLING).mean() > 0.5
            end = motion.positions_m[action.stop, action.thing]
            assert np.linalg.norm(end - action.to_m) < 0.06
            rolls += 1
    assert rolls > 3
