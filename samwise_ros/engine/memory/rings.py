"""What one command remembers of one camera, at a fixed size from its first frame on."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor

from samwise_ros.engine.tracking.target_state import TargetTrack
from samwise_ros.network.config import SamwiseConfig
from samwise_ros.network.features import AdapterWindow
from samwise_ros.network.memory_bank import MEMORY_FRAMES, MEMORY_POINTERS, MemoryBank


@dataclass(eq=False)
class Memory:
    """Rings of memorised frames, object pointers and adapter windows, newest last.

    Attributes:
        memories: (6, C_mem, H, W).
        pointers: (15, C).
        windows: (T - 1, A, H, W) for each adapter.
        track: the target's state.
        frames: frames seen since the memory started; gaps are not counted.
        last_applied: the frame on which the switch was last asked for, 0 at first.
        last_probability: with which it was asked for.
    """

    memories: Tensor
    pointers: Tensor
    windows: tuple[Tensor, ...]
    track: TargetTrack = field(default_factory=TargetTrack)
    frames: int = 0
    last_applied: int = 0
    last_probability: float = 0.0

    @classmethod
    def empty(cls, config: SamwiseConfig, device: torch.device, dtype: torch.dtype) -> "Memory":
        """Reserve a memory for a network."""
        side, kept = config.image_size, config.clip_frames - 1

        def ring(*shape: int) -> Tensor:
            return torch.zeros(shape, device=device, dtype=dtype)

        return cls(
            ring(MEMORY_FRAMES, config.memory_width, side // 16, side // 16),
            ring(MEMORY_POINTERS, config.width),
            tuple(
                ring(kept, config.adapter_width, side // stride, side // stride)
                for stride in (8, 16, 32)
                if config.adapter_parts
            ),
        )

    @classmethod
    def full(cls, tensors: Sequence[Tensor]) -> "Memory":
        """Take rings and windows, in the order of `tensors`, that are full."""
        return cls(tensors[0], tensors[1], tuple(tensors[2:]), frames=MEMORY_POINTERS)

    def tensors(self) -> dict[str, Tensor]:
        """Return the rings and windows by name, in this order."""
        windows = {f"windows.{index}": window for index, window in enumerate(self.windows)}
        return {"memories": self.memories, "pointers": self.pointers, **windows}

    @property
    def is_full(self) -> bool:
        """Whether every ring and window is full: from now on each frame finds the same shapes."""
        return self.frames >= max([MEMORY_POINTERS, *map(len, self.windows)])

    @property
    def nbytes(self) -> int:
        """Size of the tensors, bytes."""
        return sum(tensor.nbytes for tensor in self.tensors().values())

    def push(self, memory: Tensor, pointer: Tensor) -> None:
        """Memorise a frame: (C_mem, H, W) and (C,)."""
        _push(self.memories, memory[None])
        _push(self.pointers, pointer[None])
        self.frames += 1

    def push_windows(self, frames: Sequence[Tensor]) -> None:
        """Keep what the adapters made of new frames: three tensors (N, A, H, W)."""
        for window, frame in zip(self.windows, frames, strict=True):
            _push(window, frame)


def _push(ring: Tensor, new: Tensor) -> None:
    new = new[-len(ring) :]
    # In place: a recorded frame finds the rings where they were.
    ring.copy_(torch.cat((ring[len(new) :], new.to(ring.dtype))))


def stack_banks(memories: Sequence[Memory]) -> tuple[MemoryBank | None, Tensor | None]:
    """Put the memories of several commands side by side.

    Returns:
        The bank, ``None`` if all memories are empty; and (B,) bool, true for the empty ones,
        ``None`` if none is.
    """
    ages = [memory.frames for memory in memories]
    if max(ages) == 0:
        return None, None
    device = memories[0].memories.device
    kept, pointed = min(max(ages), MEMORY_FRAMES), min(max(ages), MEMORY_POINTERS)
    mask = None
    if min(ages) < pointed:
        # A memory without a frame would leave nothing to attend to: it sees its zeros, and what
        # comes of that is not used.
        age = torch.tensor([a or pointed for a in ages], device=device)[:, None]
        places = [torch.arange(n, 0, -1, device=device) for n in (kept, pointed)]
        mask = torch.cat([place <= age for place in places], 1)
    bank = MemoryBank(
        torch.stack([memory.memories[-kept:] for memory in memories]),
        torch.stack([memory.pointers[-pointed:] for memory in memories]),
        mask,
    )
    is_first_frame = torch.tensor([a == 0 for a in ages], device=device) if min(ages) == 0 else None
    return bank, is_first_frame


def stack_windows(memories: Sequence[Memory]) -> AdapterWindow | None:
    """Put the adapter windows of several commands side by side; a network without has none."""
    if not memories[0].windows:
        return None
    frames = tuple(torch.stack(level) for level in zip(*(m.windows for m in memories), strict=True))
    kept = frames[0].shape[1]
    if all(memory.frames >= kept for memory in memories):
        return AdapterWindow(frames)
    age = torch.tensor([memory.frames for memory in memories], device=frames[0].device)
    place = torch.arange(kept, 0, -1, device=frames[0].device)
    return AdapterWindow(frames, place <= age[:, None])
