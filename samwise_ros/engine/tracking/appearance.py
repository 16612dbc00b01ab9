"""The colours of an object and of its surroundings.

Colours distinguish one object from another, however both move. They need no training and no
network, and change little while an object moves, turns or is partly hidden. Object pointers of the
network were measured too: those of two objects that fit one sentence are as alike as those of one
object on two frames.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from samwise_ros.vision.masks import bounding_box

Shares = NDArray[np.float32]
"""(216,) float32: the share of pixels of each of 6x6x6 RGB colours, sum 1."""

COLOURS = 216
_LEVELS = 6
_MAX_PIXELS = 4096
_ADAPTATION = 0.1  # weight of a new frame: light and view change slowly
_REACH = 2.0  # of the surroundings, in lengths of the object's box
_MARGIN = 0.25  # between object and surroundings, in lengths of the object's box
_MIN_SHARE, _MIN_RATIO = 0.02, 3.0  # of a distinctive colour


@dataclass(frozen=True, eq=False)
class Appearance:
    """What an object looks like.

    Attributes:
        colours: of the object.
        surroundings: colours around the object on its last frame.
    """

    colours: Shares
    surroundings: Shares

    @classmethod
    def of(cls, image: NDArray[np.uint8], mask: NDArray[np.bool_]) -> "Appearance":
        """Return the appearance of the pixels under a mask.

        Args:
            image: (H, W, 3), RGB.
            mask: (H, W), not empty.
        """
        rows, columns = _window(mask, 0.0)
        colours = _shares(image[rows, columns][mask[rows, columns]])
        rows, columns = _window(mask, _REACH)
        # A mask is often smaller than its object.
        box = bounding_box(mask)
        assert box is not None
        margin = 1 + 2 * round(_MARGIN * max(box[2:]))
        grown = cv2.dilate(mask[rows, columns].view(np.uint8), np.ones((margin, margin), np.uint8))
        around = grown == 0
        return cls(colours, _shares(image[rows, columns][around]))

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

    def adapted(self, new: "Appearance") -> "Appearance":
        """Return the appearance after one more frame of the same object."""
        colours = (1 - _ADAPTATION) * self.colours + _ADAPTATION * new.colours
        return Appearance(colours.astype(np.float32), new.surroundings)

    def visible_share(self, image: NDArray[np.uint8], mask: NDArray[np.bool_]) -> float:
        """Return how much of the object is in view near its last place, as a share of its mask.

        Only colours that the object has and its surroundings hardly had are counted, less the
        pixels of the surroundings that had them. The share is 0 if there is no such colour.

        Source: histogram back-projection, M. J. Swain and D. H. Ballard, "Color indexing",
        International Journal of Computer Vision 7, 1991.

        Args:
            image: (H, W, 3), RGB.
            mask: (H, W), the last mask of the object.
        """
        distinctive = (self.colours > _MIN_SHARE) & (self.colours > _MIN_RATIO * self.surroundings)
        area = np.count_nonzero(mask)
        expected = float(self.colours[distinctive].sum()) * area
        if expected == 0.0:
            return 0.0
        rows, columns = _window(mask, _REACH)
        window = image[rows, columns].reshape(-1, 3)
        step = _step(len(window))
        found = int(np.count_nonzero(distinctive[_indices(window[::step])]))
        others = float(self.surroundings[distinctive].sum()) * (len(window) - area)
        return max(found * step - others, 0.0) / expected


def _window(mask: NDArray[np.bool_], reach: float) -> tuple[slice, slice]:
    """Return the box of a mask, extended by ``reach`` times its longer side."""
    box = bounding_box(mask)
    assert box is not None
    x, y, width, height = box
    margin = round(reach * max(width, height))
    return (
        slice(max(y - margin, 0), y + height + margin),
        slice(max(x - margin, 0), x + width + margin),
    )


def _step(count: int) -> int:
    return 1 + (count - 1) // _MAX_PIXELS


def _shares(pixels: NDArray[np.uint8]) -> Shares:
    if len(pixels) == 0:  # the mask fills its window
        return np.zeros(COLOURS, np.float32)
    indices = _indices(pixels[:: _step(len(pixels))])
    return (np.bincount(indices, minlength=COLOURS) / len(indices)).astype(np.float32)


def _indices(pixels: NDArray[np.uint8]) -> NDArray[np.int32]:
    levels = pixels.astype(np.int32) * _LEVELS // 256
    indices: NDArray[np.int32] = (levels[:, 0] * _LEVELS + levels[:, 1]) * _LEVELS + levels[:, 2]
    return indices
