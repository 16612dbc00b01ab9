"""Reduced precision of the forward pass in training."""

from typing import Any

import pytest
import torch
from torch.nn import functional

from samwise_ros.network.precision import reduced_precision

KEYS = torch.tensor([[True, False, True, True, False]])
CASES: dict[str, dict[str, Any]] = {
    "all keys": {},
    "bool mask": {"attn_mask": KEYS},
    "float mask": {"attn_mask": torch.linspace(-3, 3, 5)[None]},
    "causal": {"is_causal": True},
    "scale": {"scale": 0.3},
}


def _is_fused(attended: torch.Tensor) -> bool:
    return "ScaledDotProduct" in type(attended.grad_fn).__name__


@pytest.mark.parametrize("case", CASES)
def test_attention_on_a_cpu_equals_the_fused_kernel(case: str) -> None:
    torch.manual_seed(0)
    query, key, value = (torch.randn(2, 3, 5, 16, requires_grad=True) for _ in range(3))
    exact = functional.scaled_dot_product_attention(query, key, value, **CASES[case])
    with reduced_precision(torch.device("cpu"), torch.bfloat16):
        found = functional.scaled_dot_product_attention(query, key, value, **CASES[case])
    assert not _is_fused(found), "the backward pass of the fused kernel is slow"
    assert found.dtype == torch.bfloat16
    assert torch.allclose(found.float(), exact, atol=0.03)
    gradients, expected = (
        torch.autograd.grad(result.float().square().sum(), (query, key, value))
        for result in (found, exact)
    )
    for one, other in zip(gradients, expected, strict=True):
        assert torch.allclose(one, other, atol=0.1)


def test_attention_to_many_keys_keeps_no_scores() -> None:
    query = torch.randn(1, 1, 200, 16, requires_grad=True)
    with reduced_precision(torch.device("cpu"), torch.bfloat16):
        found = functional.scaled_dot_product_attention(query, query, query)
    assert _is_fused(found)
    assert found.dtype == torch.float32


def test_dropout_applies_to_the_weights() -> None:
    torch.manual_seed(0)
    ones = torch.ones(1, 1, 400, 8)
    with reduced_precision(torch.device("cpu"), torch.bfloat16):
        found = functional.scaled_dot_product_attention(ones, ones, ones, dropout_p=0.5).float()
    assert found.std() > 0.01
    assert found.mean() == pytest.approx(1, abs=0.05)


def test_the_fused_kernel_is_back_afterwards() -> None:
    query = torch.randn(1, 1, 5, 16, requires_grad=True)
    with reduced_precision(torch.device("cpu"), torch.bfloat16):
        pass
    assert _is_fused(functional.scaled_dot_product_attention(query, query, query))
