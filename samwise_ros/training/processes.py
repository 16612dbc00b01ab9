"""Several processes that train one network, as started by ``torchrun``."""

import os
from collections.abc import Iterable
from dataclasses import dataclass

import torch
from torch import Tensor, distributed


@dataclass(frozen=True)
class Processes:
    """This process among all.

    Attributes:
        rank: 0 writes files and shows the progress.
        count: how many there are.
    """

    rank: int = 0
    count: int = 1

    @classmethod
    def join(cls) -> "Processes":
        """Meet the other processes, if ``torchrun`` started any."""
        if int(os.environ.get("WORLD_SIZE", "1")) == 1:
            return cls()
        if not distributed.is_initialized():
            distributed.init_process_group("gloo")
        return cls(distributed.get_rank(), distributed.get_world_size())

    def leave(self) -> None:
        """Part from the others, when all are done: one that is gone too early aborts the rest."""
        if self.count > 1:
            distributed.barrier()
            distributed.destroy_process_group()

    def average(self, tensors: Iterable[Tensor]) -> None:
        """Replace tensors by their mean over all processes, in one message."""
        if self.count == 1:
            return
        ours = list(tensors)
        flat = torch.cat([tensor.flatten() for tensor in ours])
        distributed.all_reduce(flat)
        flat /= self.count
        for tensor, mean in zip(ours, flat.split([t.numel() for t in ours]), strict=True):
            tensor.copy_(mean.view_as(tensor))
