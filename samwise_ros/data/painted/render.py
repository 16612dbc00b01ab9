"""Draws the objects of a painted video and records their visible pixels."""

import math
import random
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from samwise_ros.data.painted.motion import Track
from samwise_ros.data.painted.objects import PaintedObject
from samwise_ros.data.painted.shapes import EXTENT, colour_value, draw_shadow, draw_sprite

Image = NDArray[np.float32]
Mask = NDArray[np.bool_]

_FLAT = np.diag([1.0, 0.42])
_TILT = {"star": 0.6, "book": 0.35, "ring": 0.2, "ball": 0.15}


@dataclass(frozen=True, eq=False)
class ObjectSprite:
    """The sprite of an object with its track.

    Attributes:
        picture: (S, S, 4) float32, premultiplied.
        turn: (2, 2) rotation, mirroring and slight stretch of the sprite.
        radius: radius of the object, fraction of the image's width.
        track: track of the object.
        nearness: drawing order; sprites of higher nearness are drawn later.
    """

    picture: Image
    turn: NDArray[np.float64]
    radius: float
    track: Track
    nearness: float


def make_object_sprite(
    rng: random.Random, item: PaintedObject, track: Track, width: int
) -> ObjectSprite:
    """Return an object's sprite with a slight random change of hue, tilt and stretch."""
    red, green, blue = colour_value(item.colour)
    bright = rng.uniform(0.92, 1.06)
    colour = tuple(
        min(255.0, max(0.0, value * bright + rng.uniform(-10, 10))) for value in (red, green, blue)
    )
    tilt = rng.uniform(-1, 1) * _TILT.get(item.shape, 0.1)
    mirror = -1.0 if rng.random() < 0.5 else 1.0
    stretch = rng.uniform(0.94, 1.06)
    cos, sin = math.cos(tilt), math.sin(tilt)
    turn = np.array([[cos, -sin], [sin, cos]]) @ np.diag([mirror * stretch, 1 / stretch])
    radius = item.diameter / 2
    largest = 2 * EXTENT * radius * width * float(track.scale.max())
    picture = draw_sprite(item.shape, (colour[0], colour[1], colour[2]), largest)
    # An object lower in the image is nearer to the camera.
    nearness = float(track.y.max())
    if item.motion == "behind":
        nearness = -1.0
    return ObjectSprite(picture, turn, radius, track, nearness)


def paste_sprites(
    image: Image,
    sprites: list[ObjectSprite],
    frame: int,
    shift: tuple[float, float],
    masks: Mask,
) -> None:
    """Draw one frame's objects from far to near.

    Args:
        image: (H, W, 3) float32 background, modified in place.
        sprites: the objects' sprites.
        frame: index of the frame.
        shift: shake of the camera (x, y), pixels.
        masks: (N, H, W) bool, all false; set to the visible pixels of each object.
    """
    width = image.shape[1]
    done: list[int] = []
    for index in sorted(range(len(sprites)), key=lambda k: sprites[k].nearness):
        sprite = sprites[index]
        track = sprite.track
        half = EXTENT * sprite.radius * float(track.scale[frame]) * width
        x = float(track.x[frame]) * width + shift[0]
        y = float(track.y[frame]) * width + shift[1]
        lift = float(track.lift[frame]) * width
        _paste_shadow(image, x, y + 0.5 * half, half, lift / (0.5 * width))
        pasted = _paste(image, sprite, x, y - lift, half)
        if pasted is not None:
            rows, columns, covered = pasted
            for other in done:
                masks[other, rows, columns] &= ~covered
            masks[index, rows, columns] = covered
            done.append(index)


def _window(
    image: Image, x: float, y: float, half: float, flat: float = 1.0
) -> tuple[slice, slice] | None:
    """Return the rows and columns that a patch around (x, y) covers; ``None`` out of view."""
    height, width = image.shape[:2]
    left, right = max(math.floor(x - half), 0), min(math.ceil(x + half), width)
    top, bottom = max(math.floor(y - half * flat), 0), min(math.ceil(y + half * flat), height)
    if right <= left or bottom <= top:
        return None
    return slice(top, bottom), slice(left, right)


def _warped(
    picture: Image,
    turn: NDArray[np.float64],
    zoom: float,
    centre: tuple[float, float],
    size: tuple[int, int],
) -> Image:
    """Return a patch of ``size`` pixels with the sprite turned, zoomed and placed at ``centre``."""
    middle = (picture.shape[0] - 1) / 2
    a, b = zoom * turn[0, 0], zoom * turn[0, 1]
    c, d = zoom * turn[1, 0], zoom * turn[1, 1]
    # Pixel (i, j) covers the square around (i + 0.5, j + 0.5).
    shift_x = centre[0] - 0.5 - (a + b) * middle
    shift_y = centre[1] - 0.5 - (c + d) * middle
    matrix = np.array([[a, b, shift_x], [c, d, shift_y]])
    return np.asarray(cv2.warpAffine(picture, matrix, size), np.float32)


def _paste(
    image: Image, sprite: ObjectSprite, x: float, y: float, half: float
) -> tuple[slice, slice, Mask] | None:
    window = _window(image, x, y, half)
    if window is None:
        return None
    rows, columns = window
    size = (columns.stop - columns.start, rows.stop - rows.start)
    zoom = 2 * half / sprite.picture.shape[0]
    patch = _warped(sprite.picture, sprite.turn, zoom, (x - columns.start, y - rows.start), size)
    coverage = patch[:, :, 3]
    region = image[rows, columns]
    region *= _threefold(1 - coverage)
    region += np.asarray(cv2.cvtColor(patch, cv2.COLOR_RGBA2RGB), np.float32)
    return rows, columns, coverage > 0.5


def _paste_shadow(image: Image, x: float, y: float, half: float, height: float) -> None:
    """Darken the table under an object, less for a higher object."""
    strength = 0.42 * (1 - height)
    window = _window(image, x, y, half, float(_FLAT[1, 1]))
    if window is None or strength <= 0:
        return
    rows, columns = window
    size = (columns.stop - columns.start, rows.stop - rows.start)
    soft = draw_shadow()
    patch = _warped(
        soft, _FLAT, 2 * half / soft.shape[0], (x - columns.start, y - rows.start), size
    )
    image[rows, columns] *= _threefold(1 - strength * patch)


def _threefold(plane: Image) -> Image:
    """Repeat a plane for three colours; many times faster than numpy's broadcasting."""
    return np.asarray(cv2.merge((plane, plane, plane)), np.float32)
