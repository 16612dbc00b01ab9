"""Reads the files that data sets consist of; errors name the file."""

import json
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from samwise_ros.data.checked_json import Entry
from samwise_ros.data.dataset import DatasetError, Video

# What Pillow raises for a file that is damaged or no image; a SyntaxError is its word for it.
_DAMAGED = (OSError, SyntaxError, ValueError, Image.DecompressionBombError)


def read_json(path: Path) -> Entry:
    """Read a JSON file.

    Raises:
        DatasetError: it is not there or no JSON.
    """
    try:
        return Entry(json.loads(path.read_bytes()), path)
    except OSError as error:
        raise _unreadable(path, error) from error
    except (ValueError, RecursionError) as error:
        raise DatasetError(f"{path}: expected JSON: {error}; get the file again") from error


def read_lines(path: Path, encoding: str = "utf-8") -> tuple[str, ...]:
    """Read the lines of a text that are not blank.

    Raises:
        DatasetError: it is not there or in another encoding.
    """
    try:
        text = path.read_text(encoding)
    except OSError as error:
        raise _unreadable(path, error) from error
    except UnicodeDecodeError as error:
        raise DatasetError(f"{path}: expected text in {encoding}: {error}") from error
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def read_frames(paths: Sequence[Path]) -> NDArray[np.uint8]:
    """Read images of one size.

    Args:
        paths: T files; a file that comes twice is read once.

    Returns:
        (T, H, W, 3) RGB, as the pixels are in the file, however a viewer would turn them.

    Raises:
        DatasetError: one is missing, damaged or of another size than the first.
    """
    read = {path: _read_rgb(path) for path in dict.fromkeys(paths)}
    return _stacked(read, paths)


def read_object_masks(paths: Sequence[Path], objects: Sequence[int]) -> NDArray[np.bool_]:
    """Read annotations in which each pixel has the number of its object.

    Args:
        paths: T PNG files with a palette, or grey ones; a file that comes twice is read once.
        objects: N numbers, from 1 on; 0 is what belongs to none.

    Returns:
        (N, T, H, W), empty where an object is out of view.

    Raises:
        DatasetError: a file is missing, damaged or of another kind or size than the first.
    """
    read = {path: _read_indices(path) for path in dict.fromkeys(paths)}
    numbers = np.asarray(objects, np.int64).reshape(-1, 1, 1, 1)
    return np.asarray(_stacked(read, paths) == numbers)


def frame_files(
    folder: Path, video: Video, frame_indices: Sequence[int], ending: str
) -> list[Path]:
    """Name the files ``folder/VIDEO/FRAME.ending`` of some of a video's frames."""
    return [folder / video.name / f"{video.frames[moment]}.{ending}" for moment in frame_indices]


def image_size(path: Path) -> tuple[int, int]:
    """Read an image's height and width from its header.

    Raises:
        DatasetError: it is missing or no image.
    """
    try:
        with Image.open(path) as image:
            return image.height, image.width
    except _DAMAGED as error:
        raise _unreadable(path, error) from error


def _read_rgb(path: Path) -> NDArray[np.uint8]:
    if not path.is_file():
        raise DatasetError(f"{path}: no such file; is the data set unpacked completely?")
    # An orientation that the header asks for would turn the image away from its masks.
    bgr = cv2.imread(str(path), cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION)
    if bgr is None:
        raise DatasetError(f"{path}: not an image that OpenCV can read; get the file again")
    return np.asarray(cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB), np.uint8)


def _read_indices(path: Path) -> NDArray[np.uint8]:
    # With Pillow, since OpenCV gives the palette's colours in place of the numbers.
    try:
        with Image.open(path) as image:
            if image.mode not in ("P", "L"):
                raise DatasetError(
                    f"{path}: expected a PNG with a palette or grey, got mode {image.mode}"
                )
            return np.asarray(image, np.uint8)
    except DatasetError:
        raise
    except _DAMAGED as error:
        raise _unreadable(path, error) from error


def _stacked(read: dict[Path, NDArray[np.uint8]], paths: Sequence[Path]) -> NDArray[np.uint8]:
    first = read[paths[0]].shape
    for path, pixels in read.items():
        if pixels.shape != first:
            raise DatasetError(
                f"{path}: {_size(pixels.shape)}, but {paths[0].name} beside it has {_size(first)}"
            )
    return np.stack([read[path] for path in paths])


def _size(shape: tuple[int, ...]) -> str:
    return f"{shape[1]} x {shape[0]} pixels"


def _unreadable(path: Path, error: BaseException) -> DatasetError:
    if isinstance(error, FileNotFoundError):
        return DatasetError(f"{path}: no such file; is the data set unpacked completely?")
    reason = getattr(error, "strerror", None) or str(error)
    return DatasetError(f"{path}: cannot be read: {reason}; get the file again")
