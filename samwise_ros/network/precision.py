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

    On a CPU, attention stays in float32: PyTorch's backward pass of it takes six times longer in
    bfloat16.
    """
    with torch.autocast(device.type, dtype):
        if device.type != "cpu":
            yield
            return
        with _Float32Attention():
            yield


class _Float32Attention(TorchFunctionMode):
    """Computes attention in float32 under autocast on a CPU."""

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Iterable[type],
        args: tuple[Any, ...] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        """Call a function of PyTorch."""
        if func is not functional.scaled_dot_product_attention:
            return func(*args, **(kwargs or {}))
        with torch.autocast("cpu", enabled=False):
            return func(*map(_float32, args), **{k: _float32(v) for k, v in (kwargs or {}).items()})


def _float32(value: Any) -> Any:
    return value.float() if isinstance(value, Tensor) and value.is_floating_point() else value
