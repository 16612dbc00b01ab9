"""Reduced precision for matrix products and convolutions, and for their weights."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.overrides import TorchFunctionMode

from samwise_ros.network.adapters.attention import Attention

_MATMUL_MODULES = (nn.Linear, nn.Conv2d, nn.ConvTranspose2d, Attention)


def cast_matmul_weights(network: nn.Module, dtype: torch.dtype) -> None:
    """Cast the weights of matrix products and convolutions in place.

    Autocast casts them to the same values, but again for every frame.

    Args:
        network: a network that runs under autocast to ``dtype`` afterwards.
        dtype: bfloat16 or float16.
    """
    for module in network.modules():
        if isinstance(module, _MATMUL_MODULES):
            for weight in module.parameters(recurse=False):
                weight.data = weight.data.to(dtype)


@contextmanager
def reduced_precision(device: torch.device, dtype: torch.dtype) -> Iterator[None]:
    """Run matrix products and convolutions in ``dtype``.

    On a CPU, attention to few keys is computed from matrix products: the backward pass of PyTorch's
    fused kernel takes longer than all other operators of a step together. Attention to many keys
    uses that kernel in float32, which does not keep the scores for the backward pass.
    """
    with torch.autocast(device.type, dtype):
        if device.type != "cpu":
            yield
            return
        with _ChosenAttention():
            yield


class _ChosenAttention(TorchFunctionMode):
    """Chooses how attention is computed under autocast on a CPU."""

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Iterable[type],
        args: tuple[Any, ...] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        """Call a function of PyTorch."""
        if func is functional.scaled_dot_product_attention:
            return _attend(*args, **(kwargs or {}))
        return func(*args, **(kwargs or {}))


_MAX_SCORES = 128 * 128
"""Number of scores of a head up to which attention is computed from matrix products."""


def _attend(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attn_mask: Tensor | None = None,
    dropout_p: float = 0.0,
    is_causal: bool = False,
    scale: float | None = None,
) -> Tensor:
    """Return ``scaled_dot_product_attention``; the softmax is in float32."""
    if query.shape[-2] * key.shape[-2] > _MAX_SCORES:
        if attn_mask is not None and attn_mask.is_floating_point():
            attn_mask = attn_mask.float()
        query, key, value = query.float(), key.float(), value.float()
        with torch.autocast("cpu", enabled=False):
            return functional.scaled_dot_product_attention(
                query, key, value, attn_mask, dropout_p, is_causal, scale=scale
            )
    if scale is None:
        scale = query.shape[-1] ** -0.5
    scores = (query * scale) @ key.transpose(-2, -1)
    if is_causal:
        attn_mask = torch.ones(scores.shape[-2:], dtype=torch.bool, device=scores.device).tril()
    if attn_mask is not None and attn_mask.dtype == torch.bool:
        scores = scores.masked_fill(~attn_mask, float("-inf"))
    elif attn_mask is not None:
        scores = scores + attn_mask
    weights = functional.dropout(scores.float().softmax(-1), dropout_p)
    return weights @ value
