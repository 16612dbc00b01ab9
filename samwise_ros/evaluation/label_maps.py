"""Masks that share no pixel, as in an image that says whose each pixel is."""

import numpy as np
from numpy.typing import NDArray


def without_overlaps(masks: NDArray[np.bool_], scores: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Give each pixel that several masks claim to one of them.

    Ref-DAVIS17 wants this of an annotator's expressions. The published programs give a pixel to
    the mask with the highest probability there; a streaming result has one probability for a whole
    mask, that its object is in view, and the highest of these takes the pixel, the first of equal
    ones.

    Args:
        masks: (N, T, H, W) bool.
        scores: (N, T), probability that the object is in view.

    Returns:
        (N, T, H, W) bool.

    >>> masks = np.array([[[[True, True, False]]], [[[False, True, True]]]])
    >>> without_overlaps(masks, np.float32([[0.6], [0.9]])).astype(int).tolist()
    [[[[1, 0, 0]]], [[[0, 1, 1]]]]
    """
    claims = np.where(masks, scores[:, :, None, None], np.float32(-1))
    owner = claims.argmax(axis=0)
    mine: NDArray[np.bool_] = owner == np.arange(len(masks))[:, None, None, None]
    return masks & mine
