"""The ablations' table and JSON, from scores made by hand."""

import json

from samwise_ros.benchmark.ablation.results import MODES, AblationResults, Outcome
from samwise_ros.benchmark.ablation.variants import VARIANTS, Variant
from samwise_ros.evaluation.records import VideoRecord
from samwise_ros.evaluation.results import Results
from samwise_ros.evaluation.run_config import RunConfig
from samwise_ros.evaluation.scoring import ExpressionScore, Similarity

PROMPT, SELECTIVE = (v for v in VARIANTS if v.name in ("prompt", "selective"))


def _score(video: str, kind: str, value: float) -> ExpressionScore:
    similarity = Similarity(value, value)
    return ExpressionScore(video, "0", "the mug", kind, "", 0, similarity, 0, 0, None)


def _outcome(variant: Variant, values: dict[str, float]) -> Outcome:
    """Each way has its value on a sentence of each kind; online is a tenth worse than clip."""
    ways = [RunConfig(mode, correction) for mode in MODES for correction in variant.published]
    records = [
        VideoRecord(
            index,
            video,
            8,
            tuple(
                (_score(video, kind, values[way.correction] - 0.1 * (way.mode == "online")),)
                for way in ways
            ),
        )
        for index, (video, kind) in enumerate((("a", "still"), ("b", "motion")))
    ]
    return Outcome(variant, 1000, 60, Results.of("tabletop:test", ways, records))


RESULTS = AblationResults(
    (
        _outcome(PROMPT, {"never": 0.5}),
        _outcome(SELECTIVE, {"never": 0.6, "learned": 0.7, "always": 0.4, "every_4th": 0.55}),
    )
)


def _cells(table: str, title: str, correction: str) -> list[str]:
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in table.splitlines()]
    return next(row for row in rows if row[:2] == [title, correction])


def test_each_way_has_a_row_beside_the_published_number() -> None:
    table = RESULTS.to_markdown()
    assert "tabletop:test: 2 videos, 16 frames, 2 sentences" in table
    # The head and its rule, and a row for each way.
    assert len([line for line in table.splitlines() if line.startswith("|")]) == 2 + 5
    assert _cells(table, PROMPT.title, "never") == [
        *(PROMPT.title, "never", "1,000"),
        *("50.0", "-10.0 [-10.0, -10.0]", "40.0", "-10.0 [-10.0, -10.0]"),
        *("50.0 / 40.0", "50.0 / 40.0", "45.2"),
    ]
    assert _cells(table, SELECTIVE.title, "every 4th")[-1] == "52.4"


def test_all_are_compared_with_the_paper_s_network() -> None:
    table = RESULTS.to_markdown()
    assert _cells(table, SELECTIVE.title, "never")[4] == ""
    assert _cells(table, SELECTIVE.title, "learned")[4] == "+10.0 [+10.0, +10.0]"
    assert _cells(table, SELECTIVE.title, "learned")[6] == "+10.0 [+10.0, +10.0]"


def test_without_the_paper_s_network_the_first_is_the_reference() -> None:
    alone = AblationResults(RESULTS.outcomes[:1])
    assert _cells(alone.to_markdown(), PROMPT.title, "never")[4] == ""


def test_the_json_holds_every_score() -> None:
    data = json.loads(json.dumps(RESULTS.outcomes[1].to_json()))
    assert data["name"] == "selective"
    assert data["published"]["learned"] == 55.5
    assert [run["all"]["jf"] for run in data["results"]["runs"][:2]] == [60.0, 70.0]
    assert len(data["results"]["runs"][0]["sentences"]) == 2
