"""Written videos and images are complete, or absent with an error that names the reason."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from video_samples import BROWSER_STAMPS_MS, plain_frames, red_of

from samwise_ros.vision.contact_sheet import contact_sheet
from samwise_ros.vision.image_writer import write_image
from samwise_ros.vision.video_frame import VideoError
from samwise_ros.vision.video_reader import VideoReader
from samwise_ros.vision.video_writer import VideoWriter

FULL_DISK = """
import resource, sys
import numpy as np
from samwise_ros.vision.image_writer import write_image
from samwise_ros.vision.video_frame import VideoError
from samwise_ros.vision.video_writer import VideoWriter

resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
random = np.random.default_rng(0)
try:
    if sys.argv[1].endswith(".mp4"):
        with VideoWriter(sys.argv[1], 20) as writer:
            for _ in range(int(sys.argv[2])):
                writer.write(random.integers(0, 256, (96, 128, 3), dtype=np.uint8))
    else:
        write_image(sys.argv[1], random.integers(0, 256, (96, 128, 3), dtype=np.uint8))
except VideoError as error:
    sys.exit(str(error))
"""


@pytest.mark.parametrize("size", [(48, 64), (47, 63)])
@pytest.mark.parametrize("fps", [12.5, 30, 29.97])
def test_written_video_can_be_read(size: tuple[int, int], fps: float, tmp_path: Path) -> None:
    path = tmp_path / "deep" / "video.mp4"
    with VideoWriter(path, fps) as writer:
        for frame in plain_frames(6, *size):
            writer.write(frame)
    with VideoReader(path) as reader:
        assert reader.count == 6
        assert reader.fps == pytest.approx(fps, rel=1e-3)
        images = list(reader)
    assert reader.problem() is None
    assert images[0].dtype == np.uint8
    assert np.abs(np.stack(images).astype(int) - np.stack(plain_frames(6, *size))).max() <= 6
    assert [file.name for file in path.parent.iterdir()] == ["video.mp4"]


def test_time_stamps_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "video.mp4"
    with VideoWriter(path, 14 / 1.5) as writer:
        for image, stamp_ms in zip(plain_frames(15), BROWSER_STAMPS_MS, strict=True):
            writer.write(image, 1_000_000_000 + 1_000_000 * stamp_ms)
    stamps = [frame.stamp_ns for frame in VideoReader(path).frames()]
    assert stamps == pytest.approx([1_000_000 * stamp for stamp in BROWSER_STAMPS_MS], abs=40_000)


def test_stamps_closer_than_the_time_base_are_kept_apart(tmp_path: Path) -> None:
    path = tmp_path / "video.mp4"
    with VideoWriter(path, 20) as writer:
        for image, stamp_ns in zip(plain_frames(4), (0, 1_000, 2_000, 50_000_000), strict=True):
            writer.write(image, stamp_ns)
    stamps = [frame.stamp_ns for frame in VideoReader(path).frames()]
    assert len(set(stamps)) == 4
    assert stamps[-1] == pytest.approx(50_000_000, abs=40_000)


@pytest.mark.parametrize(
    ("name", "frames"), [("video.mp4", 60), ("video.mp4", 3), ("image.png", 1)]
)
def test_full_disk_names_reason_and_keeps_old_file(name: str, frames: int, tmp_path: Path) -> None:
    """The limit is met while frames are written, or when the file is finished."""
    path = tmp_path / name
    path.write_text("old")
    command = [sys.executable, "-c", FULL_DISK, str(path), str(frames)]
    process = subprocess.run(command, capture_output=True, text=True, check=False)
    assert process.returncode == 1
    assert process.stderr.splitlines()[-1].startswith(f"{path}: cannot write the ")
    assert process.stderr.endswith(": File too large\n")
    assert {file.name: file.read_text() for file in tmp_path.iterdir()} == {name: "old"}


def test_error_in_block_leaves_no_file(tmp_path: Path) -> None:
    def write_and_fail() -> None:
        with VideoWriter(tmp_path / "video.mp4", 10) as writer:
            writer.write(plain_frames(1)[0])
            raise KeyError

    with pytest.raises(KeyError):
        write_and_fail()
    assert list(tmp_path.iterdir()) == []


def test_invalid_arguments_raise(tmp_path: Path) -> None:
    with pytest.raises(VideoError, match=r"ends in .mp4"):
        VideoWriter(tmp_path / "video.avi", 10)
    with pytest.raises(VideoError, match="more than 0 frames per second, got 0"):
        VideoWriter(tmp_path / "video.mp4", 0)
    with VideoWriter(tmp_path / "video.mp4", 10) as writer:
        writer.write(plain_frames(1)[0])
        with pytest.raises(VideoError, match="expected frames of"):
            writer.write(plain_frames(1, height=50)[0])
    assert red_of(next(iter(VideoReader(tmp_path / "video.mp4")))) == 0


def test_unwritable_paths_raise(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(VideoError, match=r"file/image.png: cannot write the image: "):
        write_image(tmp_path / "file" / "image.png", plain_frames(1)[0])
    with pytest.raises(VideoError, match=r"image.unknown"):
        write_image(tmp_path / "image.unknown", plain_frames(1)[0])
    (tmp_path / "folder.mp4").mkdir()
    with pytest.raises(VideoError, match=r"folder.mp4: cannot write the video: Is a directory"):
        VideoWriter(tmp_path / "folder.mp4", 10).write(plain_frames(1)[0])


def test_link_is_followed(tmp_path: Path) -> None:
    link = tmp_path / "link.png"
    link.symlink_to(tmp_path / "image.png")
    write_image(link, plain_frames(1)[0])
    assert link.is_symlink()
    assert (tmp_path / "image.png").is_file()


def test_contact_sheet_keeps_order() -> None:
    frames = plain_frames(3, 4, 5)
    sheet = contact_sheet(frames, columns=2)
    assert sheet.shape == (8, 10, 3)
    assert np.array_equal(sheet[:4, 5:], frames[1])
    assert np.array_equal(sheet[4:, :5], frames[2])
    assert not sheet[4:, 5:].any()
    assert contact_sheet(frames[:1], columns=4).shape == (4, 5, 3)
    with pytest.raises(ValueError, match="expected frames and columns, got 0"):
        contact_sheet([])


def test_pause_that_mp4_cannot_hold_is_named(tmp_path: Path) -> None:
    image = np.zeros((48, 64, 3), np.uint8)
    writer = VideoWriter(tmp_path / "out.mp4", 10)
    writer.write(image, 0)
    with pytest.raises(VideoError, match=r"at most 71582 s between two frames, got 86400 s"):
        writer.write(image, 86_400 * 10**9)
    assert list(tmp_path.iterdir()) == []


def test_very_slow_video_keeps_its_length(tmp_path: Path) -> None:
    with VideoWriter(tmp_path / "out.mp4", 1 / 3600) as writer:
        for stamp_s in (0, 3600):
            writer.write(np.zeros((48, 64, 3), np.uint8), stamp_s * 10**9)
    with VideoReader(tmp_path / "out.mp4") as reader:
        assert [frame.stamp_ns for frame in reader.frames()] == [0, 3600 * 10**9]
