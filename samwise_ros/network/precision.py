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

    On a CPU, attention is computed from matrix products: the backward pass of PyTorch's fused
    kernel takes longer than all other operators of a step together.
    """
    with torch.autocast(device.type, dtype):
        if device.type != "cpu":
            yield
            return
        with _AttentionFromProducts():
            yield


class _AttentionFromProducts(TorchFunctionMode):
    """Replaces the fused kernel of attention by matrix products and a softmax."""

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


def _attend(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attn_mask: Tensor | None = None,
    dropout_p: float = 0.0,
    is_causal: bool = False,
    scale: float | None = None,
) -> Tensor:
    """Return ``scaled_dot_product_attention`` from products in reduced precision.

    The scores are rounded to that precision, the softmax is in float32. All scores are kept for
    the backward pass, which the fused kernel avoids: a large image takes more memory.
    """
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
