"""Background and camera of a painted video: table, wall, light, shake and noise."""

import math
import random
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.float32]

_TEXTURE_SIZE = (480, 640)
_TEXTURES = 14
_NOISE_MARGIN = 48
_RAMP = np.linspace(-1, 1, 256, dtype=np.float32)[None, :, None]
#: Muted tints of tables and walls, in contrast to the objects' colours.
_TINTS = (
    (150, 112, 76),
    (118, 84, 56),
    (178, 146, 106),
    (134, 134, 132),
    (98, 102, 106),
    (172, 168, 158),
    (110, 120, 132),
    (128, 136, 116),
    (156, 128, 128),
)


@dataclass(frozen=True, eq=False)
class Light:
    """Lighting of a video.

    Attributes:
        field: (H, W, 3) float32 factor, constant over time.
        flicker: (T,) factor of each frame.
        noise: standard deviation of the sensor noise, in units of 1/255.
    """

    field: Image
    flicker: NDArray[np.float64]
    noise: float


def draw_table(rng: random.Random, width: int, height: int) -> Image:
    """Return a table top, at times with a wall: (H, W, 3) float32, RGB, 0 to 255."""
    table = _surface(rng, width, height)
    if rng.random() < 0.3:
        wall = _surface(rng, width, height)
        edge = round(rng.uniform(0.1, 0.22) * height)
        table[:edge] = wall[:edge]
        table[edge : edge + max(1, height // 60)] *= 0.7
    return table


def draw_light(rng: random.Random, width: int, height: int, frames: int) -> Light:
    """Draw gain, colour temperature, a gradient over the image and a slow flicker."""
    gain = rng.uniform(0.8, 1.12)
    warm = rng.uniform(-0.05, 0.05)
    angle, strength = rng.uniform(0, 2 * math.pi), rng.uniform(0.0, 0.22)
    across, down = _slopes(width, height)
    plane = 1 + across * (strength * math.cos(angle)) + down * (strength * math.sin(angle))
    balance = np.array([1 + warm, 1, 1 - warm], np.float32) * np.float32(gain)
    depth, period, phase = rng.uniform(0, 0.05), rng.uniform(6, 20), rng.uniform(0, 2 * math.pi)
    flicker = 1 + depth * np.sin(2 * math.pi * np.arange(frames) / period + phase)
    field = np.asarray(cv2.merge([plane * factor for factor in balance]), np.float32)
    return Light(field, flicker, rng.uniform(1.0, 5.0))


def draw_shake(rng: random.Random, frames: int) -> NDArray[np.float64]:
    """Draw the camera's shake: (T, 2) x and y, fractions of the width."""
    if rng.random() < 0.3:
        return np.zeros((frames, 2))
    strength = rng.uniform(0.001, 0.006)
    steps = [[rng.gauss(0, strength), rng.gauss(0, strength)] for _ in range(frames)]
    return np.asarray(np.clip(steps, -0.012, 0.012), np.float64)


def shift_image(table: Image, shift_x: float, shift_y: float) -> Image:
    """Return the image shifted by pixels or fractions of them; edges are mirrored."""
    if shift_x == 0 and shift_y == 0:
        return table.copy()
    height, width = table.shape[:2]
    matrix = np.array([[1, 0, shift_x], [0, 1, shift_y]], np.float64)
    moved = cv2.warpAffine(table, matrix, (width, height), borderMode=cv2.BORDER_REFLECT)
    return np.asarray(moved, np.float32)


def expose(rng: random.Random, image: Image, light: Light, frame: int) -> NDArray[np.uint8]:
    """Apply light and sensor noise to a frame; overwrites ``image``.

    Args:
        rng: source of randomness, for the noise.
        image: (H, W, 3) float32, evenly lit.
        light: lighting of the video.
        frame: index of the frame.

    Returns:
        (H, W, 3) uint8.
    """
    height, width = image.shape[:2]
    image *= light.field
    pool = _noise(height, width)
    x, y = int(rng.random() * _NOISE_MARGIN), int(rng.random() * _NOISE_MARGIN)
    grain = pool[y : y + height, x : x + width]
    flicker = float(light.flicker[frame])
    # One saturating pass: image * flicker + grain * noise.
    mixed = cv2.addWeighted(image, flicker, grain, light.noise, 0.0)
    return np.clip(mixed, 0, 255, out=mixed).astype(np.uint8)


def _surface(rng: random.Random, width: int, height: int) -> Image:
    """Return a crop of a texture, coloured between two shades of a tint."""
    number = int(rng.random() * _TEXTURES)
    fraction = rng.uniform(0.4, 1.0)
    texture = _texture(number, halved=fraction * _TEXTURE_SIZE[1] / 2 >= width)
    high, wide = round(fraction * texture.shape[0]), round(fraction * texture.shape[1])
    y = round(rng.random() * (texture.shape[0] - high))
    x = round(rng.random() * (texture.shape[1] - wide))
    detail = cv2.resize(
        texture[y : y + high, x : x + wide], (width, height), interpolation=cv2.INTER_AREA
    )
    tint = np.array(rng.choice(_TINTS), np.float32) * rng.uniform(0.75, 1.15)
    contrast = rng.uniform(0.12, 0.45)
    shades = tint * (1 + np.float32(contrast) * _RAMP)
    planes = cv2.merge((detail, detail, detail))
    return np.asarray(cv2.LUT(planes, shades), np.float32)


@lru_cache(maxsize=2)
def _slopes(width: int, height: int) -> tuple[Image, Image]:
    """Return a row (1, W) and a column (H, 1) that go from -1 to 1."""
    return (
        np.linspace(-1, 1, width, dtype=np.float32)[None, :],
        np.linspace(-1, 1, height, dtype=np.float32)[:, None],
    )


@lru_cache(maxsize=2)
def _noise(height: int, width: int) -> Image:
    """Return unit noise, larger than a frame so that each frame uses another part."""
    shape = (height + _NOISE_MARGIN, width + _NOISE_MARGIN, 3)
    return np.random.default_rng(0).standard_normal(shape, dtype=np.float32)


@lru_cache(maxsize=2 * _TEXTURES)
def _texture(number: int, halved: bool) -> NDArray[np.uint8]:
    """Return one of a fixed set of grey textures: (480, 640) uint8, or half as large."""
    if halved:
        whole = _texture(number, halved=False)
        return np.asarray(cv2.resize(whole, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA))
    rng = np.random.default_rng(1000 + number)
    makers = (_wood, _checker, _cloth, _clouds, _gradient, _planks, _speckle)
    plane = makers[number % len(makers)](rng)
    low, high = np.percentile(plane, (1, 99))
    return np.asarray(np.clip((plane - low) / (high - low), 0, 1) * 255, np.uint8)


def _smooth(rng: np.random.Generator, wide: float, high: float) -> Image:
    """Return noise blurred by the given pixels in x and y, scaled to unit standard deviation."""
    plane = rng.standard_normal(_TEXTURE_SIZE, dtype=np.float32)
    plane = np.asarray(cv2.GaussianBlur(plane, (0, 0), sigmaX=wide, sigmaY=high), np.float32)
    return np.asarray(plane / plane.std(), np.float32)


def _wood(rng: np.random.Generator) -> Image:
    bend = _smooth(rng, 90, 25) * 9
    rows = np.arange(_TEXTURE_SIZE[0], dtype=np.float32)[:, None] + bend
    rings = np.sin(rows / rng.uniform(3.5, 7))
    return np.asarray(rings + 0.9 * _smooth(rng, 40, 1.2), np.float32)


def _checker(rng: np.random.Generator) -> Image:
    side = int(rng.integers(36, 80))
    y, x = np.indices(_TEXTURE_SIZE)
    return np.asarray((y // side + x // side) % 2 + 0.12 * _smooth(rng, 3, 3), np.float32)


def _cloth(rng: np.random.Generator) -> Image:
    return np.asarray(_smooth(rng, 8, 1) + _smooth(rng, 1, 8) + _smooth(rng, 60, 60), np.float32)


def _clouds(rng: np.random.Generator) -> Image:
    return np.asarray(_smooth(rng, 60, 60) + 0.5 * _smooth(rng, 18, 18), np.float32)


def _gradient(rng: np.random.Generator) -> Image:
    y, x = np.indices(_TEXTURE_SIZE) / 640.0
    angle = rng.uniform(0, 2 * math.pi)
    slope = math.cos(angle) * x + math.sin(angle) * y
    return np.asarray(slope * 4 + 0.25 * _smooth(rng, 1.5, 1.5), np.float32)


def _planks(rng: np.random.Generator) -> Image:
    width = int(rng.integers(70, 120))
    columns = np.arange(_TEXTURE_SIZE[1])
    shade = rng.uniform(-1, 1, _TEXTURE_SIZE[1] // width + 1)[columns // width]
    seam = -2.5 * (columns % width < 4)
    return np.asarray((shade + seam)[None, :] + 0.5 * _smooth(rng, 1.2, 40), np.float32)


def _speckle(rng: np.random.Generator) -> Image:
    return np.asarray(_smooth(rng, 2.2, 2.2) + 0.6 * _smooth(rng, 7, 7), np.float32)
