"""3D position of a masked object, from a depth image registered to the camera image.

Positions are in metres in the camera's optical frame: x right, y down, z forward. Pixels are (x, y)
from the top left.
"""

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from samwise_ros.vision.masks import Mask, bounding_box

Depth = NDArray[np.float32]
FloatArray = NDArray[np.float64]

MIN_PIXELS = 20
RESOLUTION_M = 0.001
MAX_SPREAD = 0.25  # relative to the depth; above, the mask covers two distant objects
_SIGMA = 1.4826  # ratio of standard to median absolute deviation of a normal distribution
_SIGMAS_KEPT = 3.0
_ALWAYS_KEPT = 0.02  # relative to the depth; sensor noise at a few metres
_MARGIN = 0.01  # relative to the image width; depth is unreliable this close to an edge
_LARGEST_MARGIN = 1 / 3  # relative to the distance from the edge to the innermost pixel
_EXTENT_QUANTILES = (0.01, 0.99)
_ENOUGH_PIXELS = 10_000  # larger masks are subsampled


class DepthError(ValueError):
    """Depth from which no position can be computed.

    Attributes:
        kind: the kind of fault, the same text for every image with this fault.
    """

    def __init__(self, kind: str, detail: str) -> None:
        """Build the message from the kind and the details."""
        super().__init__(f"{kind}: {detail}")
        self.kind = kind


@dataclass(frozen=True, eq=False)
class Pinhole:
    """Pinhole camera model with lens distortion.

    Attributes:
        matrix: (3, 3) camera matrix; focal lengths and principal point in pixels.
        distortion: OpenCV's coefficients (N,); empty or all zero for a rectified image.
    """

    matrix: FloatArray
    distortion: FloatArray

    def rays(self, x: FloatArray, y: FloatArray) -> FloatArray:
        """Return where the rays of pixels meet the plane 1 m in front of the camera.

        Args:
            x: (N,) columns, pixels.
            y: (N,) rows, pixels.

        Returns:
            (N, 2) x and y, metres.

        >>> camera = Pinhole(np.array([[100.0, 0, 32], [0, 100, 24], [0, 0, 1]]), np.zeros(5))
        >>> camera.rays(np.array([32.0, 82.0]), np.array([24.0, 14.0])).tolist()
        [[0.0, 0.0], [0.5, -0.1]]
        """
        pixels = np.stack([x, y], axis=-1).astype(np.float64)
        if self.distortion.any():
            undistorted = cv2.undistortPoints(pixels[:, None], self.matrix, self.distortion)
            return np.asarray(undistorted[:, 0], np.float64)
        focal = self.matrix[[0, 1], [0, 1]]
        rays: FloatArray = (pixels - self.matrix[:2, 2]) / focal
        return rays


@dataclass(frozen=True, eq=False)
class Position3D:
    """Position and extent of the visible surface of an object.

    Attributes:
        centre_m: (3,) centre of the surface.
        spread_m: robust standard deviation of the depth (1.4826 times the median absolute
            deviation), from thickness, slant and noise.
        low_m: (3,) lower bound along each axis, the 1 % quantile.
        high_m: (3,) upper bound along each axis, the 99 % quantile.
    """

    centre_m: FloatArray
    spread_m: float
    low_m: FloatArray
    high_m: FloatArray

    @property
    def box_centre_m(self) -> FloatArray:
        """Centre (3,) of the box from `low_m` to `high_m`."""
        centre: FloatArray = (self.low_m + self.high_m) / 2
        return centre

    @property
    def box_size_m(self) -> FloatArray:
        """Sides (3,) of that box."""
        size: FloatArray = self.high_m - self.low_m
        return size


def to_metres(pixels: NDArray[np.generic], near_m: float, far_m: float) -> Depth:
    """Convert a depth image to metres.

    Args:
        pixels: (H, W), integers in millimetres or floats in metres.
        near_m: minimum valid depth.
        far_m: maximum valid depth.

    Returns:
        (H, W) float32, NaN where the depth is invalid or missing.

    >>> to_metres(np.array([[0, 500, 60000]], np.uint16), 0.1, 10.0).tolist()
    [[nan, 0.5, nan]]
    """
    unit = 0.001 if np.issubdtype(pixels.dtype, np.integer) else 1.0
    depth_m: Depth = pixels.astype(np.float32) * np.float32(unit)
    # NaN fails every comparison; integer images encode missing depth as zero.
    depth_m[~((depth_m > 0) & (depth_m >= near_m) & (depth_m <= far_m))] = np.nan
    return depth_m


