"""Reduced precision of the forward pass in training."""

import torch
from torch.nn import functional

from samwise_ros.network.precision import reduced_precision


def test_products_are_reduced_and_attention_is_not_on_a_cpu() -> None:
    linear, attended = torch.nn.Linear(8, 8), torch.randn(1, 2, 5, 8)
    with reduced_precision(torch.device("cpu"), torch.bfloat16):
        query = linear(attended)
        found = functional.scaled_dot_product_attention(query, query, query)
    assert query.dtype == torch.bfloat16
    assert found.dtype == torch.float32
    wanted = functional.scaled_dot_product_attention(*[query.float()] * 3)
    assert torch.equal(found, wanted)
    found.sum().backward()
    assert linear.weight.grad is not None
    assert functional.scaled_dot_product_attention(*[query] * 3).dtype == torch.bfloat16
