"""Weights in reduced precision, where nothing but products reads them."""

import torch
from torch import nn

from samwise_ros.network.adapters.attention import Attention

_PRODUCTS = (nn.Linear, nn.Conv2d, nn.ConvTranspose2d, Attention)


def reduce_products(network: nn.Module, dtype: torch.dtype) -> None:
    """Round the weights of products, in place.

    Autocast rounds them too, to the same numbers, but anew on every frame.

    Args:
        network: what runs under autocast to ``dtype`` from now on.
        dtype: bfloat16 or float16.
    """
    for module in network.modules():
        if isinstance(module, _PRODUCTS):
            for weight in module.parameters(recurse=False):
                weight.data = weight.data.to(dtype)
