"""The overlay colours what it should, at any size, and leaves its input alone."""

import numpy as np
import pytest

from samwise_ros.vision.overlay import PALETTE, Layer, colour_of, draw_overlay


def layer(height: int, width: int, text: str = "the red mug", label: int = 1) -> Layer:
    mask = np.zeros((height, width), np.bool_)
    mask[height // 2 : -height // 5, width // 4 : width // 2] = True
    return Layer(mask, label, text, 0.93, "tracking")


@pytest.mark.parametrize("size", [(96, 128), (240, 320), (1080, 1920), (24, 32)])
def test_colours_the_mask_and_little_else(size: tuple[int, int]) -> None:
    image = np.full((*size, 3), 60, np.uint8)
    drawn = draw_overlay(image, [layer(*size)], alpha=0.5)
    assert drawn.shape == image.shape
    assert drawn.dtype == np.uint8
    assert (image == 60).all()
    row, column = int(size[0] * 0.65), int(size[1] * 0.375)
    expected = 30 + np.array(colour_of(1)) / 2
    np.testing.assert_allclose(drawn[row, column], expected, atol=1)
    np.testing.assert_array_equal(drawn[row, -2], [60, 60, 60])


def test_writes_white_on_dark() -> None:
    image = np.full((240, 320, 3), 250, np.uint8)
    drawn = draw_overlay(image, [layer(240, 320)])
    strip = drawn[:14, 40:]
    assert np.median(strip) < 90
    assert strip.max() > 200


def test_long_and_foreign_sentences_fit() -> None:
    image = np.zeros((96, 128, 3), np.uint8)
    for text in ("the " + "very " * 40 + "red mug", "la tasse bleutée ☕", ""):
        assert draw_overlay(image, [layer(96, 128, text)]).any()


def test_many_layers_leave_half_of_the_image_free() -> None:
    image = np.full((96, 128, 3), 200, np.uint8)
    nothing = np.zeros((96, 128), np.bool_)
    drawn = draw_overlay(image, [Layer(nothing, k + 1, "a ball") for k in range(20)])
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
        draw_overlay(image, [layer(24, 32)])