def object_position(mask: Mask, depth_m: Depth, camera: Pinhole) -> Position3D:
    """Estimate the centre and extent of the visible surface under a mask.

    1. Erode the mask, since depth near an object's edge mixes object and background. The margin is
       1 % of the image width, at most a third of the distance to the innermost pixel.
    2. Reject outliers: depths farther from the median than 3 standard deviations or 2 %.
    3. The centre's depth is the mean of the remaining depths.
    4. The centre's direction is the mean of the eroded mask's pixels without outliers. Pixels
       without depth count if they touch valid ones, so a sensor shadow does not shift the centre.
    5. The extent is that of the pixels of 4, before the erosion.

    The estimate is valid if more than half of the pixels with depth belong to the object. It is the
    centre of the visible surface; for a ball, that is a point between its front and its centre.

    Args:
        mask: (H, W) bool.
        depth_m: (H, W) float32 along the optical axis, NaN where missing.
        camera: model of the camera that took the mask's image.

    Raises:
        DepthError: there is too little depth, or it spreads over more than one object.
    """
    assert mask.shape == depth_m.shape, f"expected {mask.shape}, got {depth_m.shape}"
    window = _window(mask)
    inside, depth = mask[window], depth_m[window]
    core = _eroded(inside, _MARGIN * mask.shape[1] / window[0].step)
    known = depth[core & np.isfinite(depth)]
    if known.size < MIN_PIXELS:
        raise DepthError(
            "too little depth",
            f"expected {MIN_PIXELS} pixels or more under the eroded mask, got {known.size} valid "
            f"of {np.count_nonzero(core)}",
        )
    median, spread = _median_and_spread(known)
    if spread > MAX_SPREAD * median:
        raise DepthError(
            "too much spread",
            f"expected one object under the mask, got depth {median:.2f} m, spread {spread:.2f} m",
        )
    reach = max(_SIGMAS_KEPT * spread, _ALWAYS_KEPT * median)
    inliers = known[np.abs(known - median) <= reach]
    outlier = np.abs(depth - median) > reach  # false for NaN
    centre_pixel = _pixels(_without_holes(core & ~outlier, depth), window).mean(axis=0)
    ray = camera.rays(centre_pixel[:1], centre_pixel[1:])[0]
    centre = float(inliers.mean(dtype=np.float64)) * np.append(ray, 1.0)
    # At the mean depth where depth is missing: a sensor's shadow hides a side of the object.
    filled = np.where(np.isfinite(depth), depth, inliers.mean())
    low, high = _extent(_without_holes(inside & ~outlier, depth), filled, window, camera)
    require_finite("the position", centre, low, high)
    return Position3D(centre, _median_and_spread(inliers)[1], low, high)


def position_covariance(position: Position3D, camera: Pinhole) -> FloatArray:
    """Return the (3, 3) covariance of a position's centre, in square metres.

    It is s^2 r r^T + diag((z / fx)^2, (z / fy)^2, 0): along the ray r = centre / z, the spread s of
    the surface's depth, at least the `RESOLUTION_M` of depth in millimetres; across it, one pixel.
    The spread includes the surface's thickness and slant, so the centre's error is usually smaller.

    Args:
        position: of an object.
        camera: model of the camera.
    """
    z = position.centre_m[2]
    ray = position.centre_m / z
    along = max(position.spread_m, RESOLUTION_M) ** 2 * np.outer(ray, ray)
    pixel_m = z / camera.matrix[[0, 1], [0, 1]]
    covariance: FloatArray = along + np.diag([pixel_m[0] ** 2, pixel_m[1] ** 2, 0.0])
    return covariance


def require_finite(name: str, *values: FloatArray) -> None:
    """Check that numbers are finite.

    Raises:
        DepthError: a number is NaN or infinite.
    """
    for numbers in values:
        if not np.isfinite(numbers).all():
            raise DepthError(f"{name} is not finite", f"got {numbers.ravel().tolist()}")


def _extent(
    surface: Mask, depth: Depth, window: tuple[slice, slice], camera: Pinhole
) -> tuple[FloatArray, FloatArray]:
    """Return the lower and upper bounds (3,) of the surface's points."""
    pixels = _pixels(surface, window)
    rays = camera.rays(pixels[:, 0], pixels[:, 1])
    points = np.column_stack([rays, np.ones(len(rays))]) * depth[surface][:, None]
    low, high = np.quantile(points, _EXTENT_QUANTILES, axis=0)
    return low, high


def _window(mask: Mask) -> tuple[slice, slice]:
    """Return slices of the mask's box with a border of one; large masks have a step above 1."""
    x, y, width, height = bounding_box(mask) or (0, 0, 1, 1)
    step = max(1, math.ceil(math.sqrt(np.count_nonzero(mask) / _ENOUGH_PIXELS)))
    rows = slice(max(y - step, 0), min(y + height + step, mask.shape[0]), step)
    return rows, slice(max(x - step, 0), min(x + width + step, mask.shape[1]), step)


def _eroded(mask: Mask, margin: float) -> Mask:
    """Return the pixels farther from the mask's edge than the margin.

    The image border is not an edge of the mask.
    """
    distance = cv2.distanceTransform(mask.view(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    core: Mask = distance > min(margin, _LARGEST_MARGIN * float(distance.max()))
    return core


def _without_holes(mask: Mask, depth: Depth) -> Mask:
    """Remove the connected components of the mask that contain no valid depth."""
    _, components = cv2.connectedComponents(mask.view(np.uint8))
    with_depth = np.unique(components[mask & np.isfinite(depth)])
    remaining: Mask = mask & np.isin(components, with_depth)
    return remaining


def _median_and_spread(depths: NDArray[np.float32]) -> tuple[float, float]:
    median = float(np.median(depths))
    return median, _SIGMA * float(np.median(np.abs(depths - median)))


def _pixels(mask: Mask, window: tuple[slice, slice]) -> FloatArray:
    """Return the (N, 2) x and y, in the whole image, of the pixels of a window's mask."""
    rows, columns = np.nonzero(mask)
    x = columns * window[1].step + window[1].start
    y = rows * window[0].step + window[0].start
    return np.stack([x, y], axis=-1).astype(np.float64)
