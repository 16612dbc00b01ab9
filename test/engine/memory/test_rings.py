"""The size of memories is fixed and bounded."""

import resource

import numpy as np
import pytest
import torch
from random_network import random_network

from samwise_ros.engine.backend.memory_rings import MemoryRings
from samwise_ros.engine.backend.samwise_backend import SamwiseBackend
from samwise_ros.engine.engine import Engine
from samwise_ros.engine.memory.store import MemoryStore
from samwise_ros.engine.types import Command, Frame
from samwise_ros.network.presets import PRESETS


def _tensor_bytes(engine: Engine) -> int:
    tensors = [t for *_, memory in engine._store for t in memory.network.tensors().values()]
    return sum(tensor.untyped_storage().nbytes() for tensor in tensors)


@pytest.mark.parametrize(("preset", "megabytes"), [("base_plus", 160.4), ("tabletop", 0.50)])
def test_memory_has_the_documented_size(preset, megabytes):
    memory = MemoryRings.empty(PRESETS[preset], torch.device("meta"), torch.float32)
    assert round(memory.nbytes / 1e6, 2 if megabytes < 1 else 1) == megabytes


def test_memory_is_constant_over_300_frames(tokenizer):
    engine = Engine(SamwiseBackend(random_network("tabletop"), tokenizer, device="cpu"))
    engine.add(Command("a", "the red mug"))
    stated = engine.describe()["memory_bytes_per_command"]
    rng = np.random.default_rng(0)
    image = rng.integers(0, 256, (48, 64, 3), dtype=np.uint8)
    peaks = []
    for index in range(300):
        engine.step(Frame(np.roll(image, index, 1), stamp_ns=index))
        assert _tensor_bytes(engine) == stated
        if index in (99, 299):
            peaks.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
    assert peaks[1] - peaks[0] < 16 * 1024  # KiB; 200 memories would be 100 MiB


def test_least_recently_used_commands_are_dropped_at_the_bound(make_engine):
    empty = make_engine()._backend.empty_memory
    store = MemoryStore(empty, max_commands=3)
    first = store.get(Command("a", "0"), "camera")
    for index in range(1, 3):
        store.get(Command("a", str(index)), "camera")
    assert store.get(Command("a", "0"), "camera") is first
    for index in range(3, 5):
        store.get(Command("a", str(index)), "camera")
    assert len(store) == 3
    assert store.get(Command("a", "0"), "camera") is first
    for index in range(5, 8):
        store.get(Command("a", str(index)), "camera")
    assert store.get(Command("a", "0"), "camera") is not first
