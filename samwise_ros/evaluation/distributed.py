"""The share of one process in an evaluation, as started by ``torchrun``."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

import torch
from torch import distributed

Item = TypeVar("Item")

# A process that has done its share waits for the slowest one.
_PATIENCE = timedelta(days=7)


@dataclass(frozen=True)
class Share:
    """One process among all.

    Attributes:
        rank: 0 shows the progress and gets the results.
        count: how many there are.
    """

    rank: int = 0
    count: int = 1

    @classmethod
    def join(cls) -> "Share":
        """Meet the other processes, if ``torchrun`` started any."""
        if int(os.environ.get("WORLD_SIZE", "1")) == 1:
            return cls()
        # Masks are scored on the CPU, and only scores are sent.
        distributed.init_process_group("gloo", timeout=_PATIENCE)
        return cls(distributed.get_rank(), distributed.get_world_size())

    def of(self, items: Sequence[Item]) -> Sequence[Item]:
        """This process's part of the work; the processes take turns.

        >>> Share(1, 3).of("abcdefgh")
        'beh'
        """
        return items[self.rank :: self.count]

    def gather(self, items: list[Item]) -> list[Item]:
        """Bring what all processes have to rank 0; the others keep their own."""
        if self.count == 1:
            return items
        parts: list[list[Item]] | None = [[]] * self.count if self.rank == 0 else None
        distributed.gather_object(items, parts)
        return items if parts is None else [item for part in parts for item in part]

    def wait(self) -> None:
        """Go on when all processes have come here."""
        if self.count > 1:
            distributed.barrier()

    def leave(self) -> None:
        """Part from the others, when all are done: one that is gone too early aborts the rest."""
        if self.count > 1:
            distributed.barrier()
            distributed.destroy_process_group()


ALONE = Share()
"""The only process, with all of the work."""


def own_device(name: str) -> str:
    """Give each process of a machine a GPU of its own, where ``auto`` or ``cuda`` leave it open.

    >>> own_device("cpu"), own_device("cuda:3")
    ('cpu', 'cuda:3')
    """
    if name in ("auto", "cuda") and torch.cuda.is_available():
        return f"cuda:{os.environ.get('LOCAL_RANK', '0')}"
    return name
