"""The colours of an object and of its surroundings.

Colours distinguish one object from another, however both move. They need no training and no
network, and change little while an object moves, turns or is partly hidden. Object pointers of the
network were measured too: those of two objects that fit one sentence are as alike as those of one
object on two frames.
"""

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from samwise_ros.vision.masks import bounding_box, touches_border

Shares = NDArray[np.float32]
"""(512,) float32: the share of pixels of each of 8x8x8 RGB colours, sum 1."""

COLOURS = 512
_LEVELS = 8
_FINE, _FINE_SHIFT = 32, 3  # levels of a channel before the interpolation
_MAX_PIXELS = 4096
_MIN_SAMPLES = 64  # of a mask, if it has more pixels
_ADAPTATION = 0.1  # weight of a new frame: light and view change slowly
_REACH = 2.0  # of the surroundings, in lengths of the object's box
_MARGIN = 0.25  # between object and surroundings, in lengths of the object's box
_MIN_SHARE, _MIN_RATIO = 0.03, 10.0  # of a distinctive colour
_TINT_LEVELS = 12
_MAX_GAIN = 3.0  # of the light
_MAX_SURPLUS = 1.5  # of the pixels of distinctive colours: more belong to something else


@dataclass(frozen=True, eq=False)
class Appearance:
    """What an object looks like.

    Attributes:
        colours: of the object.
        surroundings: colours around the object on its last frame.
        area: of the object, pixels.
    """

    colours: Shares
    surroundings: Shares
    area: float

    @classmethod
    def of(cls, image: NDArray[np.uint8], mask: NDArray[np.bool_]) -> "Appearance":
        """Return the appearance of the pixels under a mask.

        Args:
            image: (H, W, 3), RGB.
            mask: (H, W), not empty.
        """
        colours = _shares(_pixels(image, mask))
        window = _window(mask, _REACH)
        sampled = np.ascontiguousarray(mask[window])
        # A mask is often smaller than its object.
        box = bounding_box(mask)
        assert box is not None
        margin = 1 + 2 * round(_MARGIN * max(box[2:]) / _distance(window))
        grown = cv2.dilate(sampled.view(np.uint8), np.ones((margin, margin), np.uint8))
        return cls(colours, _shares(image[window][grown == 0]), float(np.count_nonzero(mask)))

    def likeness(self, other: "Appearance") -> float:
        """Return the squared Bhattacharyya coefficient of the colours of two objects, 0 to 1.

        If a share of a mask's pixels has the colours of an object, and the rest has others, the
        likeness of mask and object is that share. Over one half means: most of the mask is on the
        object.

        Source: A. Bhattacharyya, Bulletin of the Calcutta Mathematical Society 35, 1943; used for
        tracking by D. Comaniciu et al., "Real-time tracking of non-rigid objects using mean
        shift", CVPR 2000.
        """
        return float(np.sqrt(self.colours * other.colours).sum()) ** 2

    def tint_likeness(self, other: "Appearance") -> float:
        """Return the likeness of the tints, colours without their brightness, 0 to 1.

        A shadow leaves the tint. White, grey and black have the same one.
        """
        return float(np.sqrt((_TINTS @ self.colours) * (_TINTS @ other.colours)).sum()) ** 2

    def share_of_part(self, part: "Appearance") -> float:
        """Return the share of a part's pixels that the object can have, 0 to 1.

        A part of an object has not all of its colours, and none more often than the object.

        Source: histogram intersection, M. J. Swain and D. H. Ballard, "Color indexing",
        International Journal of Computer Vision 7, 1991.
        """
        common = np.minimum(self.area * self.colours, part.area * part.colours)
        return float(common.sum()) / part.area

    def relit(self, image: NDArray[np.uint8], mask: NDArray[np.bool_]) -> "Appearance":
        """Return what the pixels under a mask look like when they are as bright as this object.

        Args:
            image: (H, W, 3), RGB.
            mask: (H, W), not empty.
        """
        levels = (np.arange(_LEVELS) + 0.5) * 256 / _LEVELS
        shares = self.colours.reshape(_LEVELS, _LEVELS, _LEVELS)
        own = sum(float(shares.sum(axis=axes) @ levels) for axes in ((1, 2), (0, 2), (0, 1))) / 3
        pixels = _pixels(image, mask).astype(np.float32)
        gain = np.clip(own / max(float(pixels.mean()), 1.0), 1 / _MAX_GAIN, _MAX_GAIN)
        colours = _shares(np.clip(pixels * gain, 0, 255).astype(np.uint8))
        return Appearance(colours, self.surroundings, float(np.count_nonzero(mask)))

    def replaced(self, new: "Appearance") -> "Appearance":
        """Return the appearance of the same object that has changed at once, as in other light."""
        return Appearance(new.colours, new.surroundings, max(self.area, new.area))

    def adapted(self, new: "Appearance") -> "Appearance":
        """Return the appearance after one more frame of the same object."""
        colours = (1 - _ADAPTATION) * self.colours + _ADAPTATION * new.colours
        # The visible part of an object that is being hidden shrinks fast.
        area = max((1 - _ADAPTATION) * self.area + _ADAPTATION * new.area, new.area)
        return Appearance(colours.astype(np.float32), new.surroundings, area)

    def visible_share(self, image: NDArray[np.uint8], mask: NDArray[np.bool_]) -> float:
        """Return how much of the object is in view near its last place, as a share of its mask.

        Only colours that the object has and its surroundings hardly had are counted: the pixels
        that the surroundings do not explain, and of each colour at most as many as the object has.
        The share is 0 if there is no such colour, and if far more pixels than the object's have
        such colours: then something else is in view, which may cover the object.

        An object at the border of the image may leave it, and is only looked for at its place.

        Source: histogram intersection, see `share_of_part`.

        Args:
            image: (H, W, 3), RGB.
            mask: (H, W), the last mask of the object.
        """
        distinctive = (self.colours > _MIN_SHARE) & (self.colours > _MIN_RATIO * self.surroundings)
        if not distinctive.any():
            return 0.0
        window = _window(mask, 0.0 if touches_border(mask) else _REACH)
        pixels = image[window].reshape(-1, 3)
        area = np.count_nonzero(mask) / _distance(window) ** 2
        own = area * self.colours[distinctive]
        others = (len(pixels) - area) * self.surroundings[distinctive]
        found = np.maximum(len(pixels) * _shares(pixels)[distinctive] - others, 0.0)
        # The last mask may be a sliver of the object.
        whole = max(area, self.area / _distance(window) ** 2)
        if found.sum() > _MAX_SURPLUS * whole * self.colours[distinctive].sum():
            return 0.0
        return float(np.minimum(found, own).sum() / own.sum())


