"""COCO's mask encodings: run lengths, compressed or not, and polygons."""

import numpy as np
from numpy.typing import NDArray
from pycocotools import mask as coco

from samwise_ros.data.checked_json import Entry


def encode(mask: NDArray[np.bool_]) -> dict[str, object]:
    """Encode a mask as COCO's compressed run lengths, serialisable as JSON.

    Args:
        mask: (H, W) bool.

    >>> encode(np.eye(3, dtype=bool))
    {'size': [3, 3], 'counts': '013000'}
    """
    code = coco.encode(np.asfortranarray(mask, np.uint8))
    return {"size": code["size"], "counts": code["counts"].decode("ascii")}


def decode(entry: Entry, size: tuple[int, int]) -> NDArray[np.bool_]:
    """Decode the mask of an entry.

    Args:
        entry: a dictionary with ``size`` and ``counts`` (run lengths as a list or as COCO's
            string), or a list of polygons, each ``[x, y, x, y, ...]`` in pixels, whose union is
            the mask.
        size: height and width of the image.

    Returns:
        (H, W) bool.

    Raises:
        DatasetError: the entry is no such encoding, or its size differs.
    """
    if isinstance(entry.value, list):
        return _draw_polygons(entry, size)
    coded = tuple(element.number() for element in entry["size"].elements())
    if coded != size:
        raise entry.error(f"expected a mask of height and width {size}, got {coded}")
    runs = _runs(entry["counts"])
    if runs.min(initial=0) < 0 or runs.sum() != size[0] * size[1]:
        raise entry.error(
            f"expected runs of {size[0] * size[1]} pixels in total, got {runs.sum()}; "
            "get the file again"
        )
    # Runs go column by column and start outside the mask.
    inside = np.arange(len(runs)) % 2 == 1
    return np.repeat(inside, runs).reshape(size[::-1]).T


def _runs(counts: Entry) -> NDArray[np.int64]:
    """Decode run lengths; COCO's own decoder does not check them and may crash the process."""
    if not isinstance(counts.value, str):
        return np.array([element.number() for element in counts.elements()], np.int64)
    # Each character holds five bits of a number, lowest first, and a continuation bit.
    characters = np.array([ord(character) for character in counts.text()], np.int64) - 48
    last = characters & 32 == 0
    if characters.min() < 0 or characters.max() > 63 or not last[-1]:
        raise counts.error("expected COCO's run lengths; get the file again")
    starts = np.concatenate([[0], np.flatnonzero(last)[:-1] + 1])
    lengths = np.diff(starts, append=len(characters))
    if lengths.max() > 7:
        raise counts.error("expected COCO's run lengths, got an endless one; get the file again")
    shift = 5 * (np.arange(len(characters)) - np.repeat(starts, lengths))
    numbers = np.add.reduceat((characters & 31) << shift, starts)
    negative = characters[last] & 16 != 0
    numbers -= np.where(negative, 1 << 5 * lengths, 0)
    # From the fourth number on, each is the difference to the number two positions earlier.
    numbers[1::2] = np.cumsum(numbers[1::2])
    numbers[2::2] = np.cumsum(numbers[2::2])
    return numbers


def _draw_polygons(entry: Entry, size: tuple[int, int]) -> NDArray[np.bool_]:
    limit = 2 * max(size)
    polygons = []
    for element in entry.elements():
        points = [_coordinate(value, limit) for value in element.elements()]
        if len(points) < 6 or len(points) % 2:
            raise element.error(f"expected x and y of at least 3 points, got {len(points)} numbers")
        polygons.append(points)
    if not polygons:
        raise entry.error("expected at least one polygon, got none")
    return np.asarray(coco.decode(coco.merge(coco.frPyObjects(polygons, *size))), np.bool_)


def _coordinate(entry: Entry, limit: int) -> float:
    value = entry.value
    if not isinstance(value, int | float) or not -limit <= value <= limit:
        raise entry.error(f"expected a coordinate in pixels near the image, got {value!r}")
    return float(value)
