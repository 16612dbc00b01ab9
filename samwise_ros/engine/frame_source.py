"""Videos, folders of images and iterables of images as frames of one camera."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from samwise_ros.engine.types import Frame
from samwise_ros.vision.video_reader import VideoReader

ITERABLE_FPS = 30.0
"""Frame rate that the stamps of an iterable assume."""


def read_frames(source: str | Path | Iterable[NDArray[np.uint8]], camera: str) -> Iterator[Frame]:
    """Yield the frames of a source; stamps start at 0.

    Args:
        source: path of a video or of a folder of images, or (H, W, 3) uint8 RGB images.
        camera: name of the camera.

    Raises:
        VideoError: the source cannot be read.

    >>> images = np.zeros((3, 4, 6, 3), np.uint8)
    >>> [frame.stamp_ns for frame in read_frames(images, "camera")]
    [0, 33333333, 66666667]
    """
    if isinstance(source, str | Path):
        with VideoReader(source) as reader:
            yield from _stamped(reader, reader.fps, camera)
    else:
        yield from _stamped(source, ITERABLE_FPS, camera)


def _stamped(images: Iterable[NDArray[np.uint8]], fps: float, camera: str) -> Iterator[Frame]:
    for index, image in enumerate(images):
        yield Frame(image, camera, round(index * 1e9 / fps))
