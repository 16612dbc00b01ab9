"""Reads the files of data sets; errors name the file."""

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from samwise_ros.data.checked_json import Entry
from samwise_ros.data.dataset import DatasetError, Video
from samwise_ros.files.data_path import path_below
from samwise_ros.files.documents import check_regular, parse_json, read_regular
from samwise_ros.vision.compressed import decode_image
from samwise_ros.vision.encodings import ImageError
from samwise_ros.vision.image_folder import MAX_FILE_PIXELS

# Pillow raises these for a file that is damaged or not an image, SyntaxError among them.
_READ_ERRORS = (OSError, SyntaxError, ValueError, Image.DecompressionBombError)


def read_json(path: Path) -> Entry:
    """Read a JSON file.

    Raises:
        DatasetError: the file is missing or is not JSON.
    """
    try:
        return Entry(parse_json(read_regular(path)), path)
    except OSError as error:
        raise _unreadable(path, error) from error
    except ValueError as error:
        raise DatasetError(f"{path}: expected JSON: {error}; get the file again") from error


def read_lines(path: Path, encoding: str = "utf-8") -> tuple[str, ...]:
    """Read the non-blank lines of a text file.

    Raises:
        DatasetError: the file is missing or has another encoding.
    """
    try:
        text = read_regular(path).decode(encoding)
    except OSError as error:
        raise _unreadable(path, error) from error
    except UnicodeDecodeError as error:
        raise DatasetError(f"{path}: expected text in {encoding}: {error}") from error
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def read_frames(paths: Sequence[Path]) -> NDArray[np.uint8]:
    """Read images of one size.

    Args:
        paths: T files; a repeated file is read once.

    Returns:
        (T, H, W, 3) uint8, RGB, as stored in the file: an EXIF orientation is ignored.

    Raises:
        DatasetError: a file is missing, damaged or differs in size from the first.
    """
    read = {path: _read_rgb(path) for path in dict.fromkeys(paths)}
    return _stack(read, paths)


def read_object_masks(paths: Sequence[Path], objects: Sequence[int]) -> NDArray[np.bool_]:
    """Read annotations in which the value of a pixel is its object's number.

    Args:
        paths: T PNG files, palette or greyscale; a repeated file is read once.
        objects: N numbers, from 1 on; 0 is the background.

    Returns:
        (N, T, H, W) bool, empty where an object is out of view.

    Raises:
        DatasetError: a file is missing, damaged, of another mode, or differs in size from the
            first.
    """
    read = {path: _read_indices(path) for path in dict.fromkeys(paths)}
    numbers = np.asarray(objects, np.int64).reshape(-1, 1, 1, 1)
    return np.asarray(_stack(read, paths) == numbers)


def read_arrays(path: Path, names: Sequence[str] | None = None) -> dict[str, NDArray[Any]]:
    """Read arrays of a .npz file, all by default.

    Raises:
        DatasetError: the file is missing, damaged or lacks an array.
    """
    try:
        check_regular(path)
        with np.load(path, allow_pickle=False) as arrays:
            return {name: arrays[name] for name in (arrays.files if names is None else names)}
    except Exception as error:  # those of numpy and zipfile have no common class
        raise _unreadable(path, error) from error


def frame_files(
    folder: Path, video: Video, frame_indices: Sequence[int], suffix: str
) -> list[Path]:
    """Return the paths ``folder/VIDEO/FRAME.suffix`` of some of a video's frames."""
    return [
        path_below(folder, video.name, f"{video.frames[index]}.{suffix}") for index in frame_indices
    ]


def image_size(path: Path) -> tuple[int, int]:
    """Read an image's height and width from its header.

    Raises:
        DatasetError: the file is missing or is not an image.
    """
    try:
        check_regular(path)
        with Image.open(path) as image:
            return image.height, image.width
    except _READ_ERRORS as error:
        raise _unreadable(path, error) from error


def _read_rgb(path: Path) -> NDArray[np.uint8]:
    if not path.is_file():
        raise DatasetError(f"{path}: no such file; unpack the data set completely")
    try:
        # Applying the EXIF orientation would rotate the image but not its masks.
        return decode_image(path.read_bytes(), MAX_FILE_PIXELS)
    except (ImageError, OSError) as error:
        raise _unreadable(path, error) from error


def _read_indices(path: Path) -> NDArray[np.uint8]:
    # Read with Pillow: OpenCV returns the palette's colours instead of the numbers. Pillow reads as
    # many bytes as a file states, and Python allocates them for a file, but not for a BytesIO.
    try:
        with Image.open(BytesIO(read_regular(path))) as image:
            if image.mode not in ("P", "L"):
                raise DatasetError(
                    f"{path}: expected a palette or greyscale PNG, got mode {image.mode}"
                )
            return np.asarray(image, np.uint8)
    except DatasetError:
        raise
    except _READ_ERRORS as error:
        raise _unreadable(path, error) from error


def _stack(read: dict[Path, NDArray[np.uint8]], paths: Sequence[Path]) -> NDArray[np.uint8]:
    first = read[paths[0]].shape
    for path, pixels in read.items():
        if pixels.shape != first:
            raise DatasetError(
                f"{path}: {_size(pixels.shape)}, but {paths[0].name} in the same folder has "
                f"{_size(first)}"
            )
    return np.stack([read[path] for path in paths])


def _size(shape: tuple[int, ...]) -> str:
    return f"{shape[1]} x {shape[0]} pixels"


def _unreadable(path: Path, error: BaseException) -> DatasetError:
    if isinstance(error, FileNotFoundError):
        return DatasetError(f"{path}: no such file; unpack the data set completely")
    reason = getattr(error, "strerror", None) or str(error)
    return DatasetError(f"{path}: cannot be read: {reason}; get the file again")
