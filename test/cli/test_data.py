"""`samwise data`: a folder in the format of MeViS."""

import json
from pathlib import Path

import pytest

from samwise_ros.cli.main import main


def test_it_writes_a_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    argv = ["data", "tabletop", "--out", str(tmp_path / "set"), "--split", "val"]
    argv += ["--videos", "2", "--frames", "3", "--width", "64", "--height", "48"]
    assert main(argv) == 0
    videos = json.loads((tmp_path / "set" / "meta_expressions.json").read_text())["videos"]
    assert list(videos) == ["val000000", "val000001"]
    assert len(list((tmp_path / "set" / "JPEGImages" / "val000000").iterdir())) == 3
    assert main([*argv[:4], "--videos", "0"]) == 2
    assert "videos: expected 1 or more, got 0" in capsys.readouterr().err
