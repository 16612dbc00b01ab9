"""Videos for the tests of readers and writers, whole and damaged."""

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
from av.stream import Disposition

from samwise_ros.vision.video_frame import Image

BROWSER_STAMPS_MS = (0, 33, 70, 100, 200, 300, 330, 400, 500, 600, 700, 900, 1000, 1200, 1500)
QUARTER_TURN = bytes.fromhex("00000000 00010000 00000000 ffff0000 00000000 00000000 00300000")
NO_TURN = bytes.fromhex("00010000 00000000 00000000 00000000 00010000 00000000 00000000")


def plain_frames(count: int = 20, height: int = 48, width: int = 64) -> list[Image]:
    """Frames of one colour, whose red is 10 times their index: compression keeps it."""
    frames = np.zeros((count, height, width, 3), np.uint8)
    frames[..., 0] = (10 * np.arange(count))[:, None, None]
    frames[..., 2] = 30
    return list(frames)


def red_of(image: Image) -> int:
    """Index of a plain frame, from its colour."""
    return round(float(image[..., 0].mean()) / 10)


def write_video(
    path: Path,
    frames: Sequence[Image],
    codec: str = "mpeg4",
    stamps_ms: Sequence[int] | None = None,
    pixel_format: str = "yuv420p",
) -> Path:
    """Write a video at 20 frames per second, or with time stamps."""
    stamps_ms = stamps_ms or [50 * index for index in range(len(frames))]
    with av.open(str(path), "w", options={"movflags": "faststart"}) as container:
        stream = container.add_stream(codec, rate=20)
        stream.height, stream.width = frames[0].shape[:2]
        stream.pix_fmt = pixel_format
        stream.codec_context.time_base = Fraction(1, 1000)
        for image, stamp_ms in zip(frames, stamps_ms, strict=True):
            frame = av.VideoFrame.from_ndarray(image, format="rgb24")
            frame.pts, frame.time_base = stamp_ms, Fraction(1, 1000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def damaged_avi(path: Path, damaged: Sequence[int]) -> Path:
    """Write a Motion JPEG video of 20 frames, some of which are overwritten with zeros."""
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 20, (64, 48))
    for image in plain_frames():
        writer.write(cv2.cvtColor(image, cv2.COLOR_RGB2BGR))
    writer.release()
    data = bytearray(path.read_bytes())
    place = data.find(b"movi")
    for index in range(20):
        place = data.find(b"00dc", place)
        size = int.from_bytes(data[place + 4 : place + 8], "little")
        if index in damaged:
            data[place + 8 : place + 8 + size] = bytes(size)
        place += 8 + size
    path.write_bytes(data)
    return path


def turned_mp4(path: Path) -> Path:
    """Write a video whose left half is red, and that a player turns by a quarter clockwise."""
    image = np.zeros((48, 64, 3), np.uint8)
    image[:, :32, 0] = 200
    data = write_video(path, [image] * 3).read_bytes()
    assert data.count(NO_TURN) == 2  # of the file and of its track
    place = data.rfind(NO_TURN)
    path.write_bytes(data[:place] + QUARTER_TURN + data[place + len(NO_TURN) :])
    return path


def infrared_mkv(path: Path, levels: Sequence[int], height: int = 48, width: int = 64) -> Path:
    """Write a video of one 16-bit grey level per frame."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("ffv1", rate=20)
        stream.width, stream.height, stream.pix_fmt = width, height, "gray16le"
        for index, level in enumerate(levels):
            pixels = np.full((height, width), level, np.uint16)
            frame = av.VideoFrame.from_ndarray(pixels, format="gray16le")
            frame.pts = index
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def sound_mp4(path: Path, has_video: bool) -> Path:
    """Write a sound file whose first stream is a cover picture; a video of 5 frames can follow."""
    with av.open(str(path), "w") as container:
        cover = container.add_stream("mjpeg", rate=20)
        cover.width, cover.height, cover.pix_fmt = 64, 48, "yuvj420p"
        cover.disposition = Disposition.attached_pic
        sound = container.add_stream("aac", rate=44100, layout="mono")
        streams = [(cover, plain_frames(1))]
        if has_video:
            video = container.add_stream("mpeg4", rate=20)
            video.width, video.height, video.pix_fmt = 32, 24, "yuv420p"
            streams.append((video, plain_frames(5, 24, 32)))
        for stream, images in streams:
            for index, image in enumerate(images):
                frame = av.VideoFrame.from_ndarray(image, format="rgb24")
                frame.pts, frame.time_base = index, Fraction(1, 20)
                container.mux(stream.encode(frame))
            container.mux(stream.encode(None))
        silence = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), "fltp", "mono")
        silence.sample_rate = 44100
        container.mux(sound.encode(silence))
        container.mux(sound.encode(None))
    return path


def sound_mkv(path: Path) -> Path:
    """Write 40 frames of noise with sound, interleaved: 2 seconds."""
    rng = np.random.default_rng(0)
    with av.open(str(path), "w") as container:
        video = container.add_stream("mpeg4", rate=20)
        video.width, video.height, video.pix_fmt = 64, 48, "yuv420p"
        sound = container.add_stream("pcm_s16le", rate=8000, layout="mono")
        for index in range(40):
            image = rng.integers(0, 255, (48, 64, 3), np.uint8)
            frame = av.VideoFrame.from_ndarray(image, format="rgb24")
            frame.pts, frame.time_base = index, Fraction(1, 20)
            container.mux(video.encode(frame))
            silence = av.AudioFrame.from_ndarray(np.zeros((1, 400), np.int16), "s16", "mono")
            silence.sample_rate, silence.pts = 8000, 400 * index
            container.mux(sound.encode(silence))
        container.mux(video.encode(None))
        container.mux(sound.encode(None))
    return path
