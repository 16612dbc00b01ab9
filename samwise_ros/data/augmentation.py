"""Augmentation of a clip: mirroring, colour jitter and cropping that keep the sentence true.

Frames are (T, H, W, 3) uint8 RGB, masks (N, T, H, W) bool. All frames of a clip are changed in the
same way, which preserves motion.
"""

import random
import re
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Frames = NDArray[np.uint8]
Masks = NDArray[np.bool_]
_Number = TypeVar("_Number", bound=np.generic)

# Not "left alone", "left and came back", "right next to" or "right behind".
_SIDES = re.compile(
    r"\b(?:(?:left(?! (?:alone|untouched|and came)\b)"
    r"|right(?! (?:next|beside|behind|in front|above|below|after|before|now|away)\b))"
    r"(?=(?:most|wards?|hand)?\b)"
    r"|(?:counter-?|anti-?)?clockwise\b)",
    re.IGNORECASE,
)
_OTHER_SIDES = {"left": "right", "right": "left", "clockwise": "counterclockwise"}
_PLACES = re.compile(
    r"\b(?:left|right|middle|cent(?:er|re)|top|bottom|upper|lower|front|back|behind|between|far"
    r"|near|closer|corner|edge|side|end|first|second|third|fourth|fifth|last|(?:left|right)hand"
    r"|\w+most|\w*(?:nearest|closest|farthest|furthest|largest|biggest|smallest|tallest|shortest))\b",
    re.IGNORECASE,
)
_GREY = np.array([0.299, 0.587, 0.114], np.float32)  # ITU-R BT.601


@dataclass(frozen=True)
class Augmentation:
    """Strength of the augmentation.

    Attributes:
        flip_probability: probability of mirroring a clip.
        jitter: brightness, contrast and saturation are each multiplied by a factor from
            ``1 - jitter`` to ``1 + jitter``.
        crop_probability: probability of cropping a clip.
        min_crop: smallest side of a crop, as a fraction of the image's side.
    """

    flip_probability: float = 0.5
    jitter: float = 0.2
    crop_probability: float = 0.5
    min_crop: float = 0.6

    def __post_init__(self) -> None:
        """Check the range of each value."""
        for name in ("flip_probability", "jitter", "crop_probability"):
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f"{name}: expected 0 to 1, got {getattr(self, name)}")
        if not 0 < self.min_crop <= 1:
            raise ValueError(f"min_crop: expected more than 0, up to 1, got {self.min_crop}")


@dataclass(frozen=True)
class View:
    """The part of a clip's images that an augmentation shows; the default is all of them.

    Attributes:
        flip: whether the images are mirrored.
        crop: first and last row (excluded), first and last column (excluded) of the mirrored
            images; ``None`` for all.
    """

    flip: bool = False
    crop: tuple[int, int, int, int] | None = None

    def apply(self, images: NDArray[_Number]) -> NDArray[_Number]:
        """Return the view of (..., H, W) images with one channel."""
        if self.flip:
            images = images[..., ::-1]
        if self.crop is None:
            return images
        top, bottom, left, right = self.crop
        return images[..., top:bottom, left:right]


def augment_clip(
    frames: Frames,
    masks: Masks,
    sentences: tuple[str, ...],
    augmentation: Augmentation,
    rng: random.Random,
) -> tuple[Frames, Masks, tuple[str, ...], View]:
    """Augment a clip at random.

    Returns:
        Frames, masks, sentences, and the view that they show. A cropped clip has smaller images.
    """
    view = View()
    if rng.random() < augmentation.flip_probability:
        view = View(flip=True)
        sentences = tuple(mirror_sentence(sentence) for sentence in sentences)
    if rng.random() < augmentation.crop_probability:
        rows, columns = choose_crop(view.apply(masks), augmentation.min_crop, rng)
        view = View(view.flip, (rows.start, rows.stop, columns.start, columns.stop))
    masks = view.apply(masks)
    frames = np.moveaxis(view.apply(np.moveaxis(frames, -1, 1)), 1, -1)
    if augmentation.jitter:
        low, high = 1 - augmentation.jitter, 1 + augmentation.jitter
        frames = change_colours(frames, *(rng.uniform(low, high) for _ in range(3)))
    return np.ascontiguousarray(frames), np.ascontiguousarray(masks), sentences, view


def mirror_sentence(sentence: str) -> str:
    """Swap the words left and right, and leftmost and rightmost.

    >>> mirror_sentence("Left cup that moves to the right, the leftmost bright one")
    'Right cup that moves to the left, the rightmost bright one'
    >>> mirror_sentence("the mug on the left that was left alone right next to the box")
    'the mug on the right that was left alone right next to the box'
    >>> mirror_sentence("the lefthand bird moving rightwards, turning clockwise right now")
    'the righthand bird moving leftwards, turning counterclockwise right now'
    """
    return _SIDES.sub(lambda match: _other_side(match.group()), sentence)


def depends_on_view(sentence: str) -> bool:
    """Return whether a sentence compares places or sizes, and can become false in a crop.

    >>> depends_on_view("the middle man"), depends_on_view("the man in a red shirt")
    (True, False)
    """
    return _PLACES.search(sentence) is not None


def change_colours(frames: Frames, brightness: float, contrast: float, saturation: float) -> Frames:
    """Multiply the brightness, the contrast (distance from the mean grey) and the saturation.

    >>> change_colours(np.full((1, 1, 1, 3), 100, np.uint8), 1.5, 1.0, 1.0).tolist()
    [[[[150, 150, 150]]]]
    """
    pixels = frames.astype(np.float32) * brightness
    mean = float((pixels @ _GREY).mean())
    pixels = (pixels - mean) * contrast + mean
    grey = (pixels @ _GREY)[..., None]
    pixels = (pixels - grey) * saturation + grey
    return np.clip(np.rint(pixels), 0, 255).astype(np.uint8)


def choose_crop(masks: Masks, min_crop: float, rng: random.Random) -> tuple[slice, slice]:
    """Choose a crop that contains every pixel of the masks.

    Args:
        masks: (N, T, H, W).
        min_crop: smallest side of the crop, as a fraction of the image's side. The crop is larger
            if the objects need more room.
        rng: source of randomness.

    Returns:
        Rows and columns of the crop.
    """
    rows = np.flatnonzero(masks.any(axis=(0, 1, 3)))
    columns = np.flatnonzero(masks.any(axis=(0, 1, 2)))
    fraction = rng.uniform(min_crop, 1)
    height, width = masks.shape[2:]
    return _choose_range(rows, height, fraction, rng), _choose_range(columns, width, fraction, rng)


def _other_side(word: str) -> str:
    other = _OTHER_SIDES.get(word.lower(), "clockwise")
    if word.isupper():
        return other.upper()
    return other.capitalize() if word[0].isupper() else other


def _choose_range(
    covered: NDArray[np.intp], length: int, fraction: float, rng: random.Random
) -> slice:
    """Choose a range of at least ``fraction`` of the axis that contains all covered indices."""
    first, last = (int(covered[0]), int(covered[-1])) if len(covered) else (length, -1)
    size = max(round(fraction * length), last - first + 1, 1)
    start = rng.randint(max(last + 1 - size, 0), min(first, length - size))
    return slice(start, start + size)
