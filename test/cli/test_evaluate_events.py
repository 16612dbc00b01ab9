"""`samwise evaluate --events`: tables, JSON, timelines and resuming."""

import json
from pathlib import Path

import cv2
import pytest

from samwise_ros.cli.main import main


def evaluate(folder: Path, *more: str) -> dict:
    file = folder / "events.json"
    argv = ["evaluate", "--events", "--data", "painted:scenes", "--videos", "1"]
    assert main([*argv, "--json", str(file), *more]) == 0
    return json.loads(file.read_text())


def test_events_are_scored_and_drawn_and_an_evaluation_resumes(tmp_path, capsys):
    out, pictures = str(tmp_path / "out"), str(tmp_path / "pictures")
    first = evaluate(tmp_path, "--out", out, "--timelines", pictures)
    assert (first["videos"], first["sentences"], first["frames"]) == (1, 1, 32)
    assert first["events"]["ACQUIRED"]["recall"]["of"] == 1
    assert "| LOST |" in capsys.readouterr().out
    (picture,) = Path(pictures).iterdir()
    assert cv2.imread(str(picture)).shape[1] > 32
    (scores,) = Path(out).glob("scores-*.jsonl")
    before = scores.read_bytes()
    assert evaluate(tmp_path, "--out", out) == first
    assert scores.read_bytes() == before


def test_event_logic_alone(capsys):
    assert main(["evaluate", "--events", "--planted", "1"]) == 0
    assert "event logic on planted changes: 11 videos" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("argv", "error"),
    [
        (["--events", "--rate", "0"], "--rate: expected a number above 0"),
        (["--planted", "3"], "--planted: expected --events with it"),
        (["--true-masks"], "--true-masks: expected --events with it"),
        (["--timelines", "x"], "--timelines: expected --events with it"),
        (["--events", "--predictions", "x"], "--predictions: expected no --events with it"),
        (["--events", "--save-overlays", "x"], "--save-overlays: expected no --events with it"),
        (["--events", "--videos", "0"], "--videos: expected 1 or more, got 0"),
        (["--events", "--planted", "0"], "--planted: expected 1 or more, got 0"),
        (["--events", "--mode", "clip"], "--mode: expected no --events with it"),
        (["--events", "--cme", "never"], "--cme: expected no --events with it"),
        (["--events", "--planted", "3", "--true-masks"], "--planted: expected no --true-masks"),
        (["--events", "--true-masks", "--out", "x"], "--true-masks: expected no --out with it"),
        (["--events", "--memory", "paper", "none"], "--memory: expected one with --events"),
    ],
)
def test_arguments_without_effect_are_refused(argv, error, capsys):
    assert main(["evaluate", *argv]) == 2
    assert error in capsys.readouterr().err
