"""Augmentation keeps frames, masks and sentence consistent."""

import random

import numpy as np
import pytest

from samwise_ros.data.augmentation import (
    Augmentation,
    View,
    augment_clip,
    change_colours,
    choose_crop,
    mirror_sentence,
)

UNCHANGED = Augmentation(flip_probability=0, jitter=0, crop_probability=0)


@pytest.fixture
def clip() -> tuple[np.ndarray, np.ndarray]:
    """Two frames in which only the object's pixels are red."""
    masks = np.zeros((1, 2, 60, 80), bool)
    masks[0, 0, 8:18, 6:24] = masks[0, 1, 12:22, 12:30] = True
    frames = np.full((2, 60, 80, 3), 90, np.uint8)
    frames[masks[0]] = (250, 10, 10)
    return frames, masks


def red(frames: np.ndarray) -> np.ndarray:
    pixels = frames.astype(int)
    return pixels[..., 0] > pixels[..., 1] + 60


def test_augmentation_is_reproducible(clip: tuple[np.ndarray, np.ndarray]) -> None:
    first, second = (augment_clip(*clip, ("a",), Augmentation(), random.Random(3)) for _ in "ab")
    for array, other in zip(first[:2], second[:2], strict=True):
        np.testing.assert_array_equal(array, other)


def test_frames_and_masks_change_together(clip: tuple[np.ndarray, np.ndarray]) -> None:
    sizes, found = set(), set()
    for seed in range(60):
        frames, masks, sentences, view = augment_clip(
            *clip, ("left one",), Augmentation(crop_probability=0.7), random.Random(seed)
        )
        np.testing.assert_array_equal(red(frames), masks[0])
        np.testing.assert_array_equal(view.apply(clip[1]), masks)
        assert masks.sum() == clip[1].sum()
        sizes.add(frames.shape)
        found.update(sentences)
    assert len(sizes) > 10
    assert found == {"left one", "right one"}


def test_zero_probabilities_change_nothing(clip: tuple[np.ndarray, np.ndarray]) -> None:
    frames, masks, sentences, view = augment_clip(*clip, ("left",), UNCHANGED, random.Random(0))
    np.testing.assert_array_equal(frames, clip[0])
    np.testing.assert_array_equal(masks, clip[1])
    assert sentences == ("left",)
    assert view == View()


def test_flip_mirrors_frames_and_masks(clip: tuple[np.ndarray, np.ndarray]) -> None:
    mirror = Augmentation(flip_probability=1, jitter=0, crop_probability=0)
    frames, masks, *_ = augment_clip(*clip, ("a",), mirror, random.Random(0))
    np.testing.assert_array_equal(frames, clip[0][:, :, ::-1])
    np.testing.assert_array_equal(masks, clip[1][..., ::-1])


@pytest.mark.parametrize(
    ("sentence", "mirrored"),
    [
        ("the cup on the left", "the cup on the right"),
        ("RIGHT of the left-hand cup", "LEFT of the right-hand cup"),
        ("Leftmost, then rightmost", "Rightmost, then leftmost"),
        ("bright leftovers upright", "bright leftovers upright"),
    ],
)
def test_mirror_sentence_swaps_whole_words(sentence: str, mirrored: str) -> None:
    assert mirror_sentence(sentence) == mirrored
    assert mirror_sentence(mirrored) == sentence


def test_crop_contains_all_masks() -> None:
    for seed in range(100):
        rng = random.Random(seed)
        masks = np.zeros((2, 3, 30, 40), bool)
        for _ in range(2):
            y, x = rng.randrange(26), rng.randrange(36)
            masks[rng.randrange(2), rng.randrange(3), y : y + 4, x : x + 4] = True
        rows, columns = choose_crop(masks, 0.3, rng)
        assert masks[..., rows, columns].sum() == masks.sum()
        assert 0 <= rows.start < rows.stop <= 30
        assert 0 <= columns.start < columns.stop <= 40


def test_crop_of_empty_masks_is_anywhere() -> None:
    masks = np.zeros((1, 1, 30, 40), bool)
    crops = [choose_crop(masks, 0.5, random.Random(seed)) for seed in range(200)]
    assert all(rows.stop - rows.start >= 15 for rows, _ in crops)
    assert min(rows.start for rows, _ in crops) == 0
    assert max(columns.stop for _, columns in crops) == 40


def test_change_colours_scales_brightness_contrast_and_saturation() -> None:
    frames = np.array([[[[200, 100, 0], [0, 100, 200]]]], np.uint8)
    np.testing.assert_array_equal(change_colours(frames, 1, 1, 1), frames)
    np.testing.assert_array_equal(change_colours(frames, 0.5, 1, 1), frames // 2)
    grey = change_colours(frames, 1, 1, 0)
    assert (grey == grey[..., :1]).all()
    assert len(np.unique(change_colours(frames, 1, 0, 0))) == 1
    assert change_colours(frames, 3, 1, 1).max() == 255


@pytest.mark.parametrize("setting", ["flip_probability", "jitter", "crop_probability", "min_crop"])
def test_values_out_of_range_raise(setting: str) -> None:
    for value in (-0.1, 1.1):
        with pytest.raises(ValueError, match=f"{setting}: expected"):
            Augmentation(**{setting: value})
