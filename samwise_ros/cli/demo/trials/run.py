"""Runs trials of the robot that picks what is said, and the controls."""

import json
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict
from pathlib import Path

import numpy as np

from samwise_ros.cli.demo.trials.controls import Control, control_table, run_controls
from samwise_ros.cli.demo.trials.film import Film
from samwise_ros.cli.demo.trials.plans import TrialPlan, draw_plans
from samwise_ros.cli.demo.trials.robot import TrialRobot
from samwise_ros.cli.demo.trials.run_trial import RIGHT, WRONG, Outcome, run_trial, table
from samwise_ros.cli.demo.trials.traffic import counted_traffic
from samwise_ros.client.session import ros_session
from samwise_ros.data.tabletop.description import Split
from samwise_ros.files.atomic import write_atomically

SPLIT: Split = "test"
RATE_HZ = 10.0
LEAST_RIGHT, MOST_WRONG = 0.8, 0.05
"""Shares of trials with which the robot passes."""
CONTROL_RUNS = 3
FILM = "trials.mp4"
_RESULT_S = 1.0  # the film shows the result that long


def run_trials(model: str, device: str, count: int, out: Path) -> int:
    """Run trials and controls, print tables, and write ``trials.json`` and ``trials.mp4``.

    Args:
        model: name of a model, or path of a model folder.
        device: device of the node.
        count: number of trials, of the seeds from 0 on.
        out: output folder.

    Returns:
        Exit code: 0 if at least 80 % are right, at most 5 % wrong things were picked, and all
        controls have the wanted result.

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
    controls: list[Control] = []
    with (
        ros_session("trials") as node,
        closing(Film(node, out / FILM, RATE_HZ)) as film,
        closing(TrialRobot(node, out)) as robot,
    ):
        robot.start({"model": model, "device": device})
        try:
            with counted_traffic(node) as traffic:
                outcomes.append(_filmed(robot, film, plans, 0))
            for number in range(1, count):
                outcomes.append(_filmed(robot, film, plans, number))
            latencies_s = film.latencies_s.copy()
            film.caption = "control"
            picked = [
                each.plan
                for each in outcomes
                if each.result == RIGHT and each.plan.target is not None and not each.plan.slide
            ]
            picked.sort(key=lambda plan: not plan.other_sentence)
            controls.extend(run_controls(robot, picked[:CONTROL_RUNS]))
        finally:
            entries = {
                "trials": [asdict(outcome) for outcome in outcomes],
                "controls": [asdict(control) for control in controls],
            }
            write_atomically(out / "trials.json", json.dumps(entries, indent=1).encode())
            for rows in (table(outcomes), control_table(controls)):
                print("", *rows, sep="\n")
    print("", *traffic.table(), sep="\n")
    p50, p99 = 1000.0 * np.percentile(latencies_s or [np.nan], (50, 99))
    print(f"\nstamp to mask p50 {p50:.0f} ms p99 {p99:.0f} ms   video: {out / FILM}")
    results = Counter(outcome.result for outcome in outcomes)
    passed = results[RIGHT] >= LEAST_RIGHT * count and results[WRONG] <= MOST_WRONG * count
    return 0 if passed and all(control.is_met for control in controls) else 1


def _filmed(robot: TrialRobot, film: Film, plans: Sequence[TrialPlan], index: int) -> Outcome:
    """Run a trial, and print and film its result."""
    film.caption = f"trial {index + 1} of {len(plans)}"
    outcome = run_trial(robot, plans[index])
    film.result = outcome.result
    robot.spin_for(_RESULT_S)
    print(_line(index + 1, outcome), flush=True)
    return outcome


def _line(number: int, outcome: Outcome) -> str:
    plan = outcome.plan
    detail = "" if outcome.result == RIGHT else f" ({outcome.state})"
    return f'{number:4} {outcome.seconds:5.1f} s  {outcome.result:12} "{plan.sentence}"{detail}'
