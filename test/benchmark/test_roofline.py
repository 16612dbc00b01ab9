"""What a part has to do is counted as by hand."""

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from samwise_ros.benchmark.roofline import Machine, Work, measure_work, weights_of


@torch.inference_mode()
def counted(function: object, *arguments: object, network: nn.Module | None = None) -> Work:
    return measure_work(function, arguments, weights_of(network or nn.Identity()))[1]


def test_a_linear_layer() -> None:
    layer, x = nn.Linear(8, 16), torch.rand(4, 8)
    work = counted(layer, x, network=layer)
    assert work.flops == 2 * 4 * 8 * 16
    assert work.least_bytes == 4 * (8 * 16 + 16 + 4 * 8 + 4 * 16)
    assert work.operators == 1


def test_attention_through_the_processors_fused_kernel() -> None:
    q, k, v = torch.rand(1, 2, 32, 16), torch.rand(1, 2, 64, 16), torch.rand(1, 2, 64, 16)
    work = counted(functional.scaled_dot_product_attention, q, k, v)
    assert work.flops == 2 * 2 * 2 * 32 * 64 * 16  # two products, two heads
    assert work.operators == 1


def test_views_are_free_and_changes_in_place_are_not() -> None:
    def change(x: Tensor) -> Tensor:
        return x.view(2, 8).transpose(0, 1)[1:].add_(1.0)

    work = counted(change, torch.zeros(16))
    assert work == Work(flops=0, least_bytes=4 * 16, operators=1)


def test_enlarging_an_image_is_one_call() -> None:
    def enlarge(x: Tensor) -> Tensor:
        return functional.interpolate(x, size=(8, 8), mode="bilinear", align_corners=False)

    assert counted(enlarge, torch.zeros(1, 1, 4, 4)).operators == 1


def test_the_floor_is_set_by_what_takes_longer() -> None:
    machine = Machine(flops_per_second=100.0, bytes_per_second=10.0)
    assert machine.floor_s(Work(flops=200, least_bytes=10)) == pytest.approx(2.0)
    assert machine.floor_s(Work(flops=100, least_bytes=30)) == pytest.approx(3.0)
