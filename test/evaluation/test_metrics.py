"""J and F equal those of the DAVIS benchmark."""

from pathlib import Path

import numpy as np
import pytest

from samwise_ros.evaluation.metrics import boundary_accuracy, region_similarity

VECTORS = Path(__file__).parent / "data" / "metrics.npz"


def test_metrics_equal_the_benchmark() -> None:
    with np.load(VECTORS) as vectors:
        mask, truth = vectors["pred"], vectors["gt"]
        np.testing.assert_allclose(region_similarity(mask, truth), vectors["J"], atol=1e-6)
        np.testing.assert_allclose(boundary_accuracy(mask, truth), vectors["F"], atol=1e-6)


def test_empty_masks() -> None:
    nothing = np.zeros((1, 20, 30), np.bool_)
    something = nothing.copy()
    something[0, 5:10, 5:10] = True
    for metric in (region_similarity, boundary_accuracy):
        assert metric(nothing, nothing) == 1
        assert metric(nothing, something) == 0
        assert metric(something, nothing) == 0
        assert metric(something, something) == 1


def test_full_image_has_no_boundary() -> None:
    full = np.ones((2, 20, 30), np.bool_)
    np.testing.assert_array_equal(boundary_accuracy(full, full), [1, 1])


@pytest.mark.parametrize("corner", [(0, 0), (0, 24), (14, 0), (14, 24), (7, 12)])
def test_boundary_at_the_image_edge_is_ignored(corner: tuple[int, int]) -> None:
    """Compare with an implementation that counts pixel by pixel."""
    row, column = corner
    mask = np.zeros((1, 20, 30), np.bool_)
    mask[0, row : row + 6, column : column + 6] = True
    truth = np.roll(mask, 2, axis=2 if column < 24 else 1) & ~mask | mask
    reach = 1  # tolerance of an image of 20 x 30, rounded up
    mask_boundary, truth_boundary = (
        {
            (y, x)
            for y in range(20)
            for x in range(30)
            if any(
                plane[y, x] != plane[min(y + i, 19), min(x + j, 29)]
                for i, j in ((0, 1), (1, 0), (1, 1))
            )
        }
        for plane in (mask[0], truth[0])
    )

    def matched(first: set[tuple[int, int]], second: set[tuple[int, int]]) -> float:
        hits = [any((y - v) ** 2 + (x - u) ** 2 <= reach**2 for v, u in second) for y, x in first]
        return sum(hits) / len(hits)

    precision = matched(mask_boundary, truth_boundary)
    recall = matched(truth_boundary, mask_boundary)
    expected = 2 * precision * recall / (precision + recall)
    assert boundary_accuracy(mask, truth)[0] == pytest.approx(expected)
    assert 0 < expected < 1


@pytest.mark.parametrize("metric", [region_similarity, boundary_accuracy])
def test_other_shapes_and_types_raise(metric) -> None:
    with pytest.raises(ValueError, match="one shape"):
        metric(np.zeros((1, 4, 4), bool), np.zeros((1, 4, 5), bool))
    with pytest.raises(ValueError, match="one shape"):
        metric(np.zeros((4, 4), bool), np.zeros((4, 4), bool))
    with pytest.raises(ValueError, match="bool"):
        metric(np.zeros((1, 4, 4), np.uint8), np.zeros((1, 4, 4), bool))
