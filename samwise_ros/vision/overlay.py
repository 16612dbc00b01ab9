"""Draws targets onto an image: an outline and a light tint for each mask, and a line of text.

Sentences name colours. The tint is therefore light, and the outline lies outside the mask: the
object keeps its own colour.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]
Colour = tuple[int, int, int]

#: Okabe and Ito's colours, distinguishable with any colour vision; in the order of labels.
PALETTE: tuple[Colour, ...] = (
    (230, 159, 0),
    (86, 180, 233),
    (0, 158, 115),
    (240, 228, 66),
    (0, 114, 178),
    (213, 94, 0),
    (204, 121, 167),
)
#: Share of the label's colour in the tint of a mask.
DEFAULT_ALPHA = 0.15

_FONT = cv2.FONT_HERSHEY_SIMPLEX
_LETTER_HEIGHT = 22  # pixels of a capital at font scale 1
_ROW = 1.9  # row height over letter height


@dataclass(frozen=True, eq=False)
class OverlayItem:
    """One target to draw.

    Attributes:
        mask: (H, W) bool.
        label: 1 to 254, chooses the colour.
        text: the sentence.
        score: probability that the object is in view, 0 to 1; ``None`` leaves it out.
        state: such as ``tracking``; empty leaves it out.
    """

    mask: NDArray[np.bool_]
    label: int
    text: str
    score: float | None = None
    state: str = ""


def colour_of(label: int) -> Colour:
    """Return the colour of a label: red, green, blue, 0 to 255."""
    return PALETTE[(label - 1) % len(PALETTE)]


def draw_overlay(image: Image, items: Sequence[OverlayItem], alpha: float = DEFAULT_ALPHA) -> Image:
    """Draw the tint, the outline and the line of text of each item.

    Args:
        image: (H, W, 3) uint8, RGB; not modified.
        items: what to draw, the later over the earlier.
        alpha: share of the label's colour in the tint, 0 to 1; 0 draws outlines only.

    Returns:
        (H, W, 3) uint8, RGB.

    Raises:
        ValueError: ``alpha`` is out of range or a mask is not of the image's size.
    """
    if not 0 <= alpha <= 1:
        raise ValueError(f"alpha: expected 0 to 1, got {alpha}")
    result = image.copy()
    for item in items:
        if item.mask.shape != image.shape[:2]:
            raise ValueError(f"expected a mask of {image.shape[:2]}, got {item.mask.shape}")
        _colour(result, item, alpha)
    _write(result, items)
    return result


def _colour(image: Image, item: OverlayItem, alpha: float) -> None:
    """Draw the tint and the outline; only the box of the mask is blended, to save time."""
    plane = item.mask.view(np.uint8)
    x, y, width, height = cv2.boundingRect(plane)
    if width == 0:
        return
    colour = colour_of(item.label)
    region = image[y : y + height, x : x + width]
    inside = item.mask[y : y + height, x : x + width]
    tint = np.array(colour, np.float32) * alpha
    tinted = (region[inside] * (1 - alpha) + tint + 0.5).astype(np.uint8)
    thickness = max(1, round(image.shape[0] / 240))
    outlines, _ = cv2.findContours(plane, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    # Two lines of opposite brightness: one of them differs from any background.
    for shade, wide in ((_opposite(colour), thickness + 1), (colour, thickness)):
        cv2.drawContours(image, outlines, -1, shade, 2 * wide + 1, cv2.LINE_AA)
    region[inside] = tinted


def _opposite(colour: Colour) -> Colour:
    """Return black for a bright colour and white for a dark one."""
    red, green, blue = colour
    brightness = 0.299 * red + 0.587 * green + 0.114 * blue
    return (0, 0, 0) if brightness > 128 else (255, 255, 255)


def _write(image: Image, items: Sequence[OverlayItem]) -> None:
    """Draw a dark strip at the top with one row for each item, at most half of the image."""
    height, width = image.shape[:2]
    letter = max(6.0, 0.028 * height)
    row = round(letter * _ROW)
    rows = items[: max(1, height // (2 * row))]
    if not rows:
        return
    strip = image[: row * len(rows)]
    strip[:] = strip * np.float32(0.3)
    square = round(letter)
    for index, item in enumerate(rows):
        top = index * row + (row - square) // 2
        corner = (square // 2 + square, top + square)
        cv2.rectangle(image, (square // 2, top), corner, colour_of(item.label), cv2.FILLED)
        _write_row(image, item, (square * 2 + 2, top + square), width - 2, letter)


def _write_row(
    image: Image, item: OverlayItem, origin: tuple[int, int], right: int, letter: float
) -> None:
    """Draw the sentence at the left, and the state and score at the right."""
    scale = letter / _LETTER_HEIGHT
    weight = max(1, round(letter / 12))
    known = "" if item.score is None else f"{item.score:.2f}"
    known = f"{item.state} {known}".strip()
    end = right - _text_width(known, scale, weight) - round(letter / 2)
    if end < origin[0] + 4 * letter:
        known, end = "", right  # no room for both: the sentence matters more
    # The font knows ASCII only and would draw several marks for every other letter.
    sentence = item.text.encode("ascii", "replace").decode()
    sentence = _fitted(sentence, end - origin[0], scale, weight)
    start = (right - _text_width(known, scale, weight), origin[1])
    for text, place in ((sentence, origin), (known, start)):
        cv2.putText(image, text, place, _FONT, scale, (255, 255, 255), weight, cv2.LINE_AA)


def _fitted(text: str, room: int, scale: float, weight: int) -> str:
    """Return the text, shortened if it is wider than the room."""
    if _text_width(text, scale, weight) <= room:
        return text
    while text and _text_width(text + "..", scale, weight) > room:
        text = text[:-1]
    return text.rstrip() + ".."


def _text_width(text: str, scale: float, weight: int) -> int:
    return int(cv2.getTextSize(text, _FONT, scale, weight)[0][0])
