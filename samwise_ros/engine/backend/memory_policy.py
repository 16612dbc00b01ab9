"""What a frame leaves in the memory, and what the next frame attends to.

All policies use the same rings, but an empty place means something else under each; memory files
state the policy. All decisions stay on the device.
"""

from collections.abc import Mapping, Sequence
from typing import Protocol

import torch
from torch import Tensor

from samwise_ros.engine.backend.memory_rings import MemoryRings, push
from samwise_ros.engine.config import MemoryPolicyName
from samwise_ros.network.decoder_output import DecoderOutput, TrackOutput
from samwise_ros.network.memory_bank import MEMORY_FRAMES, MEMORY_POINTERS, MemoryBank

_ANCHOR_FRAMES = 5
_MIN_STABILITY = 0.6


class MemoryPolicy(Protocol):
    """How the memories of commands are read and written."""

    def read(self, memories: Sequence[MemoryRings]) -> tuple[MemoryBank | None, Tensor | None]:
        """Return what the next frame attends to.

        Returns:
            The bank, ``None`` if all memories are empty; and (B,) bool, true for empty memories,
            ``None`` if no memory is empty.
        """
        ...

    def write(
        self, memories: Sequence[MemoryRings], memorised: Tensor, tracked: TrackOutput
    ) -> None:
        """Add a frame.

        Args:
            memories: of B commands.
            memorised: (B, C_mem, H, W) memory features of the frame.
            tracked: the frame's output.
        """
        ...


class PaperPolicy:
    """Every frame is written: the last 6 frames and the last 15 object pointers."""

    def read(self, memories: Sequence[MemoryRings]) -> tuple[MemoryBank | None, Tensor | None]:
        """Return the bank of the last frames; see `MemoryPolicy`."""
        ages = [memory.frames for memory in memories]
        if max(ages) == 0:
            return None, None
        device = memories[0].memories.device
        frames, pointers = min(max(ages), MEMORY_FRAMES), min(max(ages), MEMORY_POINTERS)
        mask = None
        if min(ages) < pointers:
            # Attention needs at least one key. An empty memory attends to its zeros, and the
            # network replaces that result because `is_first_frame` is true.
            age = torch.tensor([a or pointers for a in ages], device=device)[:, None]
            positions = [torch.arange(n, 0, -1, device=device) for n in (frames, pointers)]
            mask = torch.cat([position <= age for position in positions], 1)
        bank = MemoryBank(
            torch.stack([memory.memories[-frames:] for memory in memories]),
            torch.stack([memory.pointers[-pointers:] for memory in memories]),
            mask,
        )
        if min(ages) > 0:
            return bank, None
        return bank, torch.tensor([age == 0 for age in ages], device=device)

    def write(
        self, memories: Sequence[MemoryRings], memorised: Tensor, tracked: TrackOutput
    ) -> None:
        """Add a frame; see `MemoryPolicy`."""
        for row, memory in enumerate(memories):
            push(memory.memories, memorised[row, None])
            push(memory.pointers, tracked.decoded.pointer[row, None])
            memory.frames += 1


class GatedPolicy:
    """Frames with a clear mask are written, and one of them is never pushed out.

    The first entry of both rings is the anchor, the others are the last written frames. The anchor
    is the last of the first `_ANCHOR_FRAMES` written frames. An entry is empty as long as its
    pointer is zero.

    Source: only clear frames are written in C.-Y. Yang et al., "SAMURAI: Adapting Segment Anything
    Model for Zero-Shot Visual Tracking with Motion-Aware Memory", 2024; an anchor is kept in
    H. Liu et al., "ReSurgSAM2", MICCAI 2025.
    """

    def read(self, memories: Sequence[MemoryRings]) -> tuple[MemoryBank | None, Tensor | None]:
        """Return the bank of the anchor and the written frames; see `MemoryPolicy`."""
        pointers = torch.stack([memory.pointers for memory in memories])
        filled = (pointers != 0).any(2)
        is_empty = ~filled.any(1)
        frames = torch.cat((filled[:, :1], filled[:, 1 - MEMORY_FRAMES :]), 1)
        # Attention needs at least one key, as in `PaperPolicy`.
        mask = torch.cat((frames, filled), 1) | is_empty[:, None]
        bank = MemoryBank(torch.stack([memory.memories for memory in memories]), pointers, mask)
        return bank, is_empty

    def write(
        self, memories: Sequence[MemoryRings], memorised: Tensor, tracked: TrackOutput
    ) -> None:
        """Add a frame if its mask is clear or a candidate; see `MemoryPolicy`."""
        is_clear = _is_clear(tracked.decoded)
        is_written = is_clear if tracked.applied is None else is_clear | tracked.applied
        for row, memory in enumerate(memories):
            is_anchor = is_clear[row] & ~memory.pointers[-_ANCHOR_FRAMES].any()
            new = (memorised[row, None], tracked.decoded.pointer[row, None])
            for ring, frame in zip((memory.memories, memory.pointers), new, strict=True):
                entry = frame.to(ring.dtype)
                anchor = torch.where(is_anchor, entry, ring[:1])
                recent = torch.where(is_written[row], torch.cat((ring[2:], entry)), ring[1:])
                # In place: a captured CUDA graph reads and writes the same addresses.
                ring.copy_(torch.cat((anchor, recent)))
            memory.frames += 1


class EmptyPolicy:
    """No frame is written: what the adapters' window does not show is not known."""

    def read(self, memories: Sequence[MemoryRings]) -> tuple[MemoryBank | None, Tensor | None]:
        """Return no bank; see `MemoryPolicy`."""
        return None, None

    def write(
        self, memories: Sequence[MemoryRings], memorised: Tensor, tracked: TrackOutput
    ) -> None:
        """Count a frame; see `MemoryPolicy`."""
        for memory in memories:
            memory.frames += 1


def _is_clear(decoded: DecoderOutput) -> Tensor:
    """Return on which rows (B,) an object is in view and its mask has a clear border.

    Source: stability score of A. Kirillov et al., "Segment Anything", ICCV 2023, section 5: the
    intersection over union of the masks at a higher and at a lower threshold.
    """
    inner, outer = ((decoded.logits > logit).sum((1, 2, 3)) for logit in (1.0, -1.0))
    return (decoded.score[:, 0] > 0) & (inner > _MIN_STABILITY * outer)


POLICIES: Mapping[MemoryPolicyName, MemoryPolicy] = {
    "paper": PaperPolicy(),
    "gated": GatedPolicy(),
    "none": EmptyPolicy(),
}
"""Each memory policy by its name in the configuration."""