def _pixels(image: NDArray[np.uint8], mask: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """Return samples (N, 3) of the pixels under a mask."""
    window = _window(mask, 0.0)
    if np.count_nonzero(mask[window]) < _MIN_SAMPLES:  # thinner than their distance
        window = _all_pixels(window)
    return image[window][mask[window]]


def _window(mask: NDArray[np.bool_], reach: float) -> tuple[slice, slice]:
    """Return samples of the box of a mask, extended by ``reach`` times its longer side.

    There are about `_MAX_PIXELS` samples at most, at equal distances, so that the time does not
    depend on the size of the image.
    """
    box = bounding_box(mask)
    assert box is not None
    x, y, width, height = box
    margin = round(reach * max(width, height))
    left, top = max(x - margin, 0), max(y - margin, 0)
    right, bottom = min(x + width + margin, mask.shape[1]), min(y + height + margin, mask.shape[0])
    distance = math.ceil(math.sqrt((bottom - top) * (right - left) / _MAX_PIXELS))
    return slice(top, bottom, distance), slice(left, right, distance)


def _distance(window: tuple[slice, slice]) -> int:
    """Return the distance of the samples of a window, pixels."""
    return int(window[0].step)


def _all_pixels(window: tuple[slice, slice]) -> tuple[slice, slice]:
    """Return a window with all pixels of its box."""
    rows, columns = window
    return slice(rows.start, rows.stop), slice(columns.start, columns.stop)


def _shares(pixels: NDArray[np.uint8]) -> Shares:
    """Return the shares of pixels (N, 3), each pixel shared between the colours next to its own.

    With a limit between two colours, a little more light would change the colour of a plain object.
    """
    if len(pixels) == 0:  # the mask fills its window
        return np.zeros(COLOURS, np.float32)
    fine = (pixels >> _FINE_SHIFT).astype(np.int32)
    indices = (fine[:, 0] * _FINE + fine[:, 1]) * _FINE + fine[:, 2]
    counts = np.bincount(indices, minlength=_FINE**3) / len(pixels)
    shares = counts.astype(np.float32).reshape(_FINE, _FINE, _FINE)
    for _ in range(3):  # each step replaces the first axis and moves it to the end
        shares = np.tensordot(shares, _NEIGHBOURS, (0, 1))
    return shares.reshape(COLOURS)


def _neighbours() -> NDArray[np.float32]:
    """Return the linear interpolation (8, 32) from fine levels of a channel to coarse ones."""
    position = np.linspace(0, _LEVELS - 1, _FINE)
    distance = np.abs(position[None] - np.arange(_LEVELS)[:, None])
    weights: NDArray[np.float32] = np.maximum(1 - distance, 0).astype(np.float32)
    return weights


_NEIGHBOURS = _neighbours()


def _tints() -> NDArray[np.float32]:
    """Return the weights (144, 512) of tints, 12x12 shares of red and green, in each colour."""
    levels = (np.arange(_LEVELS) + 0.5) / _LEVELS
    rgb = np.stack(np.meshgrid(levels, levels, levels, indexing="ij"), -1).reshape(-1, 3)
    places = (_TINT_LEVELS - 1) * rgb[:, :2] / rgb.sum(1, keepdims=True)
    axis = np.arange(_TINT_LEVELS)[:, None]
    red, green = (np.maximum(1 - np.abs(axis - place), 0) for place in places.T)  # interpolated
    weights: NDArray[np.float32] = (red[:, None] * green[None]).reshape(-1, COLOURS)
    return weights.astype(np.float32)


_TINTS = _tints()
