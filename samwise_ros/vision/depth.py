"""Where in space a mask's object is, from depth that lies over the same image.

Places are metres in the camera's optical frame: x to the right, y down, z ahead. Pixels are (x, y)
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
MAX_SPREAD = 0.25  # of the depth: more, and the mask holds two things far apart
_SIGMA = 1.4826  # standard deviation over median absolute deviation, of a normal distribution
_SIGMAS_KEPT = 3.0
_ALWAYS_KEPT = 0.02  # of the depth: sensors are no better than this at a few metres
_MARGIN = 0.01  # of the image's width: how far depth is smeared over an edge
_LARGEST_MARGIN = 1 / 3  # of the way from the edge to the mask's innermost pixel
_EXTENT_QUANTILES = (0.02, 0.98)
_ENOUGH_PIXELS = 10_000  # of a mask: more tell no more


class DepthError(ValueError):
    """Depth that gives no place.

    Attributes:
        kind: what is wrong, in the same words for every image with the same fault.
    """

    def __init__(self, kind: str, detail: str) -> None:
        """Join the kind and what was expected and got."""
        super().__init__(f"{kind}: {detail}")
        self.kind = kind


@dataclass(frozen=True, eq=False)
class Pinhole:
    """How a camera maps space to pixels.

    Attributes:
        matrix: (3, 3), focal lengths and principal point in pixels.
        distortion: OpenCV's coefficients; none, or all zero, for a rectified image.
    """

    matrix: FloatArray
    distortion: FloatArray

    def rays(self, x: FloatArray, y: FloatArray) -> FloatArray:
        """Give where the rays of pixels pass at 1 m ahead.

        Args:
            x: (N,) columns.
            y: (N,) rows.

        Returns:
            (N, 2) x and y, metres.

        >>> camera = Pinhole(np.array([[100.0, 0, 32], [0, 100, 24], [0, 0, 1]]), np.zeros(5))
        >>> camera.rays(np.array([32.0, 82.0]), np.array([24.0, 14.0])).tolist()
        [[0.0, 0.0], [0.5, -0.1]]
        """
        pixels = np.stack([x, y], axis=-1).astype(np.float64)
        if self.distortion.any():
            found = cv2.undistortPoints(pixels[:, None], self.matrix, self.distortion)
            return np.asarray(found[:, 0], np.float64)
        focal = self.matrix[[0, 1], [0, 1]]
        rays: FloatArray = (pixels - self.matrix[:2, 2]) / focal
        return rays


@dataclass(frozen=True, eq=False)
class Position3D:
    """Where the visible surface of an object is.

    Attributes:
        centre_m: (3,) its middle.
        spread_m: of the depths there, as a standard deviation (1.4826 times their median
            absolute deviation): thickness, slant and noise together.
        low_m: (3,) where it begins along each axis, without the outermost 2 %.
        high_m: (3,) where it ends.
    """

    centre_m: FloatArray
    spread_m: float
    low_m: FloatArray
    high_m: FloatArray


def to_metres(pixels: NDArray[np.generic], near_m: float, far_m: float) -> Depth:
    """Give depth in metres, NaN where there is none.

    Args:
        pixels: (H, W) of an integer type in millimetres, or of a float type in metres.
        near_m: what is nearer is none.
        far_m: what is farther is none.

    Returns:
        (H, W) float32.

    >>> to_metres(np.array([[0, 500, 60000]], np.uint16), 0.1, 10.0).tolist()
    [[nan, 0.5, nan]]
    """
    unit = 0.001 if np.issubdtype(pixels.dtype, np.integer) else 1.0
    depth_m: Depth = pixels.astype(np.float32) * np.float32(unit)
    # NaN fails every comparison; zero is how whole numbers say that there is none.
    depth_m[~((depth_m > 0) & (depth_m >= near_m) & (depth_m <= far_m))] = np.nan
    return depth_m


def object_position(mask: Mask, depth_m: Depth, camera: Pinhole) -> Position3D:
    """Find the middle of the surface that is seen under a mask.

    The mask is eroded, since depth at an object's edge is the background's or a mixture: by 1 % of
    the image's width, yet by no more than a third of the way to its innermost pixel, so that a
    thin object remains. The median of the depths there says where the object is: what lies farther
    from it than three times the spread (or 2 % of it) is something else that the mask took in. The
    depth of the middle is the mean of the rest. Its direction is that of the mean of the eroded
    mask's pixels, again without what lies elsewhere, but with the holes beside
    what does not: no depth says nothing against the mask, and a shadow of the depth sensor on one
    side does not move the middle.

    It is right while more than half of the valid pixels are the object's, and it is the middle of
    what is seen: of a ball, a point between its front and its core.

    Args:
        mask: (H, W) bool.
        depth_m: (H, W) metres along the optical axis, NaN where there is none.
        camera: of the mask's image.

    Returns:
        The place.

    Raises:
        DepthError: too little depth is known, or it spreads over more than one thing.
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
            f"expected one thing under the mask, got {median:.2f} m, spread {spread:.2f} m",
        )
    reach = max(_SIGMAS_KEPT * spread, _ALWAYS_KEPT * median)
    own = known[np.abs(known - median) <= reach]
    elsewhere = np.abs(depth - median) > reach  # false for NaN: a hole is not elsewhere
    direction = _pixels(_joined(core & ~elsewhere, depth), window).mean(axis=0, keepdims=True)
    ray = camera.rays(direction[:, 0], direction[:, 1])[0]
    surface = inside & ~elsewhere & np.isfinite(depth)
    pixels = _pixels(surface, window)
    rays = camera.rays(pixels[:, 0], pixels[:, 1])
    points = np.column_stack([rays, np.ones(len(rays))]) * depth[surface][:, None]
    low, high = np.quantile(points, _EXTENT_QUANTILES, axis=0)
    centre = float(own.mean(dtype=np.float64)) * np.append(ray, 1.0)
    return Position3D(centre, _median_and_spread(own)[1], low, high)


def _window(mask: Mask) -> tuple[slice, slice]:
    """The mask's pixels and one around, where the image has one; of a large mask every n-th."""
    x, y, width, height = bounding_box(mask) or (0, 0, 1, 1)
    step = max(1, math.ceil(math.sqrt(np.count_nonzero(mask) / _ENOUGH_PIXELS)))
    rows = slice(max(y - step, 0), min(y + height + step, mask.shape[0]), step)
    return rows, slice(max(x - step, 0), min(x + width + step, mask.shape[1]), step)


def _eroded(mask: Mask, margin: float) -> Mask:
    """The pixels farther from the mask's edge than the margin; the image's edge is none."""
    distance = cv2.distanceTransform(mask.view(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    core: Mask = distance > min(margin, _LARGEST_MARGIN * float(distance.max()))
    return core


def _joined(mask: Mask, depth: Depth) -> Mask:
    """The mask without its parts that are holes through and through."""
    _, parts = cv2.connectedComponents(mask.view(np.uint8))
    joined: Mask = mask & np.isin(parts, np.unique(parts[mask & np.isfinite(depth)]))
    return joined


def _median_and_spread(depths: NDArray[np.float32]) -> tuple[float, float]:
    median = float(np.median(depths))
    return median, _SIGMA * float(np.median(np.abs(depths - median)))


def _pixels(mask: Mask, window: tuple[slice, slice]) -> FloatArray:
    """The (N, 2) x and y, in the whole image, of the pixels of a window's mask."""
    rows, columns = np.nonzero(mask)
    x = columns * window[1].step + window[1].start
    y = rows * window[0].step + window[0].start
    return np.stack([x, y], axis=-1).astype(np.float64)
