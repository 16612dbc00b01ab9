"""The network reproduces reference outputs of the released network."""

from pathlib import Path

import numpy as np
import pytest
from parity import TOLERANCE, build, compare, compare_resize, run

DATA = Path(__file__).parent / "data"


@pytest.mark.parametrize(
    ("clip", "keys", "salt"),
    [
        ("clip_mini", "keys_mini", "2"),
        ("clip_mini_absent", "keys_mini", "12"),
        ("clip_mini_motion", "keys_mini_motion", "3"),
    ],
)
def test_clip_matches_released_network(clip, keys, salt):
    vectors = dict(np.load(DATA / f"{clip}.npz"))
    network = build(DATA / f"{keys}.json", salt)
    errors = compare(run(network, vectors["frames"], vectors["input_ids"]), vectors)
    assert len(errors) >= 20
    assert {name: error for name, error in errors.items() if not error <= TOLERANCE} == {}


def test_changed_weight_exceeds_tolerance():
    vectors = dict(np.load(DATA / "clip_mini.npz"))
    network = build(DATA / "keys_mini.json", "2")
    network.cmt_adapters[1].spatial_pos_embed.data *= 1.01
    errors = compare(run(network, vectors["frames"], vectors["input_ids"]), vectors)
    assert max(errors.values()) > TOLERANCE


def test_resize_matches_released_preprocessing():
    errors = compare_resize(dict(np.load(DATA / "resize.npz")))
    assert {name: error for name, error in errors.items() if not error <= TOLERANCE} == {}
