"""Segmenting files: what is written, what is said, and what is refused in one line."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from samwise_ros.cli.main import main
from samwise_ros.data.painted.video import PaintedConfig, make_video
from samwise_ros.vision.video_frame import VideoFrame
from samwise_ros.vision.video_reader import VideoReader
from samwise_ros.vision.video_writer import VideoWriter


@pytest.mark.parametrize(("source", "mode"), [("video.mp4", "online"), ("frames", "clip")])
def test_a_video_is_masked(source: str, mode: str, films: Path, model: str, tmp_path: Path) -> None:
    argv = ["segment", str(films / source), "the red ball", "the cup", "--model", model]
    argv += ["--mode", mode, "--out", str(tmp_path / "out.mp4")]
    argv += ["--masks", str(tmp_path / "masks"), "--sheet", str(tmp_path / "sheet.png")]
    assert main(argv) == 0
    overlay = list(VideoReader(tmp_path / "out.mp4"))
    assert len(overlay) == 9
    assert overlay[0].shape == (120, 160, 3)
    for number in ("1", "2"):
        paths = sorted((tmp_path / "masks" / number).iterdir())
        assert [path.name for path in paths] == [f"{index:05d}.png" for index in range(9)]
        mask = cv2.imread(str(paths[0]), cv2.IMREAD_UNCHANGED)
        assert mask.shape == (120, 160)
        assert set(np.unique(mask)) <= {0, 255}
    assert cv2.imread(str(tmp_path / "sheet.png")).shape == (3 * 120, 4 * 160, 3)


def test_events_are_told_as_they_come(
    films: Path, model: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    argv = ["segment", str(films / "video.mp4"), "the red ball", "--model", model]
    assert main([*argv, "--out", str(tmp_path / "out.mp4")]) == 0
    printed = capsys.readouterr().out
    assert "0.10 s  ACQUIRED   the red ball" in printed
    assert printed.endswith(f"wrote 9 frames to {tmp_path / 'out.mp4'}\n")


def test_interrupted_it_finishes_what_it_has(
    films: Path, model: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    frames = list(VideoReader(films / "video.mp4").frames())

    def interrupted(_: VideoReader) -> Iterator[VideoFrame]:
        yield from frames[:3]
        raise KeyboardInterrupt

    argv = ["segment", str(films / "video.mp4"), "the red ball", "--model", model]
    with monkeypatch.context() as patch:
        patch.setattr(VideoReader, "frames", interrupted)
        assert main([*argv, "--mode", "clip", "--out", str(tmp_path / "out.mp4")]) == 130
    assert len(list(VideoReader(tmp_path / "out.mp4"))) == 3


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        (["nowhere.mp4"], "nowhere.mp4: no such video file or folder of images"),
        (["{films}/video.mp4", "--model", "nowhere"], "nowhere: no such model folder"),
        (["{films}/video.mp4", "--out", "out.gif"], "out.gif: expected a name that ends in .mp4"),
        (["{films}/video.mp4", "--out", "{films}/video.mp4"], "would replace the input video"),
        (["{films}/video.mp4", "--device", "abacus"], "device: expected auto, cpu, cuda"),
        (["{films}/video.mp4", "?"], "sentence '?': the sentence contains no word"),
        (["{films}/video.mp4", "la taza"], "sentence 'la taza': unknown words: 'la', 'taza'; exp"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(
    changes: list[str],
    reason: str,
    films: Path,
    model: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    source, *rest = [change.format(films=films) for change in changes]
    sentence = [] if rest in (["?"], ["la taza"]) else ["the red ball"]
    model_argument = [] if "--model" in rest else ["--model", model]
    assert main(["segment", source, *sentence, *rest, *model_argument]) == 2
    said = capsys.readouterr().err.splitlines()[-1]
    assert said.startswith("samwise segment: error: ")
    assert reason in said


def test_unknown_words_are_named_before_the_first_frame(
    films: Path, model: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    argv = ["segment", str(films / "video.mp4"), "the shiny cup", "--model", model]
    assert main([*argv, "--out", str(tmp_path / "out.mp4")]) == 0
    warning, _, rest = capsys.readouterr().err.partition("\n")
    assert warning == (
        "samwise segment: warning: sentence 'the shiny cup': unknown words: 'shiny'; "
        "the model may track another object"
    )
    assert "0/9" in rest  # the progress begins later


def test_a_long_video_takes_no_more_memory(model: str, tmp_path: Path) -> None:
    frames = make_video("test", 3, PaintedConfig(frames=20, width=640, height=480)).frames
    peaks = []
    for number in (40, 140):
        video = tmp_path / f"{number}.mp4"
        with VideoWriter(video, 10) as writer:
            for index in range(number):
                writer.write(frames[index % 20])
        program = [sys.executable, "-m", "samwise_ros.cli.main", "segment", str(video), "the ball"]
        program += ["--model", model, "--out", str(tmp_path / "overlay.mp4")]
        process = subprocess.Popen(program, cwd=tmp_path, stderr=subprocess.DEVNULL)
        _, status, used = os.wait4(process.pid, 0)
        assert status == 0
        peaks.append(used.ru_maxrss)
    # In KiB. 100 frames would be 90 MiB, their masks 30 MiB.
    assert peaks[1] - peaks[0] < 24 * 1024


def test_limits_of_a_shipped_model_are_stated_except_on_generated_images(
    films: Path, model: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    counts = ["--videos", "1", "--frames", "1", "--width", "64", "--height", "48"]
    data = tmp_path / "data"
    assert main(["data", "painted", "--out", str(data), *counts]) == 0
    (generated,) = (path for path in (data / "train" / "JPEGImages").iterdir() if path.is_dir())
    note = "note: tabletop only knows its generated world of simple objects on a table. For real "
    note += "scenes: `samwise download samwise_mevis`, then --model samwise_mevis\n"
    for source, chosen, expected in (
        (films / "video.mp4", "tabletop", note),
        (generated, "tabletop", ""),
        (films / "frames", model, ""),
    ):
        capsys.readouterr()
        argv = ["segment", str(source), "the red ball", "--model", chosen]
        assert main([*argv, "--out", str(tmp_path / "out.mp4")]) == 0
        assert capsys.readouterr().out.partition("out.mp4\n")[2] == expected
