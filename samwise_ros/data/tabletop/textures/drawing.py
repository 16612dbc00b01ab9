"""Motifs, letters and lines that are printed on things."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

from samwise_ros.data.tabletop.textures.grain import Picture, blend

Outline = NDArray[np.float64]
"""(K, 2) x to the right and y downwards."""

MOTIFS = ("star", "heart", "rings", "leaf", "sun", "word")

# Strokes of letters on a grid of 2 x 4, (0, 0) on top left: the fonts of OpenCV differ between
# versions.
_LETTERS = {
    "A": ("04", "01", "10", "21", "24"), "B": ("00", "04", "14", "23", "12", "02"),
    "E": ("20", "00", "02", "12", "02", "04", "24"), "F": ("20", "00", "02", "12", "02", "04"),
    "H": ("00", "04", "02", "22", "20", "24"), "I": ("10", "14"), "K": ("00", "04", "02", "20"),
    "L": ("00", "04", "24"), "M": ("04", "00", "12", "20", "24"), "N": ("04", "00", "24", "20"),
    "O": ("00", "20", "24", "04", "00"), "R": ("04", "00", "20", "22", "02", "24"),
    "S": ("20", "00", "02", "22", "24", "04"), "T": ("00", "20", "10", "14"),
    "U": ("00", "04", "24", "20"), "V": ("00", "14", "20"), "X": ("00", "24", "12", "20", "04"),
    "Z": ("00", "20", "04", "24"),
}  # fmt: skip


def draw_word(rng: np.random.Generator) -> list[Outline]:
    """Return the strokes of a random word of three to five letters, in a unit square."""
    count = int(rng.integers(3, 6))
    names = list(_LETTERS)
    strokes = []
    for position in range(count):
        letter = _LETTERS[names[int(rng.integers(len(names)))]]
        points = np.array([[int(number) for number in place] for place in letter], np.float64)
        strokes.append((points * [0.38, 0.25] + [position, 0]) * [1 / count, 1.0])
    return strokes


def circle() -> Outline:
    """Return a circle of radius 1."""
    angles = np.linspace(0, 2 * np.pi, 25)
    return np.stack([np.cos(angles), np.sin(angles)], 1)


def outline(motif: str) -> Outline:
    """Return the outline of a motif within radius 1."""
    angles = np.linspace(0, 2 * np.pi, 41)
    x, y = np.sin(angles), -np.cos(angles)
    if motif == "star":
        radius = np.where(np.arange(41) % 8 < 4, 1.0, 0.45)
    elif motif == "sun":
        radius = 0.78 + 0.22 * np.cos(9 * angles)
    elif motif == "heart":
        return np.stack([x**3, 0.8 * y + 0.35 * np.cos(2 * angles)], 1)
    elif motif == "leaf":
        return np.stack([0.5 * x * np.abs(x), y], 1)
    else:
        radius = np.ones(41)
    return np.stack([x * radius, y * radius], 1)


def paint(
    picture: Picture, outlines: Sequence[Outline], rgb: ArrayLike, width: int | None = None
) -> Picture:
    """Return the picture with filled outlines, or with lines.

    Args:
        picture: (H, W, 3).
        outlines: in pixels.
        rgb: the colour, 0 to 1.
        width: width of lines, pixels; ``None`` fills the outlines.
    """
    mask = np.zeros(picture.shape[:2], np.uint8)
    points = [np.round(points * 8).astype(np.int32) for points in outlines]  # 3 fractional bits
    if width is None:
        for polygon in points:
            cv2.fillPoly(mask, [polygon], 255, cv2.LINE_AA, 3)
    else:
        cv2.polylines(mask, points, False, 255, width, cv2.LINE_AA, 3)
    return blend(picture, mask.astype(np.float32) / np.float32(255), rgb)
