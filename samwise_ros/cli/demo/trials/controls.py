"""Controls of the trials: what happens if something goes wrong while the arm reaches."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from samwise_ros.cli.demo.trials.plans import TrialPlan
from samwise_ros.cli.demo.trials.robot import TrialRobot
from samwise_ros.cli.demo.trials.run_trial import RIGHT, TRIAL_S, run_trial

STOP_S = 0.5
"""The arm rests that long after the node was killed, at most."""
SHIFT_M = 0.05
MOST_RIGHT_SHIFTED = 0.2
"""Share of trials that may be right although everything is seen `SHIFT_M` aside."""
_MOVING_RAD_S, _RESTING_RAD_S = 0.2, 0.05
_SETTLE_S = 1.0


@dataclass(frozen=True)
class Control:
    """What happened in the runs of one control.

    Attributes:
        name: what went wrong.
        wanted: what must happen.
        runs: number of runs; those in which the arm does not reach are left out, except of things
            that are seen aside.
        passed: number of runs in which that happened.
        is_met: whether enough of them passed, of at least one.
        detail: what was measured.
    """

    name: str
    wanted: str
    runs: int
    passed: int
    is_met: bool
    detail: str = ""


def run_controls(robot: TrialRobot, plans: Sequence[TrialPlan]) -> Iterator[Control]:
    """Run the controls.

    Args:
        robot: the robot; its node is killed and started again.
        plans: trials of things that do not move, which were right without a fault.

    Raises:
        ProcessError: a process of the robot failed.
    """
    yield _swap_sentences(robot, [plan for plan in plans if plan.other_sentence])
    yield _remove_targets(robot, plans)
    yield _shift_transform(robot, plans)
    yield _kill_node(robot, plans)


def control_table(controls: Sequence[Control]) -> list[str]:
    """Return a header and a row for each control."""
    rows = [f"{'control':34}{'wanted':34}{'runs':>5}{'passed':>8}"]
    rows += [
        f"{each.name:34}{each.wanted:34}{each.runs:5}{each.passed:8}  {each.detail}".rstrip()
        for each in controls
    ]
    return rows


def _swap_sentences(robot: TrialRobot, plans: Sequence[TrialPlan]) -> Control:
    results, stayed = [], 0
    for plan in plans:
        if _start_reaching(robot, plan):
            robot.say(plan.other_sentence)
            _wait_for_end(robot)
            results.append(robot.truth["in_tray"] == [plan.other])
            stayed += plan.target not in {*robot.lifted, *robot.truth["in_tray"]}
    control = control_of("another sentence while it reaches", "the other thing is picked", results)
    return replace(control, detail=f"the first thing stayed in {stayed}")


def _remove_targets(robot: TrialRobot, plans: Sequence[TrialPlan]) -> Control:
    results = []
    for plan in plans:
        if _start_reaching(robot, plan):
            robot.request(f"remove {plan.target}")
            _wait_for_end(robot)
            results.append(not robot.has_state("grasping") and not robot.truth["in_tray"])
    return control_of("target taken away", "the gripper does not close", results)


def _shift_transform(robot: TrialRobot, plans: Sequence[TrialPlan]) -> Control:
    right = [run_trial(robot, plan, shift_m=SHIFT_M).result == RIGHT for plan in plans]
    return control_of(
        f"everything seen {100 * SHIFT_M:g} cm aside",
        f"at most {MOST_RIGHT_SHIFTED:.0%} are right",
        [not each for each in right],
        least=1.0 - MOST_RIGHT_SHIFTED,
    )


def _kill_node(robot: TrialRobot, plans: Sequence[TrialPlan]) -> Control:
    seconds = []
    for plan in plans:
        if _start_reaching(robot, plan):
            began = time.monotonic()
            robot.kill_node()
            robot.wait_for(lambda: robot.speed_rad_s < _RESTING_RAD_S, TRIAL_S, "an arm at rest")
            seconds.append(time.monotonic() - began)
            robot.start_node()
            robot.wait_for(lambda: robot.has_state("failed", "done"), 2 * TRIAL_S, "the end")
    control = control_of(
        "node killed while it reaches",
        f"the arm rests within {STOP_S:g} s",
        [each <= STOP_S for each in seconds],
    )
    return replace(control, detail=f"at most {max(seconds):.2f} s" if seconds else "")


def control_of(name: str, wanted: str, results: Sequence[bool], least: float = 1.0) -> Control:
    """Return a control; ``least`` is the share of runs that must pass."""
    count, passed = len(results), sum(results)
    return Control(name, wanted, count, passed, count > 0 and passed >= least * count)


def _start_reaching(robot: TrialRobot, plan: TrialPlan) -> bool:
    """Say a sentence; return whether the arm moves towards what was found."""
    robot.show(plan.split, plan.seed)
    robot.say(plan.sentence)
    robot.wait_for(
        lambda: robot.has_state("reaching", "failed", "done"), 2 * TRIAL_S, "a reaching arm"
    )
    if not robot.has_state("reaching"):
        return False
    robot.wait_for(
        lambda: robot.speed_rad_s > _MOVING_RAD_S or robot.has_state("failed", "done"),
        TRIAL_S,
        "a moving arm",
    )
    return not robot.has_state("failed", "done")


def _wait_for_end(robot: TrialRobot) -> None:
    robot.wait_for(lambda: robot.has_state("done", "failed"), 2 * TRIAL_S, "the end")
    robot.spin_for(_SETTLE_S)
