"""Draws the targets of a frame onto its image."""

from collections.abc import Iterable

from samwise_ros.engine.types import Target
from samwise_ros.vision.overlay import DEFAULT_ALPHA, Image, OverlayItem, draw_overlay


def draw_targets(image: Image, targets: Iterable[Target], alpha: float = DEFAULT_ALPHA) -> Image:
    """Draw the mask, sentence, state and score of each target.

    Args:
        image: (H, W, 3) uint8, RGB; not modified.
        targets: the targets of this image, the later over the earlier.
        alpha: share of the label's colour in the tint, 0 to 1; 0 draws outlines only.

    Returns:
        (H, W, 3) uint8, RGB.

    Raises:
        ValueError: ``alpha`` is out of range or a mask is not of the image's size.
    """
    items = [
        OverlayItem(
            target.mask, target.label, target.sentence, target.score, target.state.name.lower()
        )
        for target in targets
    ]
    return draw_overlay(image, items, alpha)
