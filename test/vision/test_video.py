"""What is written comes back; what cannot be read says why."""

from pathlib import Path

import numpy as np
import pytest

from samwise_ros.vision.video import (
    Image,
    VideoError,
    VideoReader,
    VideoWriter,
    contact_sheet,
    write_image,
)


def _frames(count: int = 6, height: int = 48, width: int = 64) -> list[Image]:
    """Plain frames, redder and redder: compression keeps them."""
    frames = np.zeros((count, height, width, 3), np.uint8)
    frames[..., 0] = (40 * np.arange(count))[:, None, None]
    frames[..., 2] = 30
    return list(frames)


def test_a_written_video_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "video.mp4"
    with VideoWriter(path, 12.5) as writer:
        for frame in _frames():
            writer.write(frame)
    with VideoReader(path) as reader:
        assert (reader.fps, reader.count) == (12.5, 6)
        back = list(reader)
    assert back[0].shape == (48, 64, 3)
    assert back[0].dtype == np.uint8
    assert np.abs(np.stack(back).astype(int) - np.stack(_frames())).max() <= 6


def test_a_folder_of_images_is_read_in_the_order_of_names(tmp_path: Path) -> None:
    for index, frame in reversed(list(enumerate(_frames(3)))):
        write_image(tmp_path / f"{index:05d}.png", frame)
    (tmp_path / "notes.txt").write_text("not an image")
    reader = VideoReader(str(tmp_path))
    assert reader.count == 3
    assert np.array_equal(np.stack(list(reader)), np.stack(_frames(3)))


def test_what_cannot_be_read_says_why(tmp_path: Path) -> None:
    with pytest.raises(VideoError, match="nowhere: no such video file or folder"):
        VideoReader(tmp_path / "nowhere")
    with pytest.raises(VideoError, match="no image in this folder"):
        VideoReader(tmp_path)
    text = tmp_path / "text.mp4"
    text.write_text("not a video")
    with pytest.raises(VideoError, match=r"text.mp4: not a video that OpenCV can read"):
        VideoReader(text)
    with pytest.raises(VideoError, match="4096: not a camera that answers"):
        VideoReader(4096)
    folder = tmp_path / "folder"
    write_image(folder / "0.png", _frames()[0])
    write_image(folder / "1.png", _frames(height=50)[0])
    with pytest.raises(VideoError, match=r"1.png: expected the first image's size"):
        list(VideoReader(folder))
    (folder / "1.png").write_text("not an image")
    with pytest.raises(VideoError, match=r"1.png: not an image"):
        list(VideoReader(folder))


def test_what_cannot_be_written_says_why(tmp_path: Path) -> None:
    with pytest.raises(VideoError, match=r"ends in .mp4"):
        VideoWriter(tmp_path / "video.avi", 10)
    with pytest.raises(VideoError, match="more than 0 frames a second, got 0"):
        VideoWriter(tmp_path / "video.mp4", 0)
    with VideoWriter(tmp_path / "video.mp4", 10) as writer:
        writer.write(_frames()[0])
        with pytest.raises(VideoError, match="expected frames of"):
            writer.write(_frames(height=50)[0])
    (tmp_path / "file").write_text("")
    with pytest.raises(VideoError, match=r"file/image.png"):
        write_image(tmp_path / "file" / "image.png", _frames()[0])
    with pytest.raises(VideoError, match=r"image.unknown"):
        write_image(tmp_path / "image.unknown", _frames()[0])


def test_a_contact_sheet_keeps_the_order() -> None:
    frames = _frames(3, 4, 5)
    sheet = contact_sheet(frames, columns=2)
    assert sheet.shape == (8, 10, 3)
    assert np.array_equal(sheet[:4, 5:], frames[1])
    assert np.array_equal(sheet[4:, :5], frames[2])
    assert not sheet[4:, 5:].any()
    assert contact_sheet(frames[:1], columns=4).shape == (4, 5, 3)
    with pytest.raises(ValueError, match="expected frames and columns, got 0"):
        contact_sheet([])
