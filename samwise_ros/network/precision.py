"""Reduced precision for the weights of matrix products and convolutions."""

import torch
from torch import nn

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
