"""Table and JSON of an ablation, from fixed scores."""

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
    """Return scores by correction for a sentence of each kind; online is 0.1 worse than clip."""
    run_configs = [
        RunConfig(mode, correction) for mode in MODES for correction in variant.published
    ]
    records = [
        VideoRecord(
            index,
            video,
            8,
            tuple(
                (_score(video, kind, values[run.correction] - 0.1 * (run.mode == "online")),)
                for run in run_configs
            ),
        )
        for index, (video, kind) in enumerate((("a", "still"), ("b", "motion")))
    ]
    return Outcome(variant, 1000, 60, Results.of("painted:test", run_configs, records))


RESULTS = AblationResults(
    (
        _outcome(PROMPT, {"never": 0.5}),
        _outcome(SELECTIVE, {"never": 0.6, "learned": 0.7, "always": 0.4, "every_4th": 0.55}),
    )
)


def _cells(table: str, title: str, correction: str) -> list[str]:
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in table.splitlines()]
    return next(row for row in rows if row[:2] == [title, correction])


def test_each_run_has_a_row_with_the_published_number() -> None:
    table = RESULTS.to_markdown()
    assert "painted:test: 2 videos, 16 frames, 2 sentences" in table
    # Heading, rule, and a row for each run.
    assert len([line for line in table.splitlines() if line.startswith("|")]) == 2 + 5
    assert _cells(table, PROMPT.title, "never") == [
        *(PROMPT.title, "never", "1,000"),
        *("50.0", "-10.0 [-10.0, -10.0]", "40.0", "-10.0 [-10.0, -10.0]"),
        *("50.0 / 40.0", "50.0 / 40.0", "45.2"),
    ]
    assert _cells(table, SELECTIVE.title, "every 4th")[-1] == "52.4"


def test_variants_are_compared_with_the_papers_network() -> None:
    table = RESULTS.to_markdown()
    assert _cells(table, SELECTIVE.title, "never")[4] == ""
    assert _cells(table, SELECTIVE.title, "learned")[4] == "+10.0 [+10.0, +10.0]"
    assert _cells(table, SELECTIVE.title, "learned")[6] == "+10.0 [+10.0, +10.0]"


def test_first_variant_is_the_reference_without_the_papers_network() -> None:
    alone = AblationResults(RESULTS.outcomes[:1])
    assert _cells(alone.to_markdown(), PROMPT.title, "never")[4] == ""


def test_json_contains_every_score() -> None:
    data = json.loads(json.dumps(RESULTS.outcomes[1].to_json()))
    assert data["name"] == "selective"
    assert data["published"]["learned"] == 55.5
    assert [run["all"]["jf"] for run in data["results"]["runs"][:2]] == [60.0, 70.0]
    assert len(data["results"]["runs"][0]["sentences"]) == 2
