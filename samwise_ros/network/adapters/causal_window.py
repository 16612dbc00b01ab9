"""Sliding windows over the frames that an adapter attends to in causal mode."""

import torch
from torch import Tensor


def sliding_windows(
    frames: Tensor, length: int, past: Tensor | None = None, past_mask: Tensor | None = None
) -> tuple[Tensor, Tensor | None]:
    """Return the window of ``length`` frames that ends with each of N new frames.

    Args:
        frames: (B, N, A, H, W) new frames, oldest first.
        length: frames T of a window.
        past: (B, T - 1, A, H, W) frames before the new ones; ``None`` if there are none.
        past_mask: (B, T - 1) bool, false for missing frames of ``past``; ``None`` if no frame is
            missing.

    Returns:
        Windows (B N, T, A, H, W), and their mask (B N, T) bool; the mask is ``None`` if no frame
        is missing.

    >>> windows, mask = sliding_windows(torch.tensor([[1.0, 2.0]])[:, :, None, None, None], 2)
    >>> windows.flatten(1).tolist(), mask.tolist()
    ([[0.0, 1.0], [1.0, 2.0]], [[False, True], [True, True]])
    """
    batch, count = frames.shape[:2]
    if past is None:
        past = frames.new_zeros(batch, length - 1, *frames.shape[2:])
        past_mask = torch.zeros(batch, length - 1, dtype=torch.bool, device=frames.device)
    windows = torch.cat((past, frames), 1).unfold(1, length, 1)
    windows = windows.movedim(-1, 2).flatten(0, 1)
    if past_mask is None:
        return windows, None
    present = torch.ones(batch, count, dtype=torch.bool, device=frames.device)
    mask = torch.cat((past_mask, present), 1).unfold(1, length, 1).flatten(0, 1)
    return windows, mask
