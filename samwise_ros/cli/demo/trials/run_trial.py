"""Runs one trial of the robot that picks the described object, and judges it by the truth."""

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from samwise_ros.cli.demo.trials.plans import SLIDE_S, TrialPlan
from samwise_ros.cli.demo.trials.robot import TrialRobot

TRIAL_S = 60.0
RIGHT, WRONG = "right", "wrong object"
REASONS = ("not found", "rejected", WRONG, "target", "pose", "grasp", "arm", "node", "time")
"""Why a trial is not right. ``rejected``: by the node; ``target``: lost while the arm reached;
``arm``: it did not arrive, or nothing is in the tray although the picker saw no fault."""
_SETTLE_S = 1.0
_BEFORE_SLIDE_S = 1.5


@dataclass(frozen=True)
class Outcome:
    """The result of a trial.

    Attributes:
        plan: the trial.
        result: ``right`` or one of `REASONS`.
        state: last state of the picker.
        seconds: duration.
    """

    plan: TrialPlan
    result: str
    state: str
    seconds: float


def judge(plan: TrialPlan, in_tray: list[int], lifted: set[int], state: str) -> str:
    """Return ``right`` or the reason.

    Args:
        plan: the trial.
        in_tray: indices of the things in the tray.
        lifted: indices of the things that the gripper held.
        state: last state of the picker.

    >>> mug = TrialPlan("test", 0, "the red mug", "attribute", 2)
    >>> judge(mug, [2], {2}, "done: the red mug"), judge(mug, [3], {3}, "done: the red mug")
    ('right', 'wrong object')
    >>> judge(mug, [], set(), "failed: grasp: nothing between the fingers")
    'grasp'
    """
    wanted = set() if plan.target is None else {plan.target}
    if (lifted | set(in_tray)) - wanted:
        return WRONG
    if set(in_tray) == wanted:
        return RIGHT
    _, _, cause = state.partition("failed: ")
    return next((reason for reason in REASONS if cause.startswith(reason)), "arm")


def run_trial(robot: TrialRobot, plan: TrialPlan, shift_m: float = 0.0) -> Outcome:
    """Show a scene, say the sentence, and judge what happens.

    Args:
        robot: the robot.
        plan: the trial.
        shift_m: error of the camera's transform, which shifts everything that the picker sees.

    Raises:
        ProcessError: a process of the robot failed.
    """
    robot.show(plan.split, plan.seed)
    if shift_m:
        robot.request(f"shift {shift_m}")
    began = time.monotonic()
    robot.say(plan.sentence)
    if plan.slide is not None:  # only a node that has seen it move knows what moved
        robot.wait_for(lambda: robot.has_state("searching", "failed"), TRIAL_S, "a search")
        robot.spin_for(_BEFORE_SLIDE_S)
        x, y = plan.slide.velocity
        robot.request(f"slide {plan.slide.thing} {x} {y} {SLIDE_S}")
    end = began + TRIAL_S
    robot.wait_for(
        lambda: robot.has_state("done", "failed") or time.monotonic() > end,
        2 * TRIAL_S,
        "the end of the trial",
    )
    robot.spin_for(_SETTLE_S)
    state = robot.states[-1] if robot.states else ""
    if not robot.has_state("done", "failed"):
        state = f"failed: time: {state}"
    result = judge(plan, robot.truth["in_tray"], robot.lifted, state)
    return Outcome(plan, result, state, round(time.monotonic() - began, 1))


def table(outcomes: Sequence[Outcome]) -> list[str]:
    """Return a header, a row for each kind of sentence, and the sum."""
    kinds = sorted({outcome.plan.kind for outcome in outcomes})
    rows = [f"{'sentences':22}{'trials':>7}{'right':>7}" + "".join(f"{r:>14}" for r in REASONS)]
    for kind in (*kinds, "all"):
        rated = [each.result for each in outcomes if kind in (each.plan.kind, "all")]
        results = Counter(rated)
        rows.append(
            f"{kind:22}{len(rated):7}{100 * results[RIGHT] / max(len(rated), 1):6.0f}%"
            + "".join(f"{results[reason]:14}" for reason in REASONS)
        )
    return rows
