"""Derived tensors are cached and recomputed after every kind of weight change."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from samwise_ros.network.derived_tensors import DerivedTensors
from samwise_ros.network.presets import preset
from samwise_ros.network.samwise import Samwise


class Doubled:
    """Twice a weight; counts its computations."""

    def __init__(self, weight: nn.Parameter) -> None:
        self.weight, self.computations, self.derived = weight, 0, DerivedTensors()

    def get(self) -> Tensor:
        return self.derived.get("double", (self.weight,), self.compute)

    def compute(self) -> Tensor:
        self.computations += 1
        return 2 * self.weight


def test_tensor_is_computed_once() -> None:
    doubled = Doubled(nn.Parameter(torch.ones(2)))
    with torch.inference_mode():
        assert doubled.get().tolist() == [2, 2]
        assert doubled.get().tolist() == [2, 2]
    assert doubled.computations == 1
    with torch.no_grad():
        assert not doubled.get().is_inference()
    assert doubled.computations == 1


def step(weight: nn.Parameter) -> None:
    weight.grad = torch.ones(2)
    torch.optim.SGD([weight], lr=1.0).step()


def load(weight: nn.Parameter) -> None:
    with torch.no_grad():
        weight.copy_(torch.zeros(2))


def replace(weight: nn.Parameter) -> None:
    weight.data = torch.zeros(2)


@pytest.mark.parametrize("change", [step, load, replace])
def test_tensor_is_recomputed_after_weight_change(change: Callable[[nn.Parameter], None]) -> None:
    doubled = Doubled(nn.Parameter(torch.ones(2)))
    with torch.no_grad():
        doubled.get()
    change(doubled.weight)
    with torch.inference_mode():
        assert doubled.get().tolist() == [0, 0]


def test_gradient_reaches_weight() -> None:
    doubled = Doubled(nn.Parameter(torch.ones(2)))
    with torch.no_grad():
        doubled.get()
    doubled.get().sum().backward()
    assert doubled.weight.grad is not None
    assert doubled.weight.grad.tolist() == [2, 2]


def test_weights_made_in_inference_mode_are_not_cached() -> None:
    with torch.inference_mode():
        doubled = Doubled(nn.Parameter(torch.ones(2), requires_grad=False))
        doubled.get()
        doubled.weight.mul_(0)
        assert doubled.get().tolist() == [0, 0]


def test_network_uses_loaded_weights() -> None:
    """After loading weights, the network equals one that never ran with other weights."""
    torch.manual_seed(0)
    network, other = (Samwise(preset("tabletop")).eval() for _ in range(2))
    pixels, tokens = torch.rand(1, 1, 3, 128, 128), torch.tensor([[0, 5, 6, 2]])

    @torch.inference_mode()
    def run(model: Samwise) -> Tensor:
        encoded = model.encode(model.image_stem(pixels), model.text_stem(tokens), causal=True)
        frame = encoded.frame(0)
        tracked = model.track(frame, None)
        memory = model.encode_memory(frame, tracked)
        conditioned = model.sam.condition_on_memory(
            frame.features, memory[:, None], tracked.decoded.pointer[:, None]
        )
        return model.sam.decode(conditioned, frame.high_res, model.sam.empty_point(1)).logits

    first = run(network)
    network.load_state_dict(other.state_dict())
    assert not torch.equal(first, run(network))
    assert torch.equal(run(network), run(other))
