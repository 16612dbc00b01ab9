"""Batch normalisation over a batch that several processes share."""

from typing import Any

import torch
from torch import Tensor, distributed, nn


class SynchronizedBatchNorm2d(nn.BatchNorm2d):
    """A ``BatchNorm2d`` with statistics over the samples of all processes.

    ``torch.nn.SyncBatchNorm`` does the same on GPUs but does not support the CPU.
    """

    def forward(self, x: Tensor) -> Tensor:
        """Normalise (N, C, H, W); in evaluation mode like ``BatchNorm2d``."""
        if not self.training:
            return super().forward(x)
        values = x.float()
        local_count = values.new_tensor([float(values.numel() // values.shape[1])])
        total = _sum(torch.cat((values.sum((0, 2, 3)), local_count)))
        count = total[-1].detach()
        mean = total[:-1] / count
        centred = values - mean[:, None, None]
        squares = _sum((centred * centred).sum((0, 2, 3)))
        variance = squares / count
        self._update_running_statistics(mean.detach(), variance.detach() * count / (count - 1))
        scale = self.weight / (variance + self.eps).sqrt()
        return (centred * scale[:, None, None] + self.bias[:, None, None]).to(x.dtype)

    @torch.no_grad()
    def _update_running_statistics(self, mean: Tensor, variance: Tensor) -> None:
        """Update the running statistics, which evaluation mode uses."""
        assert self.running_mean is not None
        assert self.running_var is not None
        assert self.num_batches_tracked is not None
        assert self.momentum is not None
        self.num_batches_tracked += 1
        self.running_mean.lerp_(mean, self.momentum)
        self.running_var.lerp_(variance, self.momentum)


class _Sum(torch.autograd.Function):
    """Sums tensors over all processes, and their gradients in the backward pass."""

    @staticmethod
    def forward(ctx: Any, local: Tensor) -> Tensor:
        total = local.clone()
        distributed.all_reduce(total)
        return total

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> Tensor:
        total = gradient.contiguous().clone()
        distributed.all_reduce(total)
        return total


def _sum(local: Tensor) -> Tensor:
    total: Tensor = _Sum.apply(local)  # type: ignore[no-untyped-call]
    return total


def synchronise(module: nn.Module) -> None:
    """Replace every ``BatchNorm2d`` in a module; names and values of the weights are kept."""
    for name, child in module.named_children():
        if type(child) is not nn.BatchNorm2d:
            synchronise(child)
            continue
        assert child.momentum is not None
        replacement = SynchronizedBatchNorm2d(child.num_features, child.eps, child.momentum)
        replacement.load_state_dict(child.state_dict())
        setattr(module, name, replacement.to(child.weight.device))
