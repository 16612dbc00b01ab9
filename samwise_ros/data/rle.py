"""COCO's mask encodings: run lengths, compressed or not, and polygons."""

import reprlib
from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray

from samwise_ros.data.checked_json import Entry


def encode(mask: NDArray[np.bool_]) -> dict[str, object]:
    """Encode a mask as COCO's compressed run lengths, serialisable as JSON.

    Args:
        mask: (H, W) bool.

    >>> encode(np.eye(3, dtype=bool))
    {'size': [3, 3], 'counts': '013000'}
    """
    code = _coco().encode(np.asfortranarray(mask, np.uint8))
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
    pixels = size[0] * size[1]
    runs = _runs(entry["counts"], pixels)
    if runs.min(initial=0) < 0 or runs.max(initial=0) > pixels:
        raise entry["counts"].error(
            f"expected runs of 0 to {pixels} pixels, got one of {_outside(runs, pixels)}; "
            "get the file again"
        )
    if runs.sum() != pixels:
        raise entry.error(
            f"expected runs of {pixels} pixels in total, got {runs.sum()}; get the file again"
        )
    # Runs go column by column and start outside the mask.
    inside = np.arange(len(runs)) % 2 == 1
    return np.repeat(inside, runs).reshape(size[::-1]).T


def _coco() -> Any:
    """Import pycocotools, which generated videos and compressed masks do not need."""
    return import_module("pycocotools.mask")


def _runs(counts: Entry, pixels: int) -> NDArray[np.int64]:
    """Decode run lengths; COCO's own decoder does not check them and may crash the process.

    No result exceeds 64 bits: a run has at most 35 bits, and there are at most two for each pixel.
    """
    if not isinstance(counts.value, str):
        # Clipped before they become 64 bits wide; a clipped run is still out of range.
        listed = [min(element.number(), pixels + 1) for element in counts.elements()]
        return _limited(counts, np.array(listed, np.int64), pixels)
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
    numbers = _limited(counts, np.add.reduceat((characters & 31) << shift, starts), pixels)
    negative = characters[last] & 16 != 0
    numbers -= np.where(negative, 1 << 5 * lengths, 0)
    # From the fourth number on, each is the difference to the number two positions earlier.
    numbers[1::2] = np.cumsum(numbers[1::2])
    numbers[2::2] = np.cumsum(numbers[2::2])
    return numbers


def _limited(counts: Entry, runs: NDArray[np.int64], pixels: int) -> NDArray[np.int64]:
    """Check the number of runs, with room for empty ones, before they are added up."""
    if len(runs) > 2 * pixels + 2:
        raise counts.error(f"expected at most {2 * pixels + 2} runs, got {len(runs)}")
    return runs


def _outside(runs: NDArray[np.int64], pixels: int) -> str:
    number = int(runs[(runs < 0) | (runs > pixels)][0])
    return f"more than {pixels}" if number > pixels else str(number)


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
    # COCO's decoder reserves memory for every pixel of the outlines without a check.
    outline, longest = sum(map(_outline, polygons)), 2 * size[0] * size[1] + 16 * sum(size)
    if outline > longest:
        raise entry.error(
            f"expected outlines of at most {longest} pixels in total, got {outline:.0f}"
        )
    coco = _coco()
    return np.asarray(coco.decode(coco.merge(coco.frPyObjects(polygons, *size))), np.bool_)


def _outline(points: list[float]) -> float:
    """Return the length of a closed outline, as its larger steps in x or y, pixels."""
    corners = np.array(points).reshape(-1, 2)
    return float(np.abs(corners - np.roll(corners, 1, 0)).max(1).sum()) + len(corners)


def _coordinate(entry: Entry, limit: int) -> float:
    value = entry.value
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= limit:
        raise entry.error(
            f"expected a coordinate in pixels near the image, got {reprlib.repr(value)}"
        )
    return float(value)
