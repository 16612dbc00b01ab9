"""The colours of objects."""

from itertools import pairwise

import numpy as np
import pytest

from samwise_ros.engine.tracking.appearance import Appearance


@pytest.fixture
def scene() -> tuple[np.ndarray, np.ndarray]:
    """A noisy image (60, 80, 3) with a two-coloured object, and the object's mask."""
    noise = np.random.default_rng(0).integers(0, 40, (60, 80, 3))
    image = np.full((60, 80, 3), 90) + noise
    image[20:40, 30:40] = (180, 20, 20) + noise[20:40, 30:40]
    image[20:40, 40:50] = (20, 20, 180) + noise[20:40, 40:50]
    mask = np.zeros((60, 80), bool)
    mask[20:40, 30:50] = True
    return image.astype(np.uint8), mask


def enlarged(array: np.ndarray) -> np.ndarray:
    return array.repeat(16, 0).repeat(16, 1)


def test_large_images_are_sampled(scene):
    image, mask = scene
    small, large = Appearance.of(image, mask), Appearance.of(enlarged(image), enlarged(mask))
    assert small.likeness(large) > 0.98
    assert np.abs(small.surroundings - large.surroundings).sum() < 0.1
    share = small.visible_share(image, mask)
    assert share == pytest.approx(1.0, abs=0.1)
    assert large.visible_share(enlarged(image), enlarged(mask)) == pytest.approx(share, abs=0.1)


def test_larger_cover_of_the_objects_colours_is_not_the_object(scene):
    image, mask = scene
    seen = Appearance.of(image, mask)
    covered = image.copy()
    covered[14:46, 24:56] = image[30, 35]
    assert seen.visible_share(covered, mask) == 0.0
    sliver = mask.copy()
    sliver[:, 33:47] = False
    assert seen.visible_share(image, sliver) == pytest.approx(1.0, abs=0.1), "in view again"
    half_hidden = image.copy()
    half_hidden[20:40, 40:50] = image[50, 10]
    assert seen.visible_share(half_hidden, mask) == pytest.approx(0.5, abs=0.1)


def test_mask_between_the_samples_has_colours(scene):
    image = enlarged(scene[0])
    mask = np.zeros(image.shape[:2], bool)
    mask[range(1, 900), range(2, 901)] = True  # one pixel wide
    assert Appearance.of(image, mask).colours.sum() == pytest.approx(1.0)


def test_thin_mask_is_not_judged_by_few_samples():
    image, mask = np.zeros((480, 640, 3), np.uint8), np.zeros((480, 640), bool)
    diagonal = np.arange(350)
    mask[diagonal, diagonal] = True  # samples have a distance of 6 pixels
    image[diagonal[::6], diagonal[::6]] = 255
    colours = Appearance.of(image, mask).colours
    assert colours[0] == pytest.approx(5 / 6, abs=0.01)


def test_light_changes_a_plain_object_little():
    mask = np.zeros((60, 80), bool)
    mask[20:40, 30:50] = True
    images = (np.full((60, 80, 3), grey, np.uint8) for grey in range(0, 256, 8))
    plain = [Appearance.of(image, mask) for image in images]
    assert min(a.likeness(b) for a, b in pairwise(plain)) > 0.4
    assert plain[0].likeness(plain[-1]) == 0.0
