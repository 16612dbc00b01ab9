"""Processes that evaluate or train together, as started by ``torchrun``."""

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

import torch
from torch import Tensor, distributed

Item = TypeVar("Item")

TRAINING_TIMEOUT = timedelta(hours=4)
"""Time to wait for another process; longer than an evaluation during training."""
EVALUATION_TIMEOUT = timedelta(days=7)
"""Time to wait for the slowest process of an evaluation."""
_CPU = torch.device("cpu")


@dataclass(frozen=True)
class ProcessGroup:
    """This process and the processes that it works with.

    Attributes:
        rank: rank of this process; rank 0 writes files and shows the progress.
        world_size: number of processes.
        local_world_size: number of processes on this machine.
        device: device of this process.
    """

    rank: int = 0
    world_size: int = 1
    local_world_size: int = 1
    device: torch.device = _CPU

    @classmethod
    def join(
        cls, device: torch.device = _CPU, *, timeout: timedelta = TRAINING_TIMEOUT
    ) -> "ProcessGroup":
        """Join the other processes, if ``torchrun`` started several.

        Args:
            device: device of this process and of the tensors that the processes exchange.
            timeout: time to wait for another process.
        """
        if int(os.environ.get("WORLD_SIZE", "1")) == 1:
            return cls(device=device)
        if not distributed.is_initialized():
            backend = "nccl" if device.type == "cuda" else "gloo"
            distributed.init_process_group(backend, timeout=timeout)
        local_world_size = int(os.environ.get("LOCAL_WORLD_SIZE", "1"))
        return cls(distributed.get_rank(), distributed.get_world_size(), local_world_size, device)

    def split(self, items: Sequence[Item]) -> Sequence[Item]:
        """Return this process's items; the processes take turns.

        >>> ProcessGroup(1, 3).split("abcdefgh")
        'beh'
        """
        return items[self.rank :: self.world_size]

    def gather(self, items: list[Item]) -> list[Item]:
        """Return the items of all processes on rank 0, and the process's own items elsewhere."""
        if self.world_size == 1:
            return items
        parts: list[list[Item]] | None = [[]] * self.world_size if self.rank == 0 else None
        distributed.gather_object(items, parts)
        return items if parts is None else [item for part in parts for item in part]

    def all_reduce(self, tensors: Iterable[Tensor]) -> None:
        """Replace tensors on the device by their sum over all processes, in one message."""
        if self.world_size == 1:
            return
        local = list(tensors)
        flat = torch.cat([tensor.flatten() for tensor in local])
        distributed.all_reduce(flat)
        for tensor, total in zip(local, flat.split([t.numel() for t in local]), strict=True):
            tensor.copy_(total.view_as(tensor))

    def any(self, flag: bool) -> bool:
        """Return whether the flag is set in any process."""
        if self.world_size == 1:
            return flag
        total = torch.tensor(float(flag), device=self.device)
        distributed.all_reduce(total)
        return bool(total > 0)

    def barrier(self) -> None:
        """Wait until all processes have reached this call."""
        if self.world_size > 1:
            distributed.barrier()

    def close(self) -> None:
        """Leave the group after all processes are done; leaving earlier aborts the others."""
        if self.world_size > 1:
            distributed.barrier()
            distributed.destroy_process_group()


SINGLE_PROCESS = ProcessGroup()
"""A group of one process."""


def local_device(name: str) -> str:
    """Return the GPU of this process's local rank for ``auto`` and ``cuda``, else the name itself.

    >>> local_device("cpu"), local_device("cuda:3")
    ('cpu', 'cuda:3')
    """
    if name in ("auto", "cuda") and torch.cuda.is_available():
        return f"cuda:{os.environ.get('LOCAL_RANK', '0')}"
    return name


def training_device(name: str) -> torch.device:
    """Return the device of this process: the CPU, or the GPU of its local rank.

    Args:
        name: ``cpu``, ``cuda``, or ``auto`` for CUDA if available.

    Raises:
        ValueError: the name is unknown, or there is no GPU for this process.
    """
    if name not in ("auto", "cpu", "cuda"):
        raise ValueError(f"device: expected auto, cpu or cuda, got {name!r}")
    if name == "cpu" or (name == "auto" and not torch.cuda.is_available()):
        return _CPU
    local_rank = int(os.environ.get("LOCAL_RANK", "0"))
    count = torch.cuda.device_count()
    if local_rank >= count:
        raise ValueError(
            f"device: expected one GPU for each process of this machine, got {count} for process "
            f"{local_rank + 1}; start fewer processes, or use --device cpu"
        )
    device = torch.device("cuda", local_rank)
    torch.cuda.set_device(device)
    return device
