"""Memory files of version 0.1.0 load.

``format_1.memory`` was saved by version 0.1.0 after 7 frames of one camera. Its network has random
weights, so the test replaces the network's fingerprint, and with it the file's digest.
"""

import json
from pathlib import Path

import numpy as np
import pytest
from random_network import random_network
from tampered_files import opened, sealed

from samwise_ros.engine.backend.samwise_backend import SamwiseBackend
from samwise_ros.engine.engine import Engine
from samwise_ros.engine.types import Command, Frame, TargetState

OLD_FILE = Path(__file__).with_name("format_1.memory")
MUG, BALL = Command("mug", "the red mug"), Command("ball", "the blue ball", ("front",))


def test_file_of_version_0_1_0_loads(tokenizer, tmp_path):
    network = random_network(memory_width=8, adapter_width=8, clip_frames=2)
    backend = SamwiseBackend(network, tokenizer, device="cpu")
    header, tensors = opened(OLD_FILE)
    header["network"] = backend.fingerprint
    path = tmp_path / "memory"
    path.write_bytes(sealed(json.dumps(header), tensors))
    engine = Engine(backend)

    engine.load(path, ["front"])

    statuses = [(s.command, s.label, s.paused, s.state) for s in engine.commands]
    assert statuses == [
        (MUG, 1, False, TargetState.TRACKING),
        (BALL, 2, True, TargetState.TRACKING),
    ]
    memories = [memory for *_, memory in engine._store]
    for index, memory in enumerate(memories):
        for name, tensor in memory.network.tensors().items():
            assert tensor.equal(tensors[f"{index}.{name}"])
    ball, mug = memories
    assert (ball.network.frames, mug.network.frames) == (3, 7)
    assert mug.network.last_switch_frame == 5
    assert mug.network.last_switch_probability == pytest.approx(0.67058, abs=1e-5)
    assert (mug.track.frames_tracked, mug.track.frames_lost) == (7, 0)

    engine.save(tmp_path / "again")
    saved_header, saved_tensors = opened(tmp_path / "again")
    new_fields = {"same": 0, "missed": 0, "area": 0.0}
    memories = [memory | new_fields for memory in header["memories"]]
    assert saved_header == header | {"memories": memories, "memory_policy": "paper"}
    assert saved_tensors.keys() == tensors.keys()
    assert all(saved_tensors[name].equal(tensors[name]) for name in tensors)
    (result,) = engine.step(Frame(np.zeros((30, 40, 3), np.uint8), "front"))
    assert result.targets[0].command == MUG
    assert mug.network.frames == 8
