"""A frame runs without synchronisation or transfers, so that a CUDA graph can capture it.

The test needs no GPU: tensors of PyTorch's meta device have shapes and no data.
"""

from contextlib import nullcontext
from dataclasses import replace
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from samwise_ros.engine.backend.frame_step import OutputSpec, encode, track_frame
from samwise_ros.engine.backend.memory_policy import POLICIES
from samwise_ros.engine.backend.memory_rings import MemoryRings
from samwise_ros.engine.backend.text_batch import TextBatch
from samwise_ros.engine.config import MemoryPolicyName
from samwise_ros.network.features import TextStem
from samwise_ros.network.presets import PRESETS
from samwise_ros.network.samwise import Samwise

DEVICE = torch.device("meta")
COMMANDS, LENGTH = 2, 5
HEIGHT, WIDTH = 60, 80


class TransferRecorder(TorchDispatchMode):
    """Counts operators and records those between devices."""

    def __init__(self) -> None:
        super().__init__()
        self.operators = 0
        self.transfers: list[str] = []

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        output = func(*args, **(kwargs or {}))
        leaves = tree_leaves((args, kwargs, output))
        tensors = [leaf for leaf in leaves if isinstance(leaf, Tensor)]
        self.operators += 1
        if len({tensor.device.type for tensor in tensors}) > 1:
            self.transfers.append(str(func))
        return output


class HostTensorRecorder(TorchFunctionMode):
    """Records tensors that are created from the host's data, which implies a transfer."""

    def __init__(self) -> None:
        super().__init__()
        self.created: list[str] = []

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        index = args[1] if func is Tensor.__getitem__ else ()
        indices = index if isinstance(index, tuple) else (index,)
        by_list = any(isinstance(item, list) for item in indices)
        if by_list or func in (torch.tensor, torch.as_tensor, torch.from_numpy):
            self.created.append(str(func))
        return func(*args, **(kwargs or {}))


class FrameWorkload:
    """A network on the device and the inputs of a frame."""

    def __init__(self, preset: str, motion_prompt: bool, memory: MemoryPolicyName) -> None:
        self.memory = memory
        config = replace(PRESETS[preset], motion_prompt=motion_prompt)
        self.network = Samwise(config).eval().to(DEVICE)
        self.memories = [
            MemoryRings.full(
                tuple(MemoryRings.empty(config, DEVICE, torch.float32).tensors().values())
            )
            for _ in range(COMMANDS)
        ]
        hidden = torch.empty(COMMANDS, LENGTH, config.text_width, device=DEVICE)
        mask, verbs = torch.empty(2, COMMANDS, LENGTH, dtype=torch.bool, device=DEVICE)
        self.text = TextBatch(TextStem(hidden, mask), verbs, (False, motion_prompt))
        self.pixels = torch.empty(1, HEIGHT, WIDTH, 3, dtype=torch.uint8, device=DEVICE)
        self.check_switch = torch.empty(COMMANDS, dtype=torch.bool, device=DEVICE)

    @torch.inference_mode()
    def run(self) -> None:
        encoded = encode(self.network, self.pixels, self.text, self.memories)
        spec = OutputSpec(HEIGHT, WIDTH, "learned", 0.5, POLICIES[self.memory])
        track_frame(self.network, encoded, 0, self.text, self.memories, self.check_switch, spec)


@pytest.mark.parametrize(
    ("height", "width", "expected"),
    [(240, 320, (24, 32)), (320, 240, (32, 24)), (64, 64, (31, 31))],
)
def test_padding_is_no_part_of_a_mask(height, width, expected):
    spec = OutputSpec(height, width, "learned", 0.5, POLICIES["paper"])
    assert spec.without_padding(torch.zeros(2, 32, 32), 128).shape == (2, *expected)


@pytest.mark.parametrize(
    ("preset", "motion_prompt", "memory"),
    [
        ("tabletop", False, "gated"),
        ("tabletop", True, "paper"),
        ("base_plus", False, "paper"),
        ("base_plus_clip", False, "gated"),
    ],
)
def test_frame_needs_no_synchronisation_or_transfer(preset, motion_prompt, memory, monkeypatch):
    # Autocast does not support the meta device.
    monkeypatch.setattr(torch, "autocast", lambda *_, **__: nullcontext())
    workload = FrameWorkload(preset, motion_prompt, memory)
    workload.run()  # fills the caches
    with TransferRecorder() as transfers, HostTensorRecorder() as host_tensors:
        workload.run()
    assert transfers.operators > 500
    assert transfers.transfers == []
    assert host_tensors.created == []


def test_synchronisation_and_transfers_are_detected():
    numbers = torch.ones(2, device=DEVICE)
    with TransferRecorder() as transfers, HostTensorRecorder() as host_tensors:
        torch.ones(1).to(DEVICE)
        torch.tensor([1.0], device=DEVICE)
        assert numbers[[0, 1]].shape == (2,)
    assert len(transfers.transfers) == 1
    assert len(host_tensors.created) == 2
    with pytest.raises(RuntimeError, match="meta"):
        numbers.sum().item()
