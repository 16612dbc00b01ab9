"""Generates painted videos and writes their frames as image files."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from samwise_ros.data.painted.video import PaintedConfig, PaintedVideo, Split, make_video
from samwise_ros.files.atomic import write_atomically

_JPEG_QUALITY = 95
_HEAD_BYTES = 256
_COMMENT = b"samwise_ros tabletop"  # a JPEG comment that marks generated images


def painted_videos(
    counts: Mapping[Split, int], config: PaintedConfig
) -> Iterator[tuple[Split, str, PaintedVideo]]:
    """Generate videos, with a progress bar.

    Args:
        counts: number of videos of each split, from index 0 on.
        config: properties of the videos.

    Yields:
        Split, name and video.
    """
    with tqdm(total=sum(counts.values()), desc="painted", unit="video") as progress:
        for split, count in counts.items():
            for index in range(count):
                yield split, f"{split}{index:06d}", make_video(split, index, config)
                progress.update()


def frame_names(video: PaintedVideo) -> list[str]:
    """Return the names of a video's frames, without suffix."""
    return [f"{index:05d}" for index in range(len(video.frames))]


def write_frames(folder: Path, video: PaintedVideo) -> None:
    """Write a video's frames as JPEG files.

    Raises:
        OSError: a file could not be written.
    """
    for name, frame in zip(frame_names(video), video.frames, strict=True):
        write_jpeg(folder / f"{name}.jpg", frame)


def write_jpeg(path: Path, frame: NDArray[np.uint8]) -> None:
    """Write an (H, W, 3) RGB image.

    Raises:
        OSError: the file could not be written.
    """
    bgr = cv2.cvtColor(frame, cv2.COLOR_RGB2BGR)
    encoded, jpeg = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY])
    if not encoded:
        raise OSError(f"{path}: cannot be encoded as JPEG")
    start, rest = jpeg.tobytes()[:2], jpeg.tobytes()[2:]
    segment = b"\xff\xfe" + (len(_COMMENT) + 2).to_bytes(2, "big") + _COMMENT
    write_atomically(path, start + segment + rest, durable=False)


def is_generated(folder: Path) -> bool:
    """Return whether the first JPEG file of a folder is one of our generated images."""
    first = min((path for path in folder.glob("*.jpg") if path.is_file()), default=None)
    if first is None:
        return False
    with first.open("rb") as file:
        return _COMMENT in file.read(_HEAD_BYTES)
