"""The sentences of the trials, and the table of their results."""

import pytest

from samwise_ros.cli.demo.trials.controls import Control, control_of, control_table
from samwise_ros.cli.demo.trials.plans import KINDS, TrialPlan, draw_plans
from samwise_ros.cli.demo.trials.robot import picker_path
from samwise_ros.cli.demo.trials.run_trial import REASONS, RIGHT, Outcome, judge, table

MAX_LINES = 300  # of the example, which a user reads as a whole


@pytest.mark.gl
def test_plans_depend_on_the_seed_and_name_more_than_looks() -> None:
    (plan,) = draw_plans("test", [7])
    assert list(draw_plans("test", [7])) == [plan]
    assert plan.kind == KINDS[7] == "past"
    assert plan.sentence
    assert plan.slide is not None
    assert plan.slide.thing == plan.target


def test_judgement() -> None:
    plan = TrialPlan("test", 0, "the red mug", "attribute", 2)
    absent = TrialPlan("test", 0, "the blue mug", "absent", None)
    assert judge(plan, [2], {2}, "done: the red mug") == RIGHT
    assert judge(plan, [2, 3], {2, 3}, "done: the red mug") == "wrong object"
    assert judge(plan, [2], {2, 3}, "done: the red mug") == "wrong object", "it was put down"
    assert judge(plan, [], {2}, "done: the red mug") == "arm"
    assert judge(plan, [], set(), "failed: time: reaching") == "time"
    assert judge(plan, [], set(), "failed: pose: out of reach") == "pose"
    assert judge(plan, [], set(), "failed: not found: within 12 s") == "not found"
    assert judge(absent, [], set(), "failed: not found: within 12 s") == RIGHT
    assert judge(absent, [1], {1}, "done: the blue mug") == "wrong object"
    assert judge(absent, [], {1}, "failed: grasp: dropped") == "wrong object"


def test_table_counts_results_by_kind() -> None:
    plan = TrialPlan("test", 0, "the red mug", "attribute", 2)
    past = TrialPlan("test", 1, "the mug that was moved", "past", 0)
    results = [(plan, RIGHT), (plan, "grasp"), (past, RIGHT)]
    header, first, second, total = table([Outcome(*result, "", 1.0) for result in results])
    assert header.split()[3:] == " ".join(REASONS).split()
    assert first.split()[:3] == ["attribute", "2", "50%"]
    assert second.split()[:3] == ["past", "1", "100%"]
    assert total.split()[:3] == ["all", "3", "67%"]


def test_table_of_controls() -> None:
    control = Control("target taken away", "the gripper does not close", 3, 2, False, "once")
    header, row = control_table([control])
    assert header.split() == ["control", "wanted", "runs", "passed"]
    assert row.split()[-3:] == ["3", "2", "once"]


@pytest.mark.parametrize(
    ("results", "least", "is_met"),
    [
        ([], 0.8, False),
        ([True, True], 1.0, True),
        ([True, False], 1.0, False),
        ([True] * 4 + [False], 0.8, True),
        ([True] * 3 + [False] * 2, 0.8, False),
    ],
)
def test_a_control_needs_a_run_and_enough_that_pass(
    results: list[bool], least: float, is_met: bool
) -> None:
    assert control_of("name", "wanted", results, least).is_met is is_met


def test_the_picker_is_short() -> None:
    files = picker_path().parent.glob("*.py")
    assert sum(len(path.read_text().splitlines()) for path in files) <= MAX_LINES
