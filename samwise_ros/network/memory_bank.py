"""The memory that a batch of commands attends to."""

from dataclasses import dataclass

import torch
from torch import Tensor

MEMORY_FRAMES = 6
"""Maximum number of past frames whose features a frame attends to."""
MEMORY_POINTERS = 15
"""Maximum number of past frames whose object pointers a frame attends to."""


@dataclass(frozen=True, eq=False)
class MemoryBank:
    """Memory features and object pointers of B commands.

    Attributes:
        memories: (B, M, C_mem, H, W), M at most `MEMORY_FRAMES`, oldest first.
        pointers: (B, P, C), P at most `MEMORY_POINTERS`, oldest first.
        mask: (B, M + P) bool, false for empty entries; ``None`` if all entries are filled.
    """

    memories: Tensor
    pointers: Tensor
    mask: Tensor | None = None

    @classmethod
    def start(cls, memory: Tensor, pointer: Tensor) -> "MemoryBank":
        """Create a bank from the first frame's memory (B, C_mem, H, W) and pointer (B, C)."""
        return cls(memory[:, None], pointer[:, None])

    def push(self, memory: Tensor, pointer: Tensor) -> "MemoryBank":
        """Return a bank with one more frame, dropping entries above the maximum.

        Only for banks without a mask. Banks of commands of different age are built by the engine.
        """
        assert self.mask is None
        return MemoryBank(
            torch.cat((self.memories, memory[:, None]), 1)[:, -MEMORY_FRAMES:],
            torch.cat((self.pointers, pointer[:, None]), 1)[:, -MEMORY_POINTERS:],
        )

    def select(self, rows: Tensor) -> "MemoryBank":
        """Return a bank whose row i is row ``rows[i]`` of this bank; (B,) int64."""
        mask = None if self.mask is None else self.mask[rows]
        return MemoryBank(self.memories[rows], self.pointers[rows], mask)
