"""Whether weights are the same, in one line."""

import hashlib
from collections.abc import Sequence

import torch
from torch import nn


def fingerprint(module: nn.Module, without: Sequence[str] = ()) -> str:
    """Return the SHA-256 of a module's parameters and buffers, as 64 hexadecimal digits.

    It covers names, shapes, types and every byte, but neither the order nor the device, and says
    whether frozen parts stayed as they were.

    Args:
        module: the module.
        without: names of the modules inside it that are left out.

    >>> fingerprint(nn.Linear(2, 2)) == fingerprint(nn.Linear(2, 2))
    False
    >>> fingerprint(nn.ReLU()) == fingerprint(nn.ReLU())
    True
    """
    digest = hashlib.sha256()
    left_out = tuple(f"{name}." for name in without)
    for name, tensor in sorted(module.state_dict().items()):
        if name.startswith(left_out):
            continue
        digest.update(f"{name} {tuple(tensor.shape)} {tensor.dtype}\n".encode())
        flat = tensor.detach().cpu().contiguous().flatten()
        digest.update(flat.view(torch.uint8).numpy())
    return digest.hexdigest()
