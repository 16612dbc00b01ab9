"""The overlay colours what it should, at any size, and leaves its input alone."""

import cv2
import numpy as np
import pytest

from samwise_ros.vision.overlay import PALETTE, OverlayItem, colour_of, draw_overlay

# What sentences call colours.
NAMED = {
    "red": (200, 40, 40),
    "orange": (240, 140, 20),
    "yellow": (240, 220, 50),
    "green": (30, 150, 60),
    "blue": (30, 80, 200),
    "purple": (120, 40, 160),
    "pink": (240, 140, 180),
    "brown": (120, 70, 30),
    "white": (245, 245, 245),
    "gray": (128, 128, 128),
    "black": (20, 20, 20),
}


def item(height: int, width: int, text: str = "the red mug", label: int = 1) -> OverlayItem:
    mask = np.zeros((height, width), np.bool_)
    mask[height // 2 : -height // 5, width // 4 : width // 2] = True
    return OverlayItem(mask, label, text, 0.93, "tracking")


@pytest.mark.parametrize("size", [(96, 128), (240, 320), (1080, 1920), (24, 32)])
def test_colours_the_mask_and_little_else(size: tuple[int, int]) -> None:
    image = np.full((*size, 3), 60, np.uint8)
    drawn = draw_overlay(image, [item(*size)], alpha=0.5)
    assert drawn.shape == image.shape
    assert drawn.dtype == np.uint8
    assert (image == 60).all()
    row, column = int(size[0] * 0.65), int(size[1] * 0.375)
    expected = 30 + np.array(colour_of(1)) / 2
    np.testing.assert_allclose(drawn[row, column], expected, atol=1)
    np.testing.assert_array_equal(drawn[row, -2], [60, 60, 60])


def lab(colours: object) -> np.ndarray:
    """(N, 3) RGB of 0 to 255 in CIELAB, where distances are those that people see."""
    rgb = np.asarray(colours, np.float32).reshape(1, -1, 3) / 255
    return cv2.cvtColor(rgb, cv2.COLOR_RGB2LAB)[0]


@pytest.mark.parametrize("label", range(1, len(PALETTE) + 1))
def test_object_keeps_the_colour_that_a_sentence_names(label: int) -> None:
    for name, colour in NAMED.items():
        image = np.full((120, 160, 3), colour, np.uint8)
        one = item(120, 160, label=label)
        inside = draw_overlay(image, [one])[one.mask]
        assert (inside == inside[0]).all(), "the outline covers the object"
        distances = np.linalg.norm(lab(list(NAMED.values())) - lab(inside[0]), axis=1)
        assert list(NAMED)[distances.argmin()] == name


@pytest.mark.parametrize("label", range(1, len(PALETTE) + 1))
@pytest.mark.parametrize("size", [(120, 160), (480, 640)])
def test_outline_differs_from_any_background(label: int, size: tuple[int, int]) -> None:
    one = item(*size, label=label)
    around = cv2.dilate(one.mask.view(np.uint8), np.ones((9, 9), np.uint8)) > one.mask
    for colour in (*NAMED.values(), *PALETTE):
        image = np.full((*size, 3), colour, np.uint8)
        changed = lab(draw_overlay(image, [one])[around]) - lab(colour)
        assert np.linalg.norm(changed, axis=1).max() > 40


def test_writes_white_on_dark() -> None:
    image = np.full((240, 320, 3), 250, np.uint8)
    drawn = draw_overlay(image, [item(240, 320)])
    strip = drawn[:14, 40:]
    assert np.median(strip) < 90
    assert strip.max() > 200


def test_long_and_foreign_sentences_fit() -> None:
    image = np.zeros((96, 128, 3), np.uint8)
    for text in ("the " + "very " * 40 + "red mug", "la tasse bleutée ☕", ""):
        assert draw_overlay(image, [item(96, 128, text)]).any()


def test_many_layers_leave_half_of_the_image_free() -> None:
    image = np.full((96, 128, 3), 200, np.uint8)
    nothing = np.zeros((96, 128), np.bool_)
    drawn = draw_overlay(image, [OverlayItem(nothing, k + 1, "a ball") for k in range(20)])
    np.testing.assert_array_equal(drawn[50:], image[50:])


def test_nothing_to_draw_changes_nothing() -> None:
    image = np.full((96, 128, 3), 200, np.uint8)
    np.testing.assert_array_equal(draw_overlay(image, []), image)


def test_colours_repeat_after_the_palette() -> None:
    assert len(set(PALETTE)) == len(PALETTE)
    assert colour_of(1) == colour_of(1 + len(PALETTE)) == PALETTE[0]


def test_refuses_what_does_not_fit() -> None:
    image = np.zeros((96, 128, 3), np.uint8)
    with pytest.raises(ValueError, match="alpha"):
        draw_overlay(image, [], alpha=1.5)
    with pytest.raises(ValueError, match="expected a mask"):
        draw_overlay(image, [item(24, 32)])
