"""Weights that are rounded once give what autocast gives, which rounds them again and again."""

from copy import deepcopy
from dataclasses import replace

import torch

from samwise_ros.network.memory_bank import MemoryBank
from samwise_ros.network.precision import reduce_products
from samwise_ros.network.presets import preset
from samwise_ros.network.samwise import Samwise


@torch.inference_mode()
def run(network: Samwise) -> list[torch.Tensor]:
    """Everything that a frame goes through, twice, so that the second has a memory."""
    tokens = torch.tensor([[0, 5, 6, 2]])
    bank, found = None, []
    for index in range(2):
        torch.manual_seed(index)
        pixels = torch.rand(1, 1, 3, 128, 128)
        encoded = network.encode(network.image_stem(pixels), network.text_stem(tokens), causal=True)
        frame = encoded.frame(0)
        check_switch = torch.ones(1, dtype=torch.bool)
        verbs = torch.tensor([[False, False, True, False]])
        tracked = network.track(frame, bank, check_switch=check_switch, verbs=verbs)
        memory, pointer = network.memorise(frame, tracked), tracked.decoded.pointer
        bank = MemoryBank.start(memory, pointer)
        assert tracked.decision is not None
        found += [tracked.decoded.logits, tracked.decoded.score, tracked.decision, memory, pointer]
    return found


def test_rounded_weights_give_what_autocast_gives() -> None:
    torch.manual_seed(0)
    network = Samwise(replace(preset("tabletop"), motion_prompt=True)).eval().requires_grad_(False)
    rounded = deepcopy(network)
    reduce_products(rounded, torch.bfloat16)
    with torch.autocast("cpu", torch.bfloat16):
        ours, theirs = run(rounded), run(network)
    exact = run(network)
    for one, other in zip(ours, theirs, strict=True):
        assert torch.equal(one, other)
    assert not all(map(torch.equal, ours, exact))


def test_it_halves_what_products_read() -> None:
    network = Samwise(preset("tabletop"))
    before = sum(weight.nbytes for weight in network.parameters())
    reduce_products(network, torch.bfloat16)
    assert sum(weight.nbytes for weight in network.parameters()) < 0.7 * before
