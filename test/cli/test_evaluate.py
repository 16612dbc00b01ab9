"""`samwise evaluate`: a table on the standard output, every score in a file."""

import json
from pathlib import Path

import pytest

from samwise_ros.cli.main import main


def test_it_prints_a_table_and_writes_scores(
    model: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "new" / "scores.json"
    argv = ["evaluate", "--model", model, "--videos", "2", "--frames", "4", "--mode", "online"]
    assert main([*argv, "--json", str(file)]) == 0
    table = capsys.readouterr().out
    assert "| sentences | number | online, CME on | online, CME off |" in table
    assert "| swapped, the original object |" in table
    data = json.loads(file.read_text())
    assert data["model"] == model
    assert data["videos"] == 2
    assert [run["switch_correction"] for run in data["runs"]] == [True, False]
    assert len(data["runs"][0]["sentences"]) == data["sentences"]


def test_mistakes_are_told(model: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evaluate", "--model", model, "--data", "moon:test"]) == 2
    assert "data: expected one of tabletop:train" in capsys.readouterr().err
