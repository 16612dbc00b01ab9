"""Costs equal those counted by hand."""

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from samwise_ros.benchmark.roofline import Cost, DevicePeak, count_cost, weight_sizes


@torch.inference_mode()
def cost_of(function: object, *arguments: object, network: nn.Module | None = None) -> Cost:
    return count_cost(function, arguments, weight_sizes(network or nn.Identity()))[1]


def test_cost_of_a_linear_layer() -> None:
    layer, x = nn.Linear(8, 16), torch.rand(4, 8)
    cost = cost_of(layer, x, network=layer)
    assert cost.flops == 2 * 4 * 8 * 16
    assert cost.min_bytes == 4 * (8 * 16 + 16 + 4 * 8 + 4 * 16)
    assert cost.operators == 1


def test_cost_of_fused_attention_on_the_cpu() -> None:
    q, k, v = torch.rand(1, 2, 32, 16), torch.rand(1, 2, 64, 16), torch.rand(1, 2, 64, 16)
    cost = cost_of(functional.scaled_dot_product_attention, q, k, v)
    assert cost.flops == 2 * 2 * 2 * 32 * 64 * 16  # two products, two heads
    assert cost.operators == 1


def test_views_are_free_and_in_place_operations_are_not() -> None:
    def change(x: Tensor) -> Tensor:
        return x.view(2, 8).transpose(0, 1)[1:].add_(1.0)

    cost = cost_of(change, torch.zeros(16))
    assert cost == Cost(flops=0, min_bytes=4 * 16, operators=1)


def test_interpolation_is_one_operator() -> None:
    def enlarge(x: Tensor) -> Tensor:
        return functional.interpolate(x, size=(8, 8), mode="bilinear", align_corners=False)

    assert cost_of(enlarge, torch.zeros(1, 1, 4, 4)).operators == 1


def test_lower_bound_is_the_longer_of_compute_and_memory_time() -> None:
    peak = DevicePeak(flops_per_second=100.0, bytes_per_second=10.0)
    assert peak.lower_bound_s(Cost(flops=200, min_bytes=10)) == pytest.approx(2.0)
    assert peak.lower_bound_s(Cost(flops=100, min_bytes=30)) == pytest.approx(3.0)
