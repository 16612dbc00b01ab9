"""Means, metrics and tables, compared with values computed by hand."""

import pytest
from made_scores import score

from samwise_ros.evaluation.image_metrics import ImageMetrics
from samwise_ros.evaluation.records import VideoRecord
from samwise_ros.evaluation.results import Results
from samwise_ros.evaluation.run_config import RunConfig
from samwise_ros.evaluation.runs import Run
from samwise_ros.evaluation.scoring import ExpressionScore, Similarity, Swap


def results(
    *columns: list[ExpressionScore], run_configs: tuple[RunConfig, ...], frames: int = 9
) -> Results:
    record = VideoRecord(0, "v", frames, tuple(map(tuple, columns)))
    return Results.of("drawn:here", run_configs, [record])


def test_ref_davis17_averages_over_annotators() -> None:
    """The first annotator wrote one sentence, the second two: (1.0 + (0.2 + 0.4) / 2) / 2."""
    scores = (score(1.0), score(0.2, annotator=1), score(0.4, annotator=1))
    assert Run(RunConfig(), scores).mean_similarity().jf == pytest.approx(0.65)


def test_refcoco_metrics() -> None:
    """A large object found well and a small one found badly."""
    scores = [
        score(0.8, intersection=80, union=100),
        score(0.5, intersection=5, union=10),
        score(0.1, intersection=1, union=10),
    ]
    metrics = ImageMetrics.of(scores)
    assert metrics.oiou == pytest.approx(86 / 120)
    assert metrics.miou == pytest.approx(1.4 / 3)
    assert metrics.precision == (2 / 3, 1 / 3, 1 / 3, 1 / 3, 0.0)
    shown = results(scores, run_configs=(RunConfig(),), frames=1)
    assert "| overall IoU | 71.7 |" in shown.to_markdown()
    assert "| precision at 0.9 | 0.0 |" in shown.to_markdown()
    assert shown.to_json()["runs"][0]["images"]["precision"]["0.5"] == 66.67


def test_kinds_have_the_order_of_the_data() -> None:
    scores = [
        score(1.0, kind="walk", detail="slow"),
        score(0.0, kind="run"),
        score(0.5, kind="walk", detail="fast"),
    ]
    table = results(scores, run_configs=(RunConfig(),)).to_markdown()
    rows = [line.split(" |")[0] for line in table.splitlines() if line.startswith("| ")]
    assert [row for row in rows if row.startswith(("| walk", "| run", "| all"))] == [
        "| all", "| walk", "| run", "| walk: fast", "| walk: slow"
    ]  # fmt: skip
    assert "| walk | 2 | 75.0 (75.0 / 75.0) |" in table
    assert "control" not in table


def test_tables_and_json_agree() -> None:
    swap = Swap("the cup", Similarity(0.9, 0.7), Similarity(0.1, 0.1))
    oracle = [score(1.0, kind="attribute", detail="colour", swap=swap)]
    nothing = [score(0.0, kind="attribute", detail="colour")]
    both = results(oracle, nothing, run_configs=(RunConfig(), RunConfig("clip", "learned")))
    table, data = both.to_markdown(), both.to_json()
    assert "network on drawn:here: 1 videos, 9 frames, 1 sentences" in table
    assert "| sentences | number | online, CME learned | clip, CME learned |" in table
    assert "| all | 1 | 100.0 (100.0 / 100.0) | 0.0 (0.0 / 0.0) |" in table
    assert "| swapped, the other object | 1 | 80.0 (90.0 / 70.0) |" in table
    assert "| attribute: colour | 1 | 100.0 | 0.0 |" in table
    first = data["runs"][0]
    for numbers in (first["all"], first["kinds"]["attribute"], first["videos"]["v"]):
        assert numbers == {"j": 100.0, "f": 100.0, "jf": 100.0}
    assert first["details"]["attribute: colour"]["jf"] == 100.0
    assert first["control"]["other"]["jf"] == 80.0
    assert data["runs"][1]["sentences"][0]["jf"] == 0.0
    assert "| sentences | videos | CME learned: online less clip |" in table
    assert data["comparisons"][0]["groups"][0]["mean"] == 100.0


def test_compared_runs_differ_in_one_field() -> None:
    run_configs = tuple(
        RunConfig(mode, correction)
        for mode in ("online", "clip")
        for correction in ("always", "never")
    )
    found = results(*[[score(0.5)]] * 4, run_configs=run_configs).comparisons
    assert [pair.name for pair in found] == [
        "online: CME always less never",
        "CME always: online less clip",
        "clip: CME always less never",
    ]


def test_memories_are_compared_with_the_first_one() -> None:
    run_configs = tuple(RunConfig(memory=memory) for memory in ("paper", "gated", "none"))
    found = results(*[[score(0.5)]] * 3, run_configs=run_configs)
    assert [pair.name for pair in found.comparisons] == [
        "online: memory paper less gated",
        "online: memory paper less none",
    ]
    assert [run["memory_policy"] for run in found.to_json()["runs"]] == ["paper", "gated", "none"]
    with pytest.raises(ValueError, match="memory: expected paper in clip mode, got none"):
        RunConfig("clip", memory="none")


def test_data_without_ground_truth_has_no_scores() -> None:
    empty = results([], [], run_configs=(RunConfig(), RunConfig("clip")))
    assert "nothing to score" in empty.to_markdown()
    assert empty.to_json()["comparisons"] == []
