"""Generates tabletop videos and writes their frames as image files."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from samwise_ros.data.tabletop.video import Split, TabletopConfig, TabletopVideo, make_video

_JPEG_QUALITY = 95


def tabletop_videos(
    counts: Mapping[Split, int], config: TabletopConfig
) -> Iterator[tuple[Split, str, TabletopVideo]]:
    """Generate videos, with a progress bar.

    Args:
        counts: number of videos of each split, from index 0 on.
        config: properties of the videos.

    Yields:
        Split, name and video.
    """
    with tqdm(total=sum(counts.values()), desc="tabletop", unit="video") as progress:
        for split, count in counts.items():
            for index in range(count):
                yield split, f"{split}{index:06d}", make_video(split, index, config)
                progress.update()


def frame_names(video: TabletopVideo) -> list[str]:
    """Return the names of a video's frames, without suffix."""
    return [f"{index:05d}" for index in range(len(video.frames))]


def write_frames(folder: Path, video: TabletopVideo) -> None:
    """Write a video's frames as JPEG files.

    Raises:
        OSError: a file could not be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name, frame in zip(frame_names(video), video.frames, strict=True):
        write_jpeg(folder / f"{name}.jpg", frame)


def write_jpeg(path: Path, frame: NDArray[np.uint8]) -> None:
    """Write an (H, W, 3) RGB image.

    Raises:
        OSError: the file could not be written.
    """
    bgr = cv2.cvtColor(frame, cv2.COLOR_RGB2BGR)
    if not cv2.imwrite(str(path), bgr, [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY]):
        raise OSError(f"could not write {path}")
