"""COCO's codes for masks: run lengths, compressed or not, and polygons."""

import numpy as np
from numpy.typing import NDArray
from pycocotools import mask as coco

from samwise_ros.data.entry import Entry


def decode(entry: Entry, size: tuple[int, int]) -> NDArray[np.bool_]:
    """Decode the mask of an entry.

    Args:
        entry: a dictionary with ``size`` and ``counts``, the runs as a list or as COCO's text; or a
            list of polygons, each ``[x, y, x, y, ...]`` in pixels, which count together.
        size: height and width of the image.

    Returns:
        (H, W).

    Raises:
        DatasetError: naming the entry that is no such code or of another size.
    """
    if isinstance(entry.value, list):
        runs = _of_polygons(entry, size)
    else:
        coded = tuple(element.number() for element in entry["size"].elements())
        if coded != size:
            raise entry.error(f"expected a mask of height and width {size}, got {coded}")
        runs = _of_counts(entry["counts"], size)
    try:
        return np.asarray(coco.decode(runs), np.bool_)
    except ValueError as error:
        raise entry.error(f"expected COCO's run lengths: {error}") from error


def encode(mask: NDArray[np.bool_]) -> dict[str, object]:
    """Encode a mask as COCO's compressed run lengths, ready for JSON.

    Args:
        mask: (H, W).

    >>> encode(np.eye(3, dtype=bool))
    {'size': [3, 3], 'counts': '01310'}
    """
    code = coco.encode(np.asfortranarray(mask, np.uint8))
    return {"size": code["size"], "counts": code["counts"].decode("ascii")}


def _of_polygons(entry: Entry, size: tuple[int, int]) -> object:
    polygons = []
    for element in entry.elements():
        points = [_coordinate(value) for value in element.elements()]
        if len(points) < 6 or len(points) % 2:
            raise element.error(f"expected x and y of 3 points or more, got {len(points)} numbers")
        polygons.append(points)
    if not polygons:
        raise entry.error("expected at least one polygon, got none")
    return coco.merge(coco.frPyObjects(polygons, *size))


def _coordinate(entry: Entry) -> float:
    if not isinstance(entry.value, int | float) or not np.isfinite(entry.value):
        raise entry.error(f"expected a coordinate in pixels, got {entry.value!r}")
    return float(entry.value)


def _of_counts(entry: Entry, size: tuple[int, int]) -> object:
    if isinstance(entry.value, str):
        return {"size": list(size), "counts": entry.text()}
    counts = [element.number() for element in entry.elements()]
    if sum(counts) != size[0] * size[1]:
        raise entry.error(
            f"expected runs of {size[0] * size[1]} pixels together, got {sum(counts)}"
        )
    return coco.frPyObjects({"size": list(size), "counts": counts}, *size)
