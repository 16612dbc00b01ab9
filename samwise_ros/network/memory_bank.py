"""What the network looks back on, for a batch of commands."""

from dataclasses import dataclass

import torch
from torch import Tensor

from samwise_ros.network.sam2 import MEMORY_FRAMES, MEMORY_POINTERS


@dataclass(frozen=True, eq=False)
class MemoryBank:
    """Memorised frames and object pointers of B commands.

    Attributes:
        memories: (B, M, C_mem, H, W), M at most 6, oldest first.
        pointers: (B, P, C), P at most 15, oldest first.
        mask: (B, M + P) bool, false where a place is empty; ``None`` where none is.
    """

    memories: Tensor
    pointers: Tensor
    mask: Tensor | None = None

    @classmethod
    def start(cls, memory: Tensor, pointer: Tensor) -> "MemoryBank":
        """Begin with one frame's memory (B, C_mem, H, W) and pointer (B, C)."""
        return cls(memory[:, None], pointer[:, None])

    def push(self, memory: Tensor, pointer: Tensor) -> "MemoryBank":
        """Return the bank with one more frame; what is too old falls out.

        Only for banks without a mask: where commands differ in age, the engine keeps them.
        """
        assert self.mask is None
        return MemoryBank(
            torch.cat((self.memories, memory[:, None]), 1)[:, -MEMORY_FRAMES:],
            torch.cat((self.pointers, pointer[:, None]), 1)[:, -MEMORY_POINTERS:],
        )

    def of(self, owners: Tensor) -> "MemoryBank":
        """Return a bank in which each command has the memory of the one that is named for it."""
        mask = None if self.mask is None else self.mask[owners]
        return MemoryBank(self.memories[owners], self.pointers[owners], mask)
