"""Label maps of an annotator's expressions, as in the evaluation of Ref-DAVIS17.

Published results (ReferFormer, Wu et al., CVPR 2022, and later work) merge an annotator's masks
into one label map, in which a pixel belongs to at most one object. The evaluation of DAVIS's
unsupervised task scores the map on all frames and assigns its labels to the objects. J and F are
averaged over an annotator's objects and then over the four annotators.
"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

LABEL_MAP_FORMAT = "ref_davis17"
"""Data set format whose results are label maps."""


def resolve_overlaps(masks: NDArray[np.bool_], scores: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Assign each pixel of overlapping masks to one mask.

    The published programs choose the mask with the highest probability at the pixel. A streaming
    result has one probability per mask and frame, that the object is in view. The mask with the
    highest one keeps the pixel; ties go to the first mask.

    Args:
        masks: (N, T, H, W) bool.
        scores: (N, T), probability that the object is in view.

    Returns:
        (N, T, H, W) bool.

    >>> masks = np.array([[[[True, True, False]]], [[[False, True, True]]]])
    >>> resolve_overlaps(masks, np.float32([[0.6], [0.9]])).astype(int).tolist()
    [[[[1, 0, 0]]], [[[0, 1, 1]]]]
    """
    pixel_scores = np.where(masks, scores[:, :, None, None], np.float32(-1))
    owner = pixel_scores.argmax(axis=0)
    owned: NDArray[np.bool_] = owner == np.arange(len(masks))[:, None, None, None]
    return masks & owned


def assign_masks(
    expressions: Sequence[int], similarity: Callable[[int, int], float]
) -> dict[int, int]:
    """Assign the masks of one annotator to the expressions with the highest total similarity.

    Args:
        expressions: indices of the annotator's expressions.
        similarity: similarity between the masks of the first expression and the objects of the
            second one.

    Returns:
        For each expression the expression whose masks are assigned to it; a permutation.

    >>> similarities = {(0, 0): 0.9, (1, 1): 0.1, (1, 0): 0.7, (0, 1): 0.6}
    >>> assign_masks([0, 1], lambda masks, target: similarities[masks, target])
    {0: 1, 1: 0}
    """
    # For each set of masks assigned to the first targets: the best total and its order.
    best: dict[frozenset[int], tuple[float, tuple[int, ...]]] = {frozenset(): (0.0, ())}
    for target in expressions:
        longer: dict[frozenset[int], tuple[float, tuple[int, ...]]] = {}
        for used, (total, order) in best.items():
            for masks in expressions:
                if masks not in used:
                    candidate = (total + similarity(masks, target), (*order, masks))
                    known = longer.get(used | {masks}, candidate)
                    longer[used | {masks}] = max(known, candidate)
        best = longer
    ((_, order),) = best.values()
    return dict(zip(expressions, order, strict=True))
