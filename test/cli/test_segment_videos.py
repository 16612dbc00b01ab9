"""Exit status, time stamps and files of `samwise segment` for damaged and unusual videos."""

import subprocess
import sys
from pathlib import Path

import pytest
from video_samples import BROWSER_STAMPS_MS, damaged_avi, plain_frames, write_video

from samwise_ros.cli.main import main
from samwise_ros.vision.video_reader import VideoReader

FULL_DISK = """
import resource, sys
from samwise_ros.cli.main import main
resource.setrlimit(resource.RLIMIT_FSIZE, (3_000, 3_000))
sys.exit(main(sys.argv[1:]))
"""


def _segment(source: Path, model: str, out: Path, *options: str) -> list[str]:
    return ["segment", str(source), "the red ball", "--model", model, "--out", str(out), *options]


def test_damaged_frame_is_reported_and_keeps_its_place(
    model: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    video, out = damaged_avi(tmp_path / "video.avi", [5]), tmp_path / "out.mp4"
    assert main(_segment(video, model, out)) == 1
    stamps = [frame.stamp_ns for frame in VideoReader(out).frames()]
    assert stamps == [50_000_000 * index for index in range(20)]
    captured = capsys.readouterr()
    assert captured.out.endswith(f"wrote 20 frames to {out}\n")
    assert captured.err.endswith(f"warning: {video}: 1 of 20 frames are damaged (5)\n")


def test_overlay_keeps_time_stamps(model: str, tmp_path: Path) -> None:
    frames = plain_frames(len(BROWSER_STAMPS_MS))
    video = write_video(tmp_path / "video.webm", frames, "libvpx", BROWSER_STAMPS_MS)
    assert main(_segment(video, model, tmp_path / "out.mp4")) == 0
    stamps = [frame.stamp_ns for frame in VideoReader(tmp_path / "out.mp4").frames()]
    assert stamps == pytest.approx([1_000_000 * stamp for stamp in BROWSER_STAMPS_MS], abs=40_000)


def test_rate_of_folder(films: Path, model: str, tmp_path: Path) -> None:
    assert main(_segment(films / "frames", model, tmp_path / "out.mp4", "--fps", "25")) == 0
    assert VideoReader(tmp_path / "out.mp4").fps == 25


def test_full_disk_exits_with_reason_and_leaves_no_file(
    films: Path, model: str, tmp_path: Path
) -> None:
    out = tmp_path / "out.mp4"
    command = [sys.executable, "-c", FULL_DISK, *_segment(films / "frames", model, out)]
    process = subprocess.run(command, capture_output=True, text=True, check=False)
    assert process.returncode == 2
    assert f"{out}: cannot write the video: File too large" in process.stderr
    assert list(tmp_path.iterdir()) == []
