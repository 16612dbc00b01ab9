"""The scene of the demonstration and its script."""

import numpy as np
import pytest

from samwise_ros.data.painted.scene import EPISODE, LOOP, PaintedScene
from samwise_ros.data.painted.video import vocabulary


@pytest.fixture(scope="module")
def scene() -> PaintedScene:
    return PaintedScene(0, 128, 96)


@pytest.fixture(scope="module")
def masks(scene: PaintedScene) -> np.ndarray:
    """(T, N, H, W) of one loop."""
    return np.stack([scene.frame(index)[1] for index in range(LOOP)])


def test_frames_are_independent_of_the_order_of_requests(scene: PaintedScene) -> None:
    image, masks = scene.frame(100)
    scene.frame(3)
    again, same = PaintedScene(0, 128, 96).frame(100)
    np.testing.assert_array_equal(image, again)
    np.testing.assert_array_equal(masks, same)
    assert image.shape == (96, 128, 3)
    assert masks.shape == (len(scene.objects), 96, 128)


def test_scene_repeats_without_end(scene: PaintedScene) -> None:
    early, late = scene.frame(5), scene.frame(5 + 50 * LOOP)
    overlap = (early[1] & late[1]).sum() / (early[1] | late[1]).sum()
    assert overlap > 0.85  # equal up to the camera's shake
    assert (early[0] != late[0]).any()


def test_one_object_leaves_and_returns(masks: np.ndarray) -> None:
    area = masks.sum(axis=(2, 3))
    gone = (area == 0).sum(axis=0)
    visitors = np.flatnonzero(gone > EPISODE)
    assert len(visitors) == 1
    assert area[0, visitors[0]] > 0
    assert area[-1, visitors[0]] > 0


def test_one_object_passes_behind_another(masks: np.ndarray) -> None:
    area = masks.sum(axis=(2, 3))
    ratio = area.min(axis=0) / area[0]
    hidden = np.flatnonzero((ratio < 0.3) & ((area == 0).sum(axis=0) < EPISODE))
    assert len(hidden) == 1


@pytest.mark.parametrize("seed", range(12))
def test_script_matches_the_motion(seed: int) -> None:
    scene = PaintedScene(seed, 64, 48)
    lines = scene.script(600)
    assert len({start for start, _, _ in lines}) == len(lines) >= 12
    assert [start for start, _, _ in lines] == sorted(start for start, _, _ in lines)
    assert len({target for _, _, target in lines}) >= 5
    for start, words, target in lines:
        assert set(words.split()) <= set(vocabulary())
        first, last = scene.frame(start)[1][target], scene.frame(start + EPISODE - 1)[1][target]
        assert first.any()
        shift = np.nonzero(last)[1].mean() - np.nonzero(first)[1].mean() if last.any() else 0.0
        if "left" in words.split():
            assert shift < -10
        elif "right" in words.split():
            assert shift > 10


@pytest.mark.parametrize("size", [(16, 12), (128, 128)])
def test_other_aspect_ratio_raises(size: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="4:3"):
        PaintedScene(0, *size)
