"""A changed clip still shows what its sentence says."""

import random

import numpy as np
import pytest

from samwise_ros.data.augmentation import (
    Augmentation,
    augmented,
    choose_part,
    mirrored_sentence,
    recoloured,
)

UNCHANGED = Augmentation(flip_share=0, jitter=0, crop_share=0)


@pytest.fixture
def clip() -> tuple[np.ndarray, np.ndarray]:
    """Two frames, in which the object's pixels alone are red."""
    masks = np.zeros((1, 2, 60, 80), bool)
    masks[0, 0, 8:18, 6:24] = masks[0, 1, 12:22, 12:30] = True
    frames = np.full((2, 60, 80, 3), 90, np.uint8)
    frames[masks[0]] = (250, 10, 10)
    return frames, masks


def red(frames: np.ndarray) -> np.ndarray:
    pixels = frames.astype(int)
    return pixels[..., 0] > pixels[..., 1] + 60


def test_the_same_chance_gives_the_same_clip(clip: tuple[np.ndarray, np.ndarray]) -> None:
    one, other = (augmented(*clip, ("a",), Augmentation(), random.Random(3)) for _ in range(2))
    for first, second in zip(one[:2], other[:2], strict=True):
        np.testing.assert_array_equal(first, second)


def test_frames_and_masks_change_together(clip: tuple[np.ndarray, np.ndarray]) -> None:
    sizes, sentences = set(), set()
    for seed in range(60):
        frames, masks, said = augmented(
            *clip, ("left one",), Augmentation(crop_share=0.7), random.Random(seed)
        )
        np.testing.assert_array_equal(red(frames), masks[0])
        assert masks.sum() == clip[1].sum()
        sizes.add(frames.shape)
        sentences.update(said)
    assert len(sizes) > 10
    assert sentences == {"left one", "right one"}


def test_nothing_changes_where_nothing_shall(clip: tuple[np.ndarray, np.ndarray]) -> None:
    frames, masks, said = augmented(*clip, ("left",), UNCHANGED, random.Random(0))
    np.testing.assert_array_equal(frames, clip[0])
    np.testing.assert_array_equal(masks, clip[1])
    assert said == ("left",)


def test_a_mirrored_clip_is_mirrored(clip: tuple[np.ndarray, np.ndarray]) -> None:
    mirror = Augmentation(flip_share=1, jitter=0, crop_share=0)
    frames, masks, _ = augmented(*clip, ("a",), mirror, random.Random(0))
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
def test_whole_words_change_sides(sentence: str, mirrored: str) -> None:
    assert mirrored_sentence(sentence) == mirrored
    assert mirrored_sentence(mirrored) == sentence


def test_a_part_keeps_the_objects_in_view() -> None:
    for seed in range(100):
        rng = random.Random(seed)
        masks = np.zeros((2, 3, 30, 40), bool)
        for _ in range(2):
            y, x = rng.randrange(26), rng.randrange(36)
            masks[rng.randrange(2), rng.randrange(3), y : y + 4, x : x + 4] = True
        rows, columns = choose_part(masks, 0.3, rng)
        assert masks[..., rows, columns].sum() == masks.sum()
        assert 0 <= rows.start < rows.stop <= 30
        assert 0 <= columns.start < columns.stop <= 40


def test_a_part_of_nothing_is_anywhere() -> None:
    masks = np.zeros((1, 1, 30, 40), bool)
    parts = [choose_part(masks, 0.5, random.Random(seed)) for seed in range(200)]
    assert all(rows.stop - rows.start >= 15 for rows, _ in parts)
    assert min(rows.start for rows, _ in parts) == 0
    assert max(columns.stop for _, columns in parts) == 40


def test_colours_change_as_said() -> None:
    frames = np.array([[[[200, 100, 0], [0, 100, 200]]]], np.uint8)
    np.testing.assert_array_equal(recoloured(frames, 1, 1, 1), frames)
    np.testing.assert_array_equal(recoloured(frames, 0.5, 1, 1), frames // 2)
    grey = recoloured(frames, 1, 1, 0)
    assert (grey == grey[..., :1]).all()
    assert len(np.unique(recoloured(frames, 1, 0, 0))) == 1
    assert recoloured(frames, 3, 1, 1).max() == 255


@pytest.mark.parametrize("setting", ["flip_share", "jitter", "crop_share", "least_part"])
def test_values_out_of_range_are_refused(setting: str) -> None:
    for value in (-0.1, 1.1):
        with pytest.raises(ValueError, match=f"{setting}: expected"):
            Augmentation(**{setting: value})
