"""Frame count, order, time stamps and errors of videos and folders, whole and damaged."""

import os
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import PIL.Image
import pytest
from video_samples import (
    BROWSER_STAMPS_MS,
    damaged_avi,
    infrared_mkv,
    plain_frames,
    red_of,
    sound_mkv,
    sound_mp4,
    turned_mp4,
    write_video,
)

from samwise_ros.vision import video_file
from samwise_ros.vision.image_writer import write_image
from samwise_ros.vision.video_file import VideoFile
from samwise_ros.vision.video_frame import VideoError
from samwise_ros.vision.video_reader import VideoReader


@pytest.mark.parametrize(
    ("damaged", "shown"),
    [
        ([5], [*range(5), 4, *range(6, 20)]),
        ([0, 1], [2, 2, *range(2, 20)]),
        ([18, 19], [*range(18), 17, 17]),
    ],
)
def test_damaged_frame_keeps_its_place(
    damaged: list[int], shown: list[int], tmp_path: Path
) -> None:
    with VideoReader(damaged_avi(tmp_path / "video.avi", damaged)) as reader:
        frames = list(reader.frames())
        assert reader.count == 20
    assert [red_of(frame.image) for frame in frames] == shown
    assert [frame.stamp_ns for frame in frames] == [50_000_000 * index for index in range(20)]
    assert [index for index, frame in enumerate(frames) if frame.is_damaged] == damaged
    expected = f"{len(damaged)} of 20 frames are damaged ({', '.join(map(str, damaged))})"
    assert reader.problem() == f"{tmp_path / 'video.avi'}: {expected}"


def test_video_without_readable_frame_raises(tmp_path: Path) -> None:
    reader = VideoReader(damaged_avi(tmp_path / "video.avi", range(20)))
    with pytest.raises(VideoError, match=r"video.avi: expected .* got no frame that can be read"):
        list(reader)


