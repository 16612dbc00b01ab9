"""Batch normalisation over the whole batch, where several processes share it."""

from typing import Any

import torch
from torch import Tensor, distributed, nn


class SynchronizedBatchNorm2d(nn.BatchNorm2d):
    """A ``BatchNorm2d`` whose statistics are those of all processes' samples together.

    ``torch.nn.SyncBatchNorm`` does the same on GPUs and refuses the CPU.
    """

    def forward(self, x: Tensor) -> Tensor:
        """Normalise (N, C, H, W); in evaluation mode as ``BatchNorm2d`` does."""
        if not self.training:
            return super().forward(x)
        values = x.float()
        here = values.new_tensor([float(values.numel() // values.shape[1])])
        total = _sum(torch.cat((values.sum((0, 2, 3)), here)))
        count = total[-1].detach()
        mean = total[:-1] / count
        centred = values - mean[:, None, None]
        squares = _sum((centred * centred).sum((0, 2, 3)))
        variance = squares / count
        self._remember(mean.detach(), variance.detach() * count / (count - 1))
        scale = self.weight / (variance + self.eps).sqrt()
        return (centred * scale[:, None, None] + self.bias[:, None, None]).to(x.dtype)

    @torch.no_grad()
    def _remember(self, mean: Tensor, variance: Tensor) -> None:
        """Move the statistics that evaluation takes towards this batch's."""
        assert self.running_mean is not None
        assert self.running_var is not None
        assert self.num_batches_tracked is not None
        assert self.momentum is not None
        self.num_batches_tracked += 1
        self.running_mean.lerp_(mean, self.momentum)
        self.running_var.lerp_(variance, self.momentum)


class _Sum(torch.autograd.Function):
    """Adds tensors up over all processes; a gradient goes back to all of them."""

    @staticmethod
    def forward(ctx: Any, ours: Tensor) -> Tensor:
        total = ours.clone()
        distributed.all_reduce(total)
        return total

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> Tensor:
        total = gradient.contiguous().clone()
        distributed.all_reduce(total)
        return total


def _sum(ours: Tensor) -> Tensor:
    total: Tensor = _Sum.apply(ours)  # type: ignore[no-untyped-call]
    return total


def synchronise(module: nn.Module) -> None:
    """Replace every ``BatchNorm2d`` inside a module; the weights' names and values stay."""
    for name, child in module.named_children():
        if type(child) is not nn.BatchNorm2d:
            synchronise(child)
            continue
        assert child.momentum is not None
        ours = SynchronizedBatchNorm2d(child.num_features, child.eps, child.momentum)
        ours.load_state_dict(child.state_dict())
        setattr(module, name, ours.to(child.weight.device))
