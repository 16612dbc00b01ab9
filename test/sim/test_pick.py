"""The picker over real DDS: simulator, arm, node and picker in separate processes.

The node is the real one, with the simulator's true masks instead of a network. It needs a machine
that does nothing else: ``pytest -m slow -s test/sim/test_pick.py``
"""

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from robot_processes import true_mask_robot, wait_for_state

from samwise_ros.cli.demo.trials.plans import Slide, TrialPlan
from samwise_ros.cli.demo.trials.robot import TrialRobot
from samwise_ros.cli.demo.trials.run_trial import RIGHT, run_trial
from samwise_ros.sim.scene import draw_trial

pytestmark = [pytest.mark.gl, pytest.mark.slow]

TRIALS = 12  # of the slow tests


@pytest.fixture(scope="module")
def robot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TrialRobot]:
    with true_mask_robot(tmp_path_factory.mktemp("robot")) as robot:
        yield robot


def trial_of_target(seed: int) -> TrialPlan:
    target = draw_trial("test", seed).target
    return TrialPlan("test", seed, f"thing {target}", "attribute", target)


def start_reaching(robot: TrialRobot, seed: int) -> int:
    """Show a scene, name its target, and return the target while the arm moves."""
    plan = trial_of_target(seed)
    robot.show("test", seed)
    robot.say(plan.sentence)
    wait_for_state(robot, "reaching")
    robot.wait_for(lambda: robot.speed_rad_s > 0.2, 5.0, "a moving arm")
    assert plan.target is not None
    return plan.target


def test_a_thing_that_moves_is_put_into_the_tray_when_it_rests(robot: TrialRobot) -> None:
    plan = trial_of_target(3)
    assert plan.target is not None
    velocity = (0.0116, 0.0435)  # of that seed's plan: past nothing else
    outcome = run_trial(robot, replace(plan, slide=Slide(plan.target, velocity)))
    assert outcome.result == RIGHT, outcome


def test_another_sentence_while_the_arm_reaches_picks_the_other_thing(robot: TrialRobot) -> None:
    other = 0 if start_reaching(robot, 2) else 1
    robot.say(f"thing {other}")
    wait_for_state(robot, "done", "failed")
    robot.wait_for(lambda: robot.truth["in_tray"] == [other], 3.0, f"thing {other} in the tray")


def test_the_arm_does_not_close_on_air(robot: TrialRobot) -> None:
    robot.request(f"remove {start_reaching(robot, 3)}")
    wait_for_state(robot, "failed", "done")
    assert robot.states[-1].startswith("failed: target:"), robot.states
    assert not robot.has_state("grasping")
    assert robot.truth["in_tray"] == []


def test_picker_and_arm_receive_what_a_real_robot_has(robot: TrialRobot) -> None:
    node = robot.node
    received = {
        name: {topic for topic, _ in node.get_subscriber_names_and_types_by_node(name, "/")}
        for name in ("picker", "arm")
    }
    assert received["arm"] == {"/arm/joint_trajectory", "/joint_states"}
    of_robot = {"/joint_states", "/camera/transform", "/pick/sentence", "/diagnostics"}
    others = received["picker"] - of_robot
    assert all(topic.startswith("/samwise_node/") for topic in others), others
    assert "/samwise_node/events" in others


def test_the_arm_stops_when_the_node_is_killed(robot: TrialRobot) -> None:
    """The last test of this robot, which then has no node."""
    start_reaching(robot, 4)
    began = time.monotonic()
    robot.kill_node()
    wait_for_state(robot, "stopped")
    robot.wait_for(lambda: robot.speed_rad_s < 0.05, 2.0, "an arm at rest")
    assert time.monotonic() - began < 0.5 + 0.3  # 0.3 s for messages on a busy machine
    assert "no targets" in robot.states[-1]
    assert robot.truth["in_tray"] == []


def test_most_trials_are_right_with_true_masks_and_few_with_shifted_ones(tmp_path: Path) -> None:
    """Prints each trial."""
    shares = {}
    for shift_m in ("0", "0.05"):
        folder = tmp_path / shift_m
        folder.mkdir()
        with true_mask_robot(folder, SHIFT_M=shift_m) as robot:
            outcomes = [run_trial(robot, trial_of_target(10 + seed)) for seed in range(TRIALS)]
        for outcome in outcomes:
            print(shift_m, outcome.plan.seed, outcome.result, outcome.state, flush=True)
        shares[shift_m] = sum(outcome.result == RIGHT for outcome in outcomes) / TRIALS
    assert shares["0"] >= 0.9
    assert shares["0.05"] < 0.2