def test_cut_mp4_reports_missing_frames(tmp_path: Path) -> None:
    path = write_video(tmp_path / "video.mp4", plain_frames())
    data = path.read_bytes()
    path.write_bytes(data[: -len(data) // 5])
    reader = VideoReader(path)
    frames = [red_of(image) for image in reader]
    assert frames[:-1] == list(range(len(frames) - 1))  # the last one is damaged
    assert reader.damaged == [len(frames) - 1]
    assert 5 < len(frames) < 20
    problem = reader.problem()
    assert problem is not None
    assert f"expected 20 frames according to the header, got {len(frames)}" in problem


def test_mp4_cut_in_its_header_raises(tmp_path: Path) -> None:
    path = write_video(tmp_path / "video.mp4", plain_frames())
    path.write_bytes(path.read_bytes()[:500])
    with pytest.raises(VideoError, match=r"video.mp4: expected a video file, got: "):
        VideoReader(path)


def test_stamps_of_variable_rate_come_from_container(tmp_path: Path) -> None:
    path = write_video(tmp_path / "video.webm", plain_frames(15), "libvpx", BROWSER_STAMPS_MS)
    reader = VideoReader(path)
    assert reader.count is None
    assert reader.fps == pytest.approx(14 / 1.5)
    stamps = [frame.stamp_ns for frame in reader.frames()]
    assert stamps == [1_000_000 * stamp for stamp in BROWSER_STAMPS_MS]
    assert reader.problem() is None


def test_cut_webm_reports_missing_end(tmp_path: Path) -> None:
    path = write_video(tmp_path / "video.webm", plain_frames(15), "libvpx", BROWSER_STAMPS_MS)
    data = path.read_bytes()
    path.write_bytes(data[: len(data) * 6 // 10])
    reader = VideoReader(path)
    list(reader)
    assert "expected 1.55 s according to the header" in (reader.problem() or "")


def test_cut_video_with_sound_reports_missing_end(tmp_path: Path) -> None:
    path = sound_mkv(tmp_path / "video.mkv")
    with VideoReader(path) as whole:
        assert len(list(whole)) == 40
        assert whole.problem() is None
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])
    reader = VideoReader(path)
    assert len(list(reader)) < 30
    assert "expected 2.0" in (reader.problem() or "")


def test_cut_gif_reports_missing_end(tmp_path: Path) -> None:
    path = tmp_path / "video.gif"
    first, *others = [PIL.Image.fromarray(image) for image in plain_frames(5)]
    first.save(path, save_all=True, append_images=others, duration=50)
    with VideoReader(path) as whole:
        assert len(list(whole)) == 5
        assert whole.problem() is None
    data = path.read_bytes()
    path.write_bytes(data[: len(data) * 6 // 10])
    reader = VideoReader(path)
    list(reader)
    assert "expected the trailer of a GIF" in (reader.problem() or "")


def test_repeated_stamps_do_not_delay_the_rest(tmp_path: Path) -> None:
    path = write_video(tmp_path / "video.avi", plain_frames(4))
    file = VideoFile(path)
    base = file._stream.time_base
    stamps = [file._stamp_ns(round(Fraction(ms, 1000) / base)) for ms in (0, 50, 50, 50, 100, 150)]
    assert stamps == [ms * 1_000_000 for ms in (0, 50, 51, 52, 100, 150)]


def test_name_with_a_colon_is_no_address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_video(tmp_path / "2026-05-01T12:30.mp4", plain_frames(3))
    monkeypatch.chdir(tmp_path)
    assert len(list(VideoReader("2026-05-01T12:30.mp4"))) == 3


def test_rotation_metadata_is_applied(tmp_path: Path) -> None:
    path = turned_mp4(tmp_path / "video.mp4")
    image = next(iter(VideoReader(path)))
    assert image.shape == (64, 48, 3)
    # OpenCV 4.6 turns such a file the other way, so it is no reference here.
    assert image[:28, :, 0].mean() > 150
    assert image[36:, :, 0].mean() < 50


@pytest.mark.parametrize(
    ("name", "codec", "pixel_format", "size"),
    [
        ("video.gif", "gif", "rgb8", (48, 64)),
        ("video.mkv", "ffv1", "bgr0", (47, 63)),
        ("video.mp4", "mpeg4", "yuv420p", (47, 63)),
        ("video.mp4", "libx264", "yuv420p", (48, 64)),
    ],
)
def test_formats_and_odd_sizes(
    name: str, codec: str, pixel_format: str, size: tuple[int, int], tmp_path: Path
) -> None:
    path = write_video(tmp_path / name, plain_frames(9, *size), codec, pixel_format=pixel_format)
    reader = VideoReader(path)
    frames = list(reader.frames())
    assert [frame.image.shape for frame in frames] == [(*size, 3)] * 9
    assert [frame.stamp_ns for frame in frames] == [50_000_000 * index for index in range(9)]
    assert [red_of(frame.image) for frame in frames] == pytest.approx(range(9), abs=2)
    assert reader.problem() is None


def growing_video(path: Path, codec: str) -> Path:
    """Write a video whose frames are twice as high from the fourth on."""
    parts = []
    for count, height in ((3, 48), (3, 96)):
        write_video(path, plain_frames(count, height), codec, pixel_format="yuvj420p")
        parts.append(path.read_bytes())
    path.write_bytes(b"".join(parts))
    return path


def test_change_of_resolution_raises(tmp_path: Path) -> None:
    path = growing_video(tmp_path / "video.mjpeg", "mjpeg")
    with pytest.raises(VideoError, match=r"expected 64 x 48 pixels .* got 64 x 96"):
        list(VideoReader(path))


def test_frames_that_become_huge_are_refused_before_they_are_decoded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(video_file, "MAX_FILE_PIXELS", 5000)
    decoded: list[int] = []
    monkeypatch.setattr(VideoFile, "_to_rgb", lambda _, frame: decoded.append(frame.height))
    h264 = VideoFile(growing_video(tmp_path / "video.h264", "libx264"))
    with pytest.raises(VideoError, match=r"video.h264: expected at most 5000 .* got 64 x 96"):
        list(h264.frames())
    # This decoder forgets the size that it refuses.
    mjpeg = VideoFile(growing_video(tmp_path / "video.mjpeg", "mjpeg"))
    assert [frame.is_damaged for frame in mjpeg.frames()] == [False] * 3 + [True] * 3
    assert set(decoded) == {48}


def test_infrared_of_ten_bits_has_the_full_range(tmp_path: Path) -> None:
    with VideoReader(infrared_mkv(tmp_path / "video.mkv", (1000, 500))) as reader:
        assert [int(image[0, 0, 0]) for image in reader] == [250, 125]
    for index, level in enumerate((1000, 500)):
        write_image(tmp_path / f"{index}.png", np.full((48, 64), level, np.uint16))
    with VideoReader(tmp_path) as reader:
        assert [int(image[0, 0, 0]) for image in reader] == [250, 125]


def test_huge_frames_are_refused_before_they_are_decoded(tmp_path: Path) -> None:
    path = infrared_mkv(tmp_path / "video.mkv", (1,), 8_200, 8_200)
    assert path.stat().st_size < 1_000_000
    with pytest.raises(VideoError, match=r"video.mkv: expected at most .* got 8200 x 8200"):
        list(VideoReader(path))


def test_cover_picture_is_not_the_video(tmp_path: Path) -> None:
    with VideoReader(sound_mp4(tmp_path / "video.mp4", has_video=True)) as reader:
        assert [(red_of(image), image.shape) for image in reader] == [
            (index, (24, 32, 3)) for index in range(5)
        ]
        assert reader.problem() is None
    with pytest.raises(VideoError, match=r"song.mp4: expected a video, got .* without video"):
        VideoReader(sound_mp4(tmp_path / "song.mp4", has_video=False))


def test_sound_file_raises(tmp_path: Path) -> None:
    path = tmp_path / "sound.wav"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("pcm_s16le", rate=8000)
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 800), np.int16), layout="mono")
        frame.sample_rate = 8000
        container.mux(stream.encode(frame))
    with pytest.raises(VideoError, match=r"sound.wav: expected a video, got .* without video"):
        VideoReader(path)


def test_folder_sorts_numbers_as_numbers(tmp_path: Path) -> None:
    for index, image in enumerate(plain_frames(20)):
        write_image(tmp_path / f"frame{index}.png", image)
    (tmp_path / "notes.txt").write_text("not an image")
    (tmp_path / "._frame0.png").write_text("macOS writes such files")
    reader = VideoReader(str(tmp_path), fps=25)
    assert (reader.fps, reader.count) == (25, 20)
    frames = list(reader.frames())
    assert [red_of(frame.image) for frame in frames] == list(range(20))
    assert frames[3].stamp_ns == 120_000_000
    assert VideoReader(tmp_path).fps == 10


def test_damaged_image_in_folder_keeps_its_place(tmp_path: Path) -> None:
    for index, image in enumerate(plain_frames(4)):
        write_image(tmp_path / f"{index}.png", image)
    (tmp_path / "2.png").write_text("not an image")
    reader = VideoReader(tmp_path)
    assert [red_of(image) for image in reader] == [0, 1, 1, 3]
    assert reader.problem() == f"{tmp_path}: 1 of 4 frames are damaged (2)"


def test_folder_with_a_fifo_and_a_huge_image_is_read(tmp_path: Path) -> None:
    write_image(tmp_path / "0.png", plain_frames(1)[0])
    os.mkfifo(tmp_path / "1.png")
    (tmp_path / "2.ppm").write_bytes(b"P6 30000 30000 255\n")
    (tmp_path / "2.ppm").rename(tmp_path / "2.png")
    with VideoReader(tmp_path) as reader:
        assert [frame.is_damaged for frame in reader.frames()] == [False, True]


def test_folder_of_different_sizes_raises(tmp_path: Path) -> None:
    write_image(tmp_path / "0.png", plain_frames(1)[0])
    write_image(tmp_path / "1.png", plain_frames(1, height=50)[0])
    with pytest.raises(VideoError, match=r"1.png: expected 64 x 48 pixels .* got 64 x 50"):
        list(VideoReader(tmp_path))


def test_unreadable_sources_raise(tmp_path: Path) -> None:
    with pytest.raises(VideoError, match="nowhere: no such video file or folder"):
        VideoReader(tmp_path / "nowhere")
    with pytest.raises(VideoError, match="got no image"):
        VideoReader(tmp_path)
    with pytest.raises(VideoError, match="expected more than 0 frames per second, got 0"):
        VideoReader(tmp_path, fps=0)
    text = tmp_path / "text.mp4"
    text.write_text("not a video")
    with pytest.raises(VideoError, match=r"text.mp4: expected a video file, got: "):
        VideoReader(text)
    with pytest.raises(VideoError, match="4096: expected the index of a camera"):
        VideoReader(4096)
