"""The recorded video keeps the timing of the camera; the sheet shows every sentence."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from samwise_ros.cli.demo.recording import Recorder
from samwise_ros.cli.demo.script import even_lines
from samwise_ros.vision.video_reader import VideoReader


def grey(value: int) -> np.ndarray:
    return np.full((48, 64, 3), value, np.uint8)


def test_previous_frame_replaces_missing_frame(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path, 10.0, even_lines(["one"], 1.0))
    for index in (0, 1, 6, 7):
        recorder.write(index / 10.0, grey(30 * index))
    assert recorder.close() == [tmp_path / "overlay.mp4", tmp_path / "overlay.png"]
    with VideoReader(tmp_path / "overlay.mp4") as video:
        levels = [int(frame.mean()) for frame in video]
    assert levels == pytest.approx([0, 30, 30, 30, 30, 30, 180, 210], abs=4)


@pytest.mark.parametrize(("sentences", "tiles"), [(1, 12), (3, 12), (5, 10), (9, 12)])
def test_sheet_has_at_least_two_tiles_of_each_sentence(
    tmp_path: Path, sentences: int, tiles: int
) -> None:
    recorder = Recorder(tmp_path, 10.0, even_lines(["one"] * sentences, 10.0))
    for index in range(100):
        recorder.write(index / 10.0, grey(255))
    recorder.close()
    sheet = cv2.imread(str(tmp_path / "overlay.png"))
    assert sheet is not None
    assert np.count_nonzero(sheet[120::240, 160::320, 0]) == tiles


def test_no_files_without_frames(tmp_path: Path) -> None:
    assert Recorder(tmp_path, 10.0, even_lines(["one"], 1.0)).close() == []
