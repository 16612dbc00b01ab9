"""Weights that are cast once yield the same results as autocast, which casts them every time."""

from copy import deepcopy
from dataclasses import replace

import torch

from samwise_ros.network.memory_bank import MemoryBank
from samwise_ros.network.precision import cast_matmul_weights
from samwise_ros.network.presets import preset
from samwise_ros.network.samwise import Samwise


@torch.inference_mode()
def run(network: Samwise) -> list[torch.Tensor]:
    """Run every part on two frames, the second with memory, and return all outputs."""
    tokens = torch.tensor([[0, 5, 6, 2]])
    bank, outputs = None, []
    for index in range(2):
        torch.manual_seed(index)
        pixels = torch.rand(1, 1, 3, 128, 128)
        encoded = network.encode(network.image_stem(pixels), network.text_stem(tokens), causal=True)
        frame = encoded.frame(0)
        check_switch = torch.ones(1, dtype=torch.bool)
        verbs = torch.tensor([[False, False, True, False]])
        tracked = network.track(frame, bank, check_switch=check_switch, verbs=verbs)
        memory, pointer = network.encode_memory(frame, tracked), tracked.decoded.pointer
        bank = MemoryBank.start(memory, pointer)
        assert tracked.decision is not None
        outputs += [
            tracked.decoded.logits,
            tracked.decoded.score,
            tracked.decision,
            memory,
            pointer,
        ]
    return outputs


def test_cast_weights_match_autocast() -> None:
    torch.manual_seed(0)
    network = Samwise(replace(preset("tabletop"), motion_prompt=True)).eval().requires_grad_(False)
    cast = deepcopy(network)
    cast_matmul_weights(cast, torch.bfloat16)
    with torch.autocast("cpu", torch.bfloat16):
        ours, autocast = run(cast), run(network)
    float32 = run(network)
    for one, other in zip(ours, autocast, strict=True):
        assert torch.equal(one, other)
    assert not all(map(torch.equal, ours, float32))


def test_casting_reduces_weight_memory() -> None:
    network = Samwise(preset("tabletop"))
    before = sum(weight.nbytes for weight in network.parameters())
    cast_matmul_weights(network, torch.bfloat16)
    assert sum(weight.nbytes for weight in network.parameters()) < 0.7 * before
