"""The tensors that SAMWISE remembers of one command on one camera."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from samwise_ros.network.config import SamwiseConfig
from samwise_ros.network.features import AdapterWindow
from samwise_ros.network.memory_bank import MEMORY_FRAMES, MEMORY_POINTERS


@dataclass(eq=False)
class MemoryRings:
    """Rings of memorised frames, object pointers and adapter windows, newest last.

    The size is fixed from the first frame on. Implements `NetworkMemory`.

    Attributes:
        memories: (6, C_mem, H, W).
        pointers: (15, C).
        windows: (T - 1, A, H, W) for each adapter.
        frames: frames added since the memory started; dropped frames are not counted.
        last_switch_frame: index of the last frame that wrote a candidate, 0 if there is none.
        last_switch_probability: probability of that candidate, 0 to 1.
    """

    memories: Tensor
    pointers: Tensor
    windows: tuple[Tensor, ...]
    frames: int = 0
    last_switch_frame: int = 0
    last_switch_probability: float = 0.0

    @classmethod
    def empty(
        cls, config: SamwiseConfig, device: torch.device, dtype: torch.dtype
    ) -> "MemoryRings":
        """Allocate the rings for a network."""
        side, past_frames = config.image_size, config.clip_frames - 1

        def ring(*shape: int) -> Tensor:
            return torch.zeros(shape, device=device, dtype=dtype)

        return cls(
            ring(MEMORY_FRAMES, config.memory_width, side // 16, side // 16),
            ring(MEMORY_POINTERS, config.width),
            tuple(
                ring(past_frames, config.adapter_width, side // stride, side // stride)
                for stride in (8, 16, 32)
                if config.adapter_parts
            ),
        )

    @classmethod
    def full(cls, tensors: Sequence[Tensor]) -> "MemoryRings":
        """Wrap rings that are full, in the order of `tensors`."""
        memories, pointers, *windows = tensors
        frames = max([MEMORY_POINTERS, *map(len, windows)])
        return cls(memories, pointers, tuple(windows), frames=frames)

    def tensors(self) -> dict[str, Tensor]:
        """Return the rings and windows by name."""
        windows = {f"windows.{index}": window for index, window in enumerate(self.windows)}
        return {"memories": self.memories, "pointers": self.pointers, **windows}

    def restore(self, tensors: Mapping[str, Tensor]) -> None:
        """Replace the rings and windows by others of the same names, shapes and dtypes."""
        device = self.memories.device
        memories, pointers, *windows = (tensors[name].to(device) for name in self.tensors())
        self.memories, self.pointers, self.windows = memories, pointers, tuple(windows)

    @property
    def is_full(self) -> bool:
        """Whether every ring and window is full; from then on all frames have equal shapes."""
        return self.frames >= max([MEMORY_POINTERS, *map(len, self.windows)])

    @property
    def nbytes(self) -> int:
        """Size of the tensors, bytes."""
        return sum(tensor.nbytes for tensor in self.tensors().values())

    @property
    def switch_probability(self) -> float | None:
        """Probability of the last candidate; ``None`` once its frame has left the ring."""
        age = self.frames - self.last_switch_frame
        if self.last_switch_frame > 0 and age <= MEMORY_FRAMES:
            return self.last_switch_probability
        return None

    def record_switch(self, probability: float) -> None:
        """Record that the newest frame wrote a candidate.

        Args:
            probability: of the candidate, 0 to 1.
        """
        self.last_switch_frame = self.frames - 1
        self.last_switch_probability = probability

    def push_windows(self, frames: Sequence[Tensor]) -> None:
        """Add the adapters' features of N new frames: one (N, A, H, W) for each adapter."""
        for window, frame in zip(self.windows, frames, strict=True):
            push(window, frame)


def push(ring: Tensor, new: Tensor) -> None:
    """Add entries (N, ...) to a ring, whose oldest entries leave."""
    new = new[-len(ring) :]
    # In place: a captured CUDA graph reads and writes the same addresses on every replay.
    ring.copy_(torch.cat((ring[len(new) :], new.to(ring.dtype))))


def stack_windows(memories: Sequence[MemoryRings]) -> AdapterWindow | None:
    """Stack the adapter windows of B commands; ``None`` for a network without adapters."""
    if not memories[0].windows:
        return None
    frames = tuple(torch.stack(level) for level in zip(*(m.windows for m in memories), strict=True))
    length = frames[0].shape[1]
    if all(memory.frames >= length for memory in memories):
        return AdapterWindow(frames)
    age = torch.tensor([memory.frames for memory in memories], device=frames[0].device)
    position = torch.arange(length, 0, -1, device=frames[0].device)
    return AdapterWindow(frames, position <= age[:, None])
