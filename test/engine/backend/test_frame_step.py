"""A frame's work on a GPU waits for nothing and sends nothing: what a recording of it needs.

Without a GPU it runs on PyTorch's meta device, whose tensors have shapes and no numbers.
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

from samwise_ros.engine.backend.frame_step import OutputSpec, TextBatch, encode, track_frame
from samwise_ros.engine.memory.rings import Memory
from samwise_ros.network.features import TextStem
from samwise_ros.network.presets import PRESETS
from samwise_ros.network.samwise import Samwise

DEVICE = torch.device("meta")
COMMANDS, LENGTH = 2, 5
HEIGHT, WIDTH = 60, 80


class Ways(TorchDispatchMode):
    """Notes every operator that goes from one device to another."""

    def __init__(self) -> None:
        super().__init__()
        self.operators = 0
        self.between: list[str] = []

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        found = func(*args, **(kwargs or {}))
        tensors = [one for one in tree_leaves((args, kwargs, found)) if isinstance(one, Tensor)]
        self.operators += 1
        if len({one.device.type for one in tensors}) > 1:
            self.between.append(str(func))
        return found


class Origins(TorchFunctionMode):
    """Notes every tensor that is made of the host's numbers, which a GPU would be sent."""

    def __init__(self) -> None:
        super().__init__()
        self.made: list[str] = []

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        index = args[1] if func is Tensor.__getitem__ else ()
        places = index if isinstance(index, tuple) else (index,)
        by_list = any(isinstance(one, list) for one in places)
        if by_list or func in (torch.tensor, torch.as_tensor, torch.from_numpy):
            self.made.append(str(func))
        return func(*args, **(kwargs or {}))


class Subject:
    """A network on the device, and all that its frames need."""

    def __init__(self, preset: str, motion_prompt: bool) -> None:
        config = replace(PRESETS[preset], motion_prompt=motion_prompt)
        self.network = Samwise(config).eval().to(DEVICE)
        self.memories = [
            Memory.full(tuple(Memory.empty(config, DEVICE, torch.float32).tensors().values()))
            for _ in range(COMMANDS)
        ]
        hidden = torch.empty(COMMANDS, LENGTH, config.text_width, device=DEVICE)
        mask, verbs = torch.empty(2, COMMANDS, LENGTH, dtype=torch.bool, device=DEVICE)
        self.sentences = TextBatch(TextStem(hidden, mask), verbs, (False, motion_prompt))
        self.pixels = torch.empty(1, HEIGHT, WIDTH, 3, dtype=torch.uint8, device=DEVICE)
        self.check_switch = torch.empty(COMMANDS, dtype=torch.bool, device=DEVICE)

    @torch.inference_mode()
    def run(self) -> None:
        encoded = encode(self.network, self.pixels, self.sentences, self.memories)
        view = OutputSpec(HEIGHT, WIDTH, "learned", 0.5)
        track_frame(
            self.network, encoded, 0, self.sentences, self.memories, self.check_switch, view
        )


@pytest.mark.parametrize(
    ("preset", "motion_prompt"),
    [("tabletop", False), ("tabletop", True), ("base_plus", False), ("base_plus_clip", False)],
)
def test_the_host_neither_waits_nor_sends(preset, motion_prompt, monkeypatch):
    # It does not know the meta device.
    monkeypatch.setattr(torch, "autocast", lambda *_, **__: nullcontext())
    subject = Subject(preset, motion_prompt)
    subject.run()  # what is kept from frame to frame is made on the first
    with Ways() as ways, Origins() as origins:
        subject.run()
    assert ways.operators > 500
    assert ways.between == []
    assert origins.made == []


def test_waiting_and_sending_would_be_noticed():
    numbers = torch.ones(2, device=DEVICE)
    with Ways() as ways, Origins() as origins:
        torch.ones(1).to(DEVICE)
        torch.tensor([1.0], device=DEVICE)
        assert numbers[[0, 1]].shape == (2,)
    assert len(ways.between) == 1
    assert len(origins.made) == 2
    with pytest.raises(RuntimeError, match="meta"):
        numbers.sum().item()
