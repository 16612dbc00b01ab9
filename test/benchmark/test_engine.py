"""Benchmark of the engine, from the command line and as a function."""

import json
from pathlib import Path

import pytest

from samwise_ros.benchmark.suites.engine import EngineBenchmark, measure_engine
from samwise_ros.cli.main import main


def test_report_contains_results_and_machine(
    model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "results" / "engine.json"
    argv = ["benchmark", "engine", "--model", str(model), "--seconds", "0", "--length", "10"]
    argv += ["--commands", "1", "3", "--cameras", "2", "--size", "96x64", "128x96"]
    assert main([*argv, "--json", str(file)]) == 0
    assert "| commands | frames/s | median, ms |" in capsys.readouterr().out
    content = json.loads(file.read_text())
    assert content["settings"]["sizes"] == [[96, 64], [128, 96]]
    assert content["machine"]["cores"] >= 1
    assert content["machine"]["versions"]["torch"]
    results = content["results"]
    assert [row["commands"] for row in results["Commands"]] == [1, 3]
    assert [row["cameras"] for row in results["Cameras"]] == [2]
    assert [row["size"] for row in results["Image size"]] == ["96x64", "128x96"]
    assert [(row["from"], row["to"]) for row in results["Stream length"]][-1] == (9, 10)
    for row in [row for title in list(results)[:4] for row in results[title]]:
        assert 0 < row["q25_ms"] <= row["median_ms"] <= row["q75_ms"] <= row["p99_ms"]
    for row in [row for title in list(results)[:3] for row in results[title]]:
        assert row["frames_per_second"] > 0


def test_measured_memory_equals_the_reported_size(model: Path) -> None:
    settings = EngineBenchmark(
        str(model), seconds=0, commands=(1,), cameras=(), sizes=((96, 64),), length=0
    )
    *_, memory = measure_engine(settings)[-1].rows
    assert memory["memories"] == 8
    assert memory["measured_mib"] == pytest.approx(memory["stated_mib"], rel=0.02)


def test_invalid_settings_raise() -> None:
    with pytest.raises(ValueError, match="commands: expected 1 to 8, got"):
        EngineBenchmark(commands=(1, 99))
    with pytest.raises(ValueError, match="cameras: expected 1 or more"):
        EngineBenchmark(cameras=(0,))
    with pytest.raises(ValueError, match="length: expected 0 or at least 10, got 3"):
        EngineBenchmark(length=3)
    with pytest.raises(ValueError, match="seconds: expected 0 or more"):
        EngineBenchmark(seconds=-1)
    with pytest.raises(ValueError, match="nowhere: no such model folder"):
        measure_engine(EngineBenchmark(model="nowhere"))
