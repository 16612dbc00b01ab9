"""Benchmark of the network: every part of a frame, and a profile."""

import json
from pathlib import Path

import pytest

from samwise_ros.benchmark.network_parts import PARTS
from samwise_ros.benchmark.suites.network import NetworkBenchmark
from samwise_ros.cli.main import main


def test_report_and_trace_contain_every_part(model: Path, tmp_path: Path) -> None:
    file, trace = tmp_path / "network.json", tmp_path / "traces" / "trace.json"
    argv = ["benchmark", "network", "--model", str(model), "--seconds", "0"]
    assert main([*argv, "--json", str(file), "--trace", str(trace)]) == 0
    online, clip, machine = json.loads(file.read_text())["results"].values()
    for rows in (online, clip):
        assert [row["part"] for row in rows] == [*PARTS, "the rest", "frame"]
        parts, whole = rows[:-2], rows[-1]
        for name in ("gflop", "megabytes", "operators"):
            assert sum(row[name] for row in parts) == pytest.approx(whole[name], rel=0.01, abs=4)
        for row in (*parts, whole):
            assert min(row["floor_ms"], row["median_ms"]) > 0
            assert row["operators"] > 0
        assert whole["p99_ms"] >= whole["median_ms"]
        assert whole["launches"] is None
    # In clip mode eight frames share the text.
    assert clip[PARTS.index("text layers")]["gflop"] < online[PARTS.index("text layers")]["gflop"]
    assert machine[0]["gflops_per_second"] > 1
    assert machine[0]["gigabytes_per_second"] > 0.1
    names = {event.get("name") for event in json.loads(trace.read_text())["traceEvents"]}
    assert names >= {*PARTS, "frame"}


def test_preset_without_weights_is_measured(tmp_path: Path) -> None:
    argv = ["benchmark", "network", "--model", "mini", "--mode", "online", "--seconds", "0"]
    argv += ["--precision", "bfloat16", "--json", str(tmp_path / "network.json")]
    assert main(argv) == 0
    content = json.loads((tmp_path / "network.json").read_text())
    assert next(iter(content["results"])) == "Mini, bfloat16, online"


def test_invalid_settings_raise(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["benchmark", "network", "--model", "nowhere"]) == 2
    assert "nowhere: no such model folder" in capsys.readouterr().err
    with pytest.raises(ValueError, match="modes: expected some of online, clip"):
        NetworkBenchmark(modes=("offline",))
