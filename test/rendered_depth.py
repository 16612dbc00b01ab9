"""Depth images of objects at known positions, ideal and with the errors of a sensor.

Metres in the camera frame: x right, y down, z forward; infinite outside the object.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from samwise_ros.vision.depth import Pinhole

HEIGHT, WIDTH = 240, 320
CAMERA = Pinhole(np.array([[280.0, 0, 155], [0, 280, 125], [0, 0, 1]]), np.zeros(5))
#: The same camera with lens distortion of 8 pixels in the corners.
LENS = Pinhole(CAMERA.matrix, np.array([-0.2, 0.05, 0.001, -0.001, 0.0]))

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]


def rays(camera: Pinhole = CAMERA) -> Array:
    """(H, W, 3) directions of the pixels, 1 m ahead."""
    y, x = np.mgrid[:HEIGHT, :WIDTH].astype(float)
    pixels = np.stack([x, y], axis=-1).reshape(-1, 1, 2)
    flat = cv2.undistortPoints(pixels, camera.matrix, camera.distortion).reshape(-1, 2)
    return np.column_stack([flat, np.ones(len(flat))]).reshape(HEIGHT, WIDTH, 3)


def ball(centre: tuple[float, float, float], radius: float, camera: Pinhole = CAMERA) -> Array:
    """(H, W) depth."""
    way, middle = rays(camera), np.array(centre)
    square, along = (way**2).sum(-1), way @ middle
    root = along**2 - square * (middle @ middle - radius**2)
    return np.where(root > 0, (along - np.sqrt(np.maximum(root, 0))) / square, np.inf)


def board(centre: Array, right: Array, down: Array, width: float, height: float) -> Array:
    """(H, W) depth of a rectangle whose sides have two given directions."""
    way, normal = rays(), np.cross(right, down)
    with np.errstate(divide="ignore", invalid="ignore"):
        depth = (centre @ normal) / (way @ normal)
        offset = way * depth[..., None] - centre
        inside = (abs(offset @ right) <= width / 2) & (abs(offset @ down) <= height / 2)
    return np.where(inside & (depth > 0), depth, np.inf)


def box(
    centre: tuple[float, float, float],
    sides: tuple[float, float, float],
    pitch: float,
    yaw: float,
) -> Array:
    """(H, W) depth of a box that is rotated about the vertical, then tilted, in degrees."""
    axes, middle = _turned(pitch, yaw).T, np.array(centre)
    faces = []
    for ahead in range(3):
        right, down = (ahead + 1) % 3, (ahead + 2) % 3
        for end in (-0.5, 0.5):
            face = middle + end * sides[ahead] * axes[ahead]
            faces.append(board(face, axes[right], axes[down], sides[right], sides[down]))
    return np.min(faces, axis=0)


def table() -> Array:
    """(H, W) depth of a table below the camera, and of the wall behind the table."""
    right, down, _ = _turned(-65.0, 0.0).T
    return np.minimum(board(np.array([0.0, 0.25, 1.6]), right, down, 20.0, 20.0), 4.0)


def seen_centre(depth: Array, camera: Pinhole = CAMERA) -> Array:
    """(3,) mean of the visible surface of an object, over its pixels."""
    seen = np.isfinite(depth)
    centre: Array = (rays(camera)[seen] * depth[seen][:, None]).mean(axis=0)
    return centre


def spoilt(thing: Array, behind: Array, seed: int = 0) -> Array:
    """(H, W) depth from a sensor: noise, smeared edges, holes and a shadow; 0 means no depth."""
    rng = np.random.default_rng(seed)
    depth = np.minimum(thing, behind)
    depth = depth + 0.004 * depth**2 * rng.standard_normal(depth.shape)
    on = np.isfinite(thing)
    edge = cv2.morphologyEx(on.astype(np.uint8), cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8)) > 0
    depth = np.where(edge, cv2.blur(depth, (5, 5)), depth)
    shadow = on & ~np.roll(on, WIDTH // 64, axis=1)
    return np.where(shadow | (rng.random(depth.shape) < 0.15), 0.0, depth)


def clumsy(mask: Mask) -> Mask:
    """A mask as a network predicts it: one pixel too wide, with rounded corners."""
    wide = cv2.dilate(mask.astype(np.uint8), np.ones((3, 3), np.uint8))
    return cv2.medianBlur(wide, 5) > 0


def millimetres(depth: Array) -> NDArray[np.uint16]:
    return np.rint(1000.0 * np.minimum(depth, 60.0)).astype(np.uint16)


def _turned(pitch: float, yaw: float) -> Array:
    """(3, 3) with the right, down and forward axes of the rotated object in its columns."""
    about_x, _ = cv2.Rodrigues(np.radians([pitch, 0.0, 0.0]))
    about_y, _ = cv2.Rodrigues(np.radians([0.0, yaw, 0.0]))
    return np.asarray(about_x @ about_y, np.float64)
