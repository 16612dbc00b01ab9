"""A hash of weights that shows whether two modules are identical."""

import hashlib
from collections.abc import Sequence

import torch
from torch import nn


def fingerprint(module: nn.Module, exclude: Sequence[str] = ()) -> str:
    """Return the SHA-256 of a module's parameters and buffers, as 64 hexadecimal digits.

    The hash covers names, shapes, dtypes and all values, but neither the order of the tensors nor
    their device.

    Args:
        module: the module.
        exclude: names of submodules that the hash leaves out.

    >>> fingerprint(nn.Linear(2, 2)) == fingerprint(nn.Linear(2, 2))
    False
    >>> fingerprint(nn.ReLU()) == fingerprint(nn.ReLU())
    True
    """
    digest = hashlib.sha256()
    excluded = tuple(f"{name}." for name in exclude)
    for name, tensor in sorted(module.state_dict().items()):
        if name.startswith(excluded):
            continue
        digest.update(f"{name} {tuple(tensor.shape)} {tensor.dtype}\n".encode())
        flat = tensor.detach().cpu().contiguous().flatten()
        digest.update(flat.view(torch.uint8).numpy())
    return digest.hexdigest()
