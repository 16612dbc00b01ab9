"""Noise and grain, from which the textures of things and places are made."""

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

Picture = NDArray[np.float32]
"""(H, W, 3) RGB or (H, W) coverage, 0 to 1, the first row on top."""


def noise(rng: np.random.Generator, height: int, width: int, cells: tuple[int, int]) -> Picture:
    """Return smooth noise with mean 0 and standard deviation near 1.

    Args:
        rng: source of randomness.
        height: of the picture, pixels.
        width: of the picture, pixels.
        cells: number of random values along y and x.
    """
    values = rng.standard_normal(cells).astype(np.float32)
    return np.asarray(cv2.resize(values, (width, height), interpolation=cv2.INTER_CUBIC))


def clouds(rng: np.random.Generator, height: int, width: int, cells: int = 4) -> Picture:
    """Return noise of several scales."""
    total = np.zeros((height, width), np.float32)
    for octave in range(3):
        count = cells * 2**octave
        total += noise(rng, height, width, (count, count)) * 0.5**octave
    return total


def fill(height: int, width: int, rgb: ArrayLike) -> Picture:
    """Return a picture of one colour."""
    return np.ones((height, width, 3), np.float32) * np.asarray(rgb, np.float32)


def shade(picture: Picture, amount: Picture) -> Picture:
    """Return the picture with its brightness multiplied by ``1 + amount``."""
    return np.asarray(picture * (1 + amount[..., None]))


def blend(picture: Picture, coverage: Picture, rgb: ArrayLike) -> Picture:
    """Return the picture with a colour painted over it where coverage is 1."""
    colour = np.asarray(rgb, np.float32)
    return np.asarray(picture + coverage[..., None] * (colour - picture))


def wood(rng: np.random.Generator, height: int, width: int, rgb: ArrayLike) -> Picture:
    """Return wood with its grain along x."""
    rings = noise(rng, height, width, (6, 2)) * 2.5 + np.linspace(0, 9, height)[:, None]
    wave = np.sin(2 * np.pi * rings.astype(np.float32))
    fibre = noise(rng, height, width, (height // 2, 6))
    picture = shade(fill(height, width, rgb), 0.10 * wave + 0.06 * fibre)
    return shade(picture, 0.06 * clouds(rng, height, width, 3))


def brushed(rng: np.random.Generator, height: int, width: int, rgb: ArrayLike) -> Picture:
    """Return brushed metal with bright and dark bands, as reflections of a room."""
    bands = noise(rng, 1, width, (1, 9)) + 0.5 * noise(rng, 1, width, (1, 25))
    scratches = noise(rng, height, width, (height, 3))
    amount = 0.22 * np.broadcast_to(bands, (height, width)) + 0.04 * scratches
    return shade(fill(height, width, rgb), amount)
