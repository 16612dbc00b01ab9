"""Poses, quaternions and projections."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]
Quaternion = tuple[float, float, float, float]


def look_at(position_m: ArrayLike, target_m: ArrayLike, roll: float = 0.0) -> Array:
    """Return the (4, 4) pose of an optical frame (x right, y down, z forward) in the world.

    Args:
        position_m: where the camera is.
        target_m: what it is directed at, not straight above or below.
        roll: rotation about the optical axis, radians.
    """
    forward = np.subtract(target_m, position_m)
    forward = forward / np.linalg.norm(forward)
    right = np.cross(forward, [0.0, 0.0, 1.0])
    right /= np.linalg.norm(right)
    down = np.cross(forward, right)
    pose = np.eye(4)
    right, down = (
        np.cos(roll) * right + np.sin(roll) * down,
        np.cos(roll) * down - np.sin(roll) * right,
    )
    pose[:3, :3] = np.stack([right, down, forward], axis=1)
    pose[:3, 3] = position_m
    return pose


def intrinsics(fov_y_deg: float, width: int, height: int) -> Array:
    """Return the (3, 3) matrix of a camera with square pixels, pixels."""
    focal = height / 2 / np.tan(np.radians(fov_y_deg) / 2)
    return np.array([[focal, 0, (width - 1) / 2], [0, focal, (height - 1) / 2], [0, 0, 1.0]])


def project(points_m: ArrayLike, pose: Array, fov_y_deg: float, aspect: float = 4 / 3) -> Array:
    """Project points of the world: (..., 3) to (..., 3).

    Returns:
        x and y, -1 to 1 inside the image, and the depth in metres.
    """
    points = (np.asarray(points_m, np.float64) - pose[:3, 3]) @ pose[:3, :3]
    depth = np.maximum(points[..., 2], 1e-6)
    scale = 1 / np.tan(np.radians(fov_y_deg) / 2)
    return np.stack(
        [
            points[..., 0] / depth * scale / aspect,
            points[..., 1] / depth * scale,
            points[..., 2],
        ],
        -1,
    )


def matrix(quaternion: ArrayLike) -> Array:
    """Return the (..., 3, 3) rotation matrices of quaternions (..., 4) (w, x, y, z)."""
    w, x, y, z = np.moveaxis(np.asarray(quaternion, np.float64), -1, 0)
    rows = [
        [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
        [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
        [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
    ]
    return np.stack([np.stack(row, -1) for row in rows], -2)


def multiply(first: ArrayLike, second: ArrayLike) -> Quaternion:
    """Return the product of two quaternions: first the second rotation, then the first."""
    a, b, c, d = (float(value) for value in np.asarray(first))
    e, f, g, h = (float(value) for value in np.asarray(second))
    return (
        a * e - b * f - c * g - d * h,
        a * f + b * e + c * h - d * g,
        a * g - b * h + c * e + d * f,
        a * h + b * g - c * f + d * e,
    )


def turn(axis: int, angle: float) -> Quaternion:
    """Return the quaternion of a rotation about x (0), y (1) or z (2) by an angle in radians."""
    values = [float(np.cos(angle / 2)), 0.0, 0.0, 0.0]
    values[1 + axis] = float(np.sin(angle / 2))
    return (values[0], values[1], values[2], values[3])


def pose_matrix(position_m: ArrayLike, rotation: ArrayLike) -> Array:
    """Return the (4, 4) pose of a position and a (3, 3) rotation."""
    pose = np.eye(4)
    pose[:3, :3], pose[:3, 3] = rotation, position_m
    return pose
