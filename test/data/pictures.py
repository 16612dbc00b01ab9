"""Writes JPEG and PNG files for hand-written data sets."""

from pathlib import Path

import numpy as np
from PIL import Image

WIDTH, HEIGHT = 24, 16
RED = (200, 30, 20)


def write_photo(path: Path, colour: tuple[int, int, int] = RED, width: int = WIDTH) -> None:
    """Write a JPEG image of one colour."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (width, HEIGHT), colour).save(path, quality=95)


def write_annotation(path: Path, boxes: dict[int, tuple[int, int, int, int]]) -> None:
    """Write a palette PNG; ``boxes`` maps an object to its left, top, right and bottom."""
    plane = np.zeros((HEIGHT, WIDTH), np.uint8)
    for number, (left, top, right, bottom) in boxes.items():
        plane[top:bottom, left:right] = number
    path.parent.mkdir(parents=True, exist_ok=True)
    image = Image.fromarray(plane, "P")
    image.putpalette(bytes([0, 0, 0, 128, 0, 0, 0, 128, 0]))
    image.save(path)


def box(left: int, top: int, right: int, bottom: int) -> np.ndarray:
    """Return the (H, W) mask of a box."""
    mask = np.zeros((HEIGHT, WIDTH), bool)
    mask[top:bottom, left:right] = True
    return mask
