"""COCO's mask encodings, compared with pycocotools."""

import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pycocotools import mask as coco

from samwise_ros.data.checked_json import Entry
from samwise_ros.data.dataset import DatasetError
from samwise_ros.data.rle import decode, encode


def entry(value: Any) -> Entry:
    return Entry(value, Path("masks.json"), ("7",))


@pytest.mark.parametrize("seed", range(20))
def test_encoded_mask_decodes_to_itself(seed: int) -> None:
    rng = np.random.default_rng(seed)
    height, width = rng.integers(1, 60, 2)
    mask = np.kron(rng.random((height, width)) < rng.random(), np.ones((seed + 1, 2))) > 0
    code = encode(mask)
    np.testing.assert_array_equal(decode(entry(code), mask.shape), mask)
    np.testing.assert_array_equal(coco.decode(code), mask)


@pytest.mark.parametrize("mask", [np.zeros((3, 5), bool), np.ones((3, 5), bool)])
def test_uniform_mask_decodes_to_itself(mask: np.ndarray) -> None:
    np.testing.assert_array_equal(decode(entry(encode(mask)), (3, 5)), mask)


def test_damaged_counts_raise() -> None:
    # pycocotools crashes the process on some of these.
    rng = random.Random(0)
    mask = np.random.default_rng(0).random((40, 50)) > 0.5
    counts = str(encode(mask)["counts"])
    refused = 0
    for _ in range(500):
        text = list(counts[: rng.randrange(1, len(counts) + 1)])
        for _ in range(rng.randint(1, 4)):
            text[rng.randrange(len(text))] = chr(48 + rng.randrange(64))
        try:
            decode(entry({"size": [40, 50], "counts": "".join(text)}), (40, 50))
        except DatasetError:
            refused += 1
    assert refused > 400


@pytest.mark.parametrize(
    "counts", [[], [7], [-1, 13], [13, -1], "", "O=", "=O", "\u00e9", "P" * 9, None, [0.5]]
)
def test_runs_of_other_length_than_the_image_raise(counts: Any) -> None:
    with pytest.raises(DatasetError, match=r"masks.json: 7.*expected"):
        decode(entry({"size": [3, 4], "counts": counts}), (3, 4))


def test_polygons_are_united() -> None:
    polygons = [[0, 0, 4, 0, 4, 4, 0, 4], [6, 2, 8, 2, 8, 4, 6, 4]]
    expected = np.zeros((5, 9), bool)
    expected[0:4, 0:4] = expected[2:4, 6:8] = True
    np.testing.assert_array_equal(decode(entry(polygons), (5, 9)), expected)
