"""Runs trials of the robot that picks what is said, and judges them by the simulator's truth."""

import json
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path

from samwise_ros.cli.demo.trials.plans import SLIDE_S, TrialPlan, draw_plans
from samwise_ros.cli.demo.trials.robot import TrialRobot
from samwise_ros.client.process import NODE_PROGRAM
from samwise_ros.client.session import ros_session
from samwise_ros.data.tabletop.description import Split
from samwise_ros.files.atomic import write_atomically

TRIAL_S = 60.0
_SETTLE_S = 1.0
_BEFORE_SLIDE_S = 1.5
SPLIT: Split = "test"
RIGHT, WRONG = "right", "wrong object"
REASONS = ("not found", "rejected", WRONG, "target", "pose", "grasp", "arm", "node")
"""Why a trial is not right. ``rejected``: by the node; ``target``: lost while the arm reached;
``arm``: nothing is in the tray although the picker saw no fault."""
LEAST_RIGHT, MOST_WRONG = 0.8, 0.05
"""Shares of trials with which the robot passes."""


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


def judge(plan: TrialPlan, in_tray: list[int], state: str) -> str:
    """Return ``right`` or the reason.

    Args:
        plan: the trial.
        in_tray: indices of the things in the tray.
        state: last state of the picker.

    >>> mug = TrialPlan("test", 0, "the red mug", "attribute", 2)
    >>> judge(mug, [2], "done: the red mug"), judge(mug, [3], "done: the red mug")
    ('right', 'wrong object')
    >>> judge(mug, [], "failed: grasp: nothing between the fingers")
    'grasp'
    """
    wanted = [] if plan.target is None else [plan.target]
    if in_tray == wanted:
        return RIGHT
    if in_tray:
        return WRONG
    _, _, cause = state.partition("failed: ")
    return next((reason for reason in REASONS if cause.startswith(reason)), "arm")


def run_trials(
    model: str, device: str, count: int, out: Path, program: Sequence[str] = NODE_PROGRAM
) -> int:
    """Run trials, print a table, and write ``trials.json``.

    Args:
        model: name of a model, or path of a model folder.
        device: device of the node.
        count: number of trials, of the seeds from 0 on.
        out: output folder.
        program: arguments of Python that select the program of the node.

    Returns:
        Exit code: 0 if at least 80 % are right and at most 5 % wrong things were picked.

    Raises:
        ArmModelError: the model of the arm is not installed.
        RenderingError: there is no GL library.
        ProcessError: a process of the robot failed.
        OSError: a file cannot be written.
    """
    out.mkdir(parents=True, exist_ok=True)
    plans = list(draw_plans(SPLIT, range(count)))
    write_atomically(out / "plans.json", json.dumps([asdict(plan) for plan in plans]).encode())
    outcomes: list[Outcome] = []
    with ros_session("trials") as node, closing(TrialRobot(node, out)) as robot:
        robot.start({"model": model, "device": device}, program)
        try:
            for plan in plans:
                outcomes.append(run_trial(robot, plan))
                print(_line(len(outcomes), outcomes[-1]), flush=True)
        finally:
            entries = [asdict(outcome) for outcome in outcomes]
            write_atomically(out / "trials.json", json.dumps(entries, indent=1).encode())
    print("", *table(outcomes), sep="\n", flush=True)
    results = Counter(outcome.result for outcome in outcomes)
    passed = results[RIGHT] >= LEAST_RIGHT * count and results[WRONG] <= MOST_WRONG * count
    return 0 if passed else 1


def run_trial(robot: TrialRobot, plan: TrialPlan) -> Outcome:
    """Show a scene, say the sentence, and judge what happens.

    Raises:
        ProcessError: a process of the robot failed.
    """
    robot.show(plan.split, plan.seed)
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
    result = judge(plan, robot.truth["in_tray"], state)
    return Outcome(plan, result, state, round(time.monotonic() - began, 1))


def table(outcomes: Sequence[Outcome]) -> list[str]:
    """Return a header, a row for each kind of sentence, and the sum."""
    kinds = sorted({outcome.plan.kind for outcome in outcomes})
    rows = [f"{'sentences':22}{'trials':>7}{'right':>7}" + "".join(f"{r:>14}" for r in REASONS)]
    for kind in (*kinds, "all"):
        rated = [each.result for each in outcomes if kind in (each.plan.kind, "all")]
        results = Counter(rated)
        rows.append(
            f"{kind:22}{len(rated):7}{100 * results[RIGHT] / len(rated):6.0f}%"
            + "".join(f"{results[reason]:14}" for reason in REASONS)
        )
    return rows


def _line(number: int, outcome: Outcome) -> str:
    plan = outcome.plan
    detail = "" if outcome.result == RIGHT else f" ({outcome.state})"
    return f'{number:4} {outcome.seconds:5.1f} s  {outcome.result:12} "{plan.sentence}"{detail}'
