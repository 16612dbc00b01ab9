"""Several processes that train one network, as started by ``torchrun``."""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

import torch
from torch import Tensor, distributed

# Longer than an evaluation, for which the others wait on the first process.
_PATIENCE = timedelta(hours=4)
_CPU = torch.device("cpu")


@dataclass(frozen=True)
class Processes:
    """This process among all.

    Attributes:
        rank: 0 writes files and shows the progress.
        count: how many there are.
        here: how many of them are on this machine.
        device: where this one computes.
    """

    rank: int = 0
    count: int = 1
    here: int = 1
    device: torch.device = _CPU

    @classmethod
    def join(cls, device: str = "auto") -> "Processes":
        """Meet the other processes, if ``torchrun`` started any.

        Args:
            device: ``cpu``, ``cuda``, or ``auto`` for cuda where there is one. Each process of a
                machine takes a GPU of its own.

        Raises:
            ValueError: for a device that is not there.
        """
        ours = _device(device, int(os.environ.get("LOCAL_RANK", "0")))
        if int(os.environ.get("WORLD_SIZE", "1")) == 1:
            return cls(device=ours)
        if not distributed.is_initialized():
            backend = "nccl" if ours.type == "cuda" else "gloo"
            distributed.init_process_group(backend, timeout=_PATIENCE)
        here = int(os.environ.get("LOCAL_WORLD_SIZE", "1"))
        return cls(distributed.get_rank(), distributed.get_world_size(), here, ours)

    def leave(self) -> None:
        """Part from the others, when all are done: one that is gone too early aborts the rest."""
        if self.count > 1:
            distributed.barrier()
            distributed.destroy_process_group()

    def add(self, tensors: Iterable[Tensor]) -> None:
        """Replace tensors on the device by their sum over all processes, in one message."""
        if self.count == 1:
            return
        ours = list(tensors)
        flat = torch.cat([tensor.flatten() for tensor in ours])
        distributed.all_reduce(flat)
        for tensor, total in zip(ours, flat.split([t.numel() for t in ours]), strict=True):
            tensor.copy_(total.view_as(tensor))

    def any(self, here: bool) -> bool:
        """Tell whether it is so in any process."""
        if self.count == 1:
            return here
        vote = torch.tensor(float(here), device=self.device)
        distributed.all_reduce(vote)
        return bool(vote > 0)


def _device(name: str, local_rank: int) -> torch.device:
    if name not in ("auto", "cpu", "cuda"):
        raise ValueError(f"device: expected auto, cpu or cuda, got {name!r}")
    if name == "cpu" or (name == "auto" and not torch.cuda.is_available()):
        return _CPU
    there = torch.cuda.device_count()
    if local_rank >= there:
        raise ValueError(
            f"device: process {local_rank + 1} of this machine wants a GPU of its own, and there "
            f"are {there}; start fewer processes, or take --device cpu"
        )
    device = torch.device("cuda", local_rank)
    torch.cuda.set_device(device)
    return device
