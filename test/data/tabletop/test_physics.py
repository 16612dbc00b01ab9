"""Simulated motion; it needs MuJoCo and no GL library."""

from pathlib import Path

import numpy as np
import pytest

from samwise_ros.data.dataset import DatasetError
from samwise_ros.data.tabletop import stored
from samwise_ros.data.tabletop.agents.paths import plan
from samwise_ros.data.tabletop.composition.describe import describe
from samwise_ros.data.tabletop.simulation.physics import simulate
from samwise_ros.data.tabletop.truth import NO_SUPPORT, Holder, Motion


def test_a_simulation_repeats_bit_for_bit() -> None:
    description = describe("train", 0)
    first, second = simulate(description), simulate(description)
    for name in stored.FIELDS:
        assert (getattr(first, name) == getattr(second, name)).all()


@pytest.mark.parametrize("index", range(4))
def test_one_twin_moves_and_rests_at_least_24_frames(index: int) -> None:
    description = describe("past", index)
    motion = stored.read_trajectory(description)
    first = next(k for k, thing in enumerate(description.things) if thing.twin_of >= 0)
    twins = (description.things[first].twin_of, first)
    acted = [k for k in twins if (motion.motion[:, k] != Motion.REST).any()]
    assert len(acted) == 1
    looks = [description.things[k] for k in twins]
    assert looks[0].look == looks[1].look
    assert looks[0].dimensions_m == looks[1].dimensions_m
    assert not motion.motion[-24:, acted[0]].any()


def test_a_held_thing_follows_the_gripper_and_has_no_support() -> None:
    found = 0
    for index in range(8):
        description = describe("events", index)
        motion, paths = stored.read_trajectory(description), plan(description).paths
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
        description = describe("events", index)
        motion = stored.read_trajectory(description)
        for action in description.script:
            if action.kind != "roll" or action.start < 0 or action.stop > description.frames - 1:
                continue
            kinds = motion.motion[action.start + 1 : action.stop - 1, action.thing]
            assert (kinds == Motion.ROLLING).mean() > 0.5
            end = motion.positions_m[action.stop, action.thing]
            assert np.linalg.norm(end - action.to_m) < 0.06
            rolls += 1
    assert rolls > 3


def test_stored_motion_equals_the_simulated_one(tmp_path: Path) -> None:
    description = describe("val", 1)
    path = tmp_path / "val.npz"
    stored.write_trajectories(path, [description], simulate)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stored, "FOLDER", tmp_path)
        read, simulated = stored.read_trajectory(description), simulate(description)
        for name in stored.FIELDS:
            assert (getattr(read, name) == getattr(simulated, name)).all()
        with pytest.raises(DatasetError, match="expected the motion of video 2"):
            stored.read_trajectory(describe("val", 2))
    assert path.stat().st_size < 12_000


def test_motion_of_another_description_is_refused() -> None:
    description = describe("val", 1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stored, "digest", lambda _: 1)
        with pytest.raises(DatasetError, match="another description"):
            stored.read_trajectory(description)
