"""The engine's benchmark: what it counts, through the command line and below it."""

import json
from pathlib import Path

import pytest

from samwise_ros.benchmark.engine import EngineBenchmark, measure_engine
from samwise_ros.cli.main import main


def test_it_writes_the_numbers_with_the_machine(
    model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "results" / "engine.json"
    argv = ["benchmark", "engine", "--model", str(model), "--frames", "3", "--json", str(file)]
    assert main(argv) == 0
    assert "| commands | frames/s | median, ms |" in capsys.readouterr().out
    content = json.loads(file.read_text())
    assert content["settings"]["width"] == 320
    assert content["machine"]["cores"] >= 1
    assert content["machine"]["versions"]["torch"]
    assert [row["commands"] for row in content["results"]] == [1, 2, 4]
    for row in content["results"]:
        assert 0 < row["q25_ms"] <= row["median_ms"] <= row["q75_ms"] <= row["p99_ms"]
        assert row["frames_per_second"] > 0


def test_what_cannot_be_measured_is_refused(model: Path) -> None:
    with pytest.raises(ValueError, match="frames: expected 1 or more, got 0"):
        EngineBenchmark(frames=0)
    many = EngineBenchmark(model=str(model), frames=1, commands=(99,), width=64, height=48)
    with pytest.raises(ValueError, match="99 commands: the video has"):
        measure_engine(many)
