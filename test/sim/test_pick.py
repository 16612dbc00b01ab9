"""The picker over real DDS: simulator, arm, node and picker in separate processes.

The node is the real one, with the simulator's true masks instead of a network. It needs a machine
that does nothing else: ``pytest -m slow -s test/sim/test_pick.py``
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from robot_processes import true_mask_robot

from samwise_ros.cli.demo.trials.controls import control_table, run_controls
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


def test_a_thing_that_moves_is_put_into_the_tray_when_it_rests(robot: TrialRobot) -> None:
    plan = trial_of_target(3)
    assert plan.target is not None
    velocity = (0.0116, 0.0435)  # of that seed's plan: past nothing else
    outcome = run_trial(robot, replace(plan, slide=Slide(plan.target, velocity)))
    assert outcome.result == RIGHT, outcome


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


def test_controls_are_met_with_true_masks(robot: TrialRobot) -> None:
    """Prints each control."""
    plans = []
    for seed in (2, 3, 4):
        plan = trial_of_target(seed)
        other = 0 if plan.target else 1
        plans.append(replace(plan, other_sentence=f"thing {other}", other=other))
    controls = list(run_controls(robot, plans))
    print(*control_table(controls), sep="\n")
    assert [control.runs for control in controls] == [len(plans)] * 4
    assert all(control.is_met for control in controls)


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
