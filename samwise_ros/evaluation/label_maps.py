"""An annotator's expressions as one answer, as Ref-DAVIS17 wants it.

Published results (ReferFormer, Wu et al., CVPR 2022, and those who follow it) are computed so: an
annotator's masks become one label map, in which each pixel belongs to one object at most; DAVIS's
evaluation of the unsupervised task scores it on all frames and assigns its labels to the objects;
J and F are averaged over an annotator's objects, and then over the four annotators.
"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray


def without_overlaps(masks: NDArray[np.bool_], scores: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Give each pixel that several masks claim to one of them.

    The published programs give it to the mask with the highest probability there. A streaming
    result has one probability for a whole mask, that its object is in view: the highest of these
    takes the pixel, the first of equal ones.

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


def assigned(expressions: Sequence[int], fit: Callable[[int, int], float]) -> dict[int, int]:
    """Find whose masks answer for each expression, so that all fit best together.

    Args:
        expressions: of one annotator.
        fit: how well what was found for one fits what another one means.

    Returns:
        From each expression to the one whose masks answer for it; each answers for one.

    >>> fits = {(0, 0): 0.9, (1, 1): 0.1, (1, 0): 0.7, (0, 1): 0.6}
    >>> assigned([0, 1], lambda said, meant: fits[said, meant])
    {0: 1, 1: 0}
    """
    # For each set of expressions that have answered for the first ones: the best order of them.
    best: dict[frozenset[int], tuple[float, tuple[int, ...]]] = {frozenset(): (0.0, ())}
    for meant in expressions:
        longer: dict[frozenset[int], tuple[float, tuple[int, ...]]] = {}
        for answered, (total, order) in best.items():
            for said in expressions:
                if said not in answered:
                    candidate = (total + fit(said, meant), (*order, said))
                    known = longer.get(answered | {said}, candidate)
                    longer[answered | {said}] = max(known, candidate)
        best = longer
    ((_, order),) = best.values()
    return dict(zip(expressions, order, strict=True))
