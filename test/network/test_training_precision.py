"""Reduced precision of the forward pass in training."""

import pytest
import torch
from torch.nn import functional

from samwise_ros.network.precision import reduced_precision


@pytest.mark.parametrize("masked", [False, True])
def test_attention_on_a_cpu_equals_the_fused_kernel(masked: bool) -> None:
    torch.manual_seed(0)
    query, key, value = (torch.randn(2, 3, 5, 16, requires_grad=True) for _ in range(3))
    mask = torch.rand(2, 1, 1, 5) > 0.4 if masked else None
    if mask is not None:
        mask[..., 0] = True
    results = []
    for reduced in (False, True):
        with reduced_precision(torch.device("cpu"), torch.bfloat16) if reduced else torch.no_grad():
            found = functional.scaled_dot_product_attention(
                query, key, value, attn_mask=mask, dropout_p=0.0, scale=0.3
            )
        results.append(found)
    wanted, found = results
    assert found.dtype == torch.bfloat16
    assert torch.allclose(found.float(), wanted, atol=0.03)
    gradients = torch.autograd.grad(found.float().square().sum(), (query, key, value))
    exact = functional.scaled_dot_product_attention(query, key, value, attn_mask=mask, scale=0.3)
    expected = torch.autograd.grad(exact.square().sum(), (query, key, value))
    for one, other in zip(gradients, expected, strict=True):
        assert torch.allclose(one, other, atol=0.1)
