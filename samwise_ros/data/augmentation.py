"""What training does to a clip: it is mirrored, dyed and cut, and the sentence still holds.

Frames are (T, H, W, 3) uint8 RGB, masks (N, T, H, W) bool. All frames of a clip get the same, so
that what moves in it moves as before.
"""

import random
import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Frames = NDArray[np.uint8]
Masks = NDArray[np.bool_]

_SIDES = re.compile(r"\b(left|right)(?=(?:most)?\b)", re.IGNORECASE)
_GREY = np.array([0.299, 0.587, 0.114], np.float32)  # ITU-R BT.601


@dataclass(frozen=True)
class Augmentation:
    """How much to change.

    Attributes:
        flip_share: share of clips that are mirrored.
        jitter: brightness, contrast and saturation are multiplied by up to 1 plus and minus this.
        crop_share: share of clips of which a part is cut out.
        least_part: the shortest side of such a part, as a share of the image's.
    """

    flip_share: float = 0.5
    jitter: float = 0.2
    crop_share: float = 0.5
    least_part: float = 0.6

    def __post_init__(self) -> None:
        """Refuse values outside their range, with the reason."""
        for name in ("flip_share", "jitter", "crop_share"):
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f"{name}: expected 0 to 1, got {getattr(self, name)}")
        if not 0 < self.least_part <= 1:
            raise ValueError(f"least_part: expected more than 0, up to 1, got {self.least_part}")


def augmented(
    frames: Frames,
    masks: Masks,
    sentences: tuple[str, ...],
    augmentation: Augmentation,
    rng: random.Random,
) -> tuple[Frames, Masks, tuple[str, ...]]:
    """Change a clip by chance, within bounds.

    Returns:
        Frames, masks and sentences; smaller images where a part was cut out.
    """
    if rng.random() < augmentation.flip_share:
        frames, masks = frames[:, :, ::-1], masks[..., ::-1]
        sentences = tuple(mirrored_sentence(sentence) for sentence in sentences)
    if rng.random() < augmentation.crop_share:
        rows, columns = choose_part(masks, augmentation.least_part, rng)
        frames, masks = frames[:, rows, columns], masks[..., rows, columns]
    if augmentation.jitter:
        low, high = 1 - augmentation.jitter, 1 + augmentation.jitter
        frames = recoloured(frames, *(rng.uniform(low, high) for _ in range(3)))
    return np.ascontiguousarray(frames), np.ascontiguousarray(masks), sentences


def mirrored_sentence(sentence: str) -> str:
    """Let the words left and right change places, and so do leftmost and rightmost.

    >>> mirrored_sentence("Left cup that moves to the right, the leftmost bright one")
    'Right cup that moves to the left, the rightmost bright one'
    """
    return _SIDES.sub(lambda match: _other_side(match.group()), sentence)


def recoloured(frames: Frames, brightness: float, contrast: float, saturation: float) -> Frames:
    """Multiply the brightness, the distance from the mean grey and that from the pixel's grey.

    >>> recoloured(np.full((1, 1, 1, 3), 100, np.uint8), 1.5, 1.0, 1.0).tolist()
    [[[[150, 150, 150]]]]
    """
    pixels = frames.astype(np.float32) * brightness
    mean = float((pixels @ _GREY).mean())
    pixels = (pixels - mean) * contrast + mean
    grey = (pixels @ _GREY)[..., None]
    pixels = (pixels - grey) * saturation + grey
    return np.clip(np.rint(pixels), 0, 255).astype(np.uint8)


def choose_part(masks: Masks, least: float, rng: random.Random) -> tuple[slice, slice]:
    """Choose a part of the image in which every visible pixel of the masks stays in view.

    Args:
        masks: (N, T, H, W).
        least: the part's sides are at least this share of the image's; more where the objects
            reach farther apart.
        rng: where chance comes from.

    Returns:
        Its rows and its columns.
    """
    rows = np.flatnonzero(masks.any(axis=(0, 1, 3)))
    columns = np.flatnonzero(masks.any(axis=(0, 1, 2)))
    part = rng.uniform(least, 1)
    height, width = masks.shape[2:]
    return _choose_range(rows, height, part, rng), _choose_range(columns, width, part, rng)


def _other_side(word: str) -> str:
    other = "right" if word.lower() == "left" else "left"
    if word.isupper():
        return other.upper()
    return other.capitalize() if word[0].isupper() else other


def _choose_range(shown: NDArray[np.intp], length: int, part: float, rng: random.Random) -> slice:
    """A range of at least ``part`` of an axis of a length, in which all that is shown lies."""
    first, last = (int(shown[0]), int(shown[-1])) if len(shown) else (length, -1)
    size = max(round(part * length), last - first + 1, 1)
    start = rng.randint(max(last + 1 - size, 0), min(first, length - size))
    return slice(start, start + size)
