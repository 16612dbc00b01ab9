"""Subcommands that run the network follow the node's rule for threads."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from recording import drive

from samwise_ros.cli.main import main
from samwise_ros.vision.video_reader import VideoReader


@pytest.fixture(autouse=True)
def threads_before() -> Iterator[int]:
    number = torch.get_num_threads()
    yield number
    torch.set_num_threads(number)


@pytest.fixture
def commands(films: Path, model: str, tmp_path: Path) -> dict[str, list[str]]:
    frames = list(VideoReader(films / "frames"))[:2]
    bag = drive(tmp_path / "drive", frames)
    out = ["--model", model, "--out"]
    found = {
        "segment": [str(films / "video.mp4"), "the red ball", *out, str(tmp_path / "out.mp4")],
        "bag": [str(bag), "the red ball", *out, str(tmp_path / "out.mcap")],
        "evaluate": ["--model", model, "--videos", "1", "--frames", "2", "--mode", "online"],
    }
    return {name: [name, *argv] for name, argv in found.items()}


@pytest.mark.parametrize("name", ["segment", "bag", "evaluate"])
def test_one_core_is_left_to_others(
    name: str, commands: dict[str, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    torch.set_num_threads(7)
    assert main(commands[name]) == 0
    assert torch.get_num_threads() == max(1, len(os.sched_getaffinity(0)) - 1)


@pytest.mark.parametrize("name", ["segment", "bag", "evaluate"])
def test_threads_can_be_given(name: str, commands: dict[str, list[str]], tmp_path: Path) -> None:
    argv = [*commands[name], "--threads", "3", "--model", str(tmp_path / "none")]
    assert main(argv) != 0  # there is no such model: the number is set before it is loaded
    assert torch.get_num_threads() == 3


def test_negative_number_is_refused(
    commands: dict[str, list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*commands["segment"], "--threads", "-1"]) != 0
    assert "threads: expected 0 or more, got -1" in capsys.readouterr().err
