"""Markdown table and JSON file of a report."""

import json
from pathlib import Path

from samwise_ros.benchmark.report import LATENCY, Column, Table, write_report

ROWS = [
    {"way": "online", "median_ms": 1234.56, "q25_ms": 1.0, "q75_ms": 2.0, "p99_ms": 3.0},
    {"way": "clip", "median_ms": 2.0},
]
TABLE = Table("Both", (Column("way", ("way",)), *LATENCY), ROWS)


def test_markdown_table() -> None:
    assert TABLE.markdown().splitlines() == [
        "Both:",
        "",
        "| way | median, ms | interquartile range, ms | p99, ms |",
        "| --- | ---: | ---: | ---: |",
        "| online | 1,234.6 | 1.0 to 2.0 | 3.0 |",
        "| clip | 2.0 | - | - |",
    ]


def test_json_file(tmp_path: Path) -> None:
    file = tmp_path / "results" / "suite.json"
    write_report(file, "suite", {"frames": 3}, {"cpu": "one"}, [TABLE])
    assert json.loads(file.read_text()) == {
        "suite": "suite",
        "settings": {"frames": 3},
        "machine": {"cpu": "one"},
        "results": {"Both": ROWS},
    }
