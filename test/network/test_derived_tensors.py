"""What is made of weights is made once, and anew after every way in which weights can change."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from samwise_ros.network.derived_tensors import Constants
from samwise_ros.network.presets import preset
from samwise_ros.network.samwise import Samwise


class Doubling:
    """Counts how often it was made."""

    def __init__(self, weight: nn.Parameter) -> None:
        self.weight, self.made, self.constants = weight, 0, Constants()

    def get(self) -> Tensor:
        return self.constants.get("double", (self.weight,), self.make)

    def make(self) -> Tensor:
        self.made += 1
        return 2 * self.weight


def test_it_is_made_once() -> None:
    double = Doubling(nn.Parameter(torch.ones(2)))
    with torch.inference_mode():
        assert double.get().tolist() == [2, 2]
        assert double.get().tolist() == [2, 2]
    assert double.made == 1
    with torch.no_grad():
        assert not double.get().is_inference()
    assert double.made == 1


def step(weight: nn.Parameter) -> None:
    weight.grad = torch.ones(2)
    torch.optim.SGD([weight], lr=1.0).step()


def load(weight: nn.Parameter) -> None:
    with torch.no_grad():
        weight.copy_(torch.zeros(2))


def replace(weight: nn.Parameter) -> None:
    weight.data = torch.zeros(2)


@pytest.mark.parametrize("change", [step, load, replace])
def test_it_is_made_anew_after_a_change(change: Callable[[nn.Parameter], None]) -> None:
    double = Doubling(nn.Parameter(torch.ones(2)))
    with torch.no_grad():
        double.get()
    change(double.weight)
    with torch.inference_mode():
        assert double.get().tolist() == [0, 0]


def test_a_gradient_goes_through() -> None:
    double = Doubling(nn.Parameter(torch.ones(2)))
    with torch.no_grad():
        double.get()
    double.get().sum().backward()
    assert double.weight.grad is not None
    assert double.weight.grad.tolist() == [2, 2]


def test_weights_made_in_inference_mode_are_not_counted_on() -> None:
    with torch.inference_mode():
        double = Doubling(nn.Parameter(torch.ones(2), requires_grad=False))
        double.get()
        double.weight.mul_(0)
        assert double.get().tolist() == [0, 0]


def test_a_network_sees_its_new_weights() -> None:
    """Every constant of the network: as in one that has never run with other weights."""
    torch.manual_seed(0)
    network, fresh = (Samwise(preset("tabletop")).eval() for _ in range(2))
    pixels, tokens = torch.rand(1, 1, 3, 128, 128), torch.tensor([[0, 5, 6, 2]])

    @torch.inference_mode()
    def run(one: Samwise) -> Tensor:
        encoded = one.encode(one.image_stem(pixels), one.text_stem(tokens), causal=True)
        frame = encoded.frame(0)
        decoded = one.track(frame, None).decoded
        memory = one.memorise(frame, one.track(frame, None))
        conditioned = one.sam.with_memory(frame.features, memory[:, None], decoded.pointer[:, None])
        return one.sam.decode(conditioned, frame.high_res, one.sam.empty_point(1)).logits

    first = run(network)
    network.load_state_dict(fresh.state_dict())
    assert not torch.equal(first, run(network))
    assert torch.equal(run(network), run(fresh))
