"""Resizing matches Pillow bit for bit, and the square keeps its invariants."""

import numpy as np
import pytest
import torch
from PIL import Image

from samwise_ros.network.image.preprocess import cached_tensors, resized_size, to_square
from samwise_ros.network.image.resize import filter_taps, resize


# No tall images: Pillow 13 resizes their columns first, unlike the released program's version.
@pytest.mark.parametrize("size", [(240, 320), (97, 131), (33, 500)])
@pytest.mark.parametrize("side", [128, 256])
def test_resize_matches_pillow(size, side):
    image = np.random.default_rng(0).integers(0, 256, (*size, 3), dtype=np.uint8)
    new = resized_size(*size, side)
    theirs = np.asarray(Image.fromarray(image).resize(new[::-1], Image.Resampling.BILINEAR))
    ours = resize(torch.from_numpy(image).permute(2, 0, 1), *new).permute(1, 2, 0)
    assert np.array_equal(ours.numpy(), theirs)


def test_padding_is_zero_after_normalization():
    square = to_square(torch.full((1, 96, 128, 3), 200, dtype=torch.uint8), 128)
    assert square.shape == (1, 3, 128, 128)
    assert torch.all(square[:, :, 96:] == 0)
    expected = (200 / 255 - 0.485) / 0.229
    assert torch.allclose(square[:, 0, :96], torch.tensor(expected))


@pytest.mark.parametrize("size", [(1, 1), (1, 4000), (4000, 1), (3, 2)])
def test_extreme_sizes_fit_into_square(size):
    height, width = resized_size(*size, 128)
    assert 1 <= height <= 128
    assert 1 <= width <= 128


def test_cached_tensors_are_the_ones_to_square_reads():
    filter_taps.cache_clear()
    cached = cached_tensors(96, 130, 128, torch.device("cpu"))
    assert len(cached) == 4
    misses_before = filter_taps.cache_info().misses
    to_square(torch.zeros(1, 96, 130, 3, dtype=torch.uint8), 128)
    assert filter_taps.cache_info().misses == misses_before
