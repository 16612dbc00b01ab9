"""The code of a moment in the window of frames."""

import math

import torch
from torch import Tensor


def time_encoding(frames: int, channels: int, device: torch.device) -> Tensor:
    """Encode the places of ``frames`` frames, the newest always at the full turn.

    Returns:
        (frames, channels) float32, sine and cosine interleaved.

    >>> time_encoding(8, 4, torch.device("cpu")).shape
    torch.Size([8, 4])
    """
    place = torch.arange(1, frames + 1, dtype=torch.float32, device=device)
    place = place / (frames + 1e-6) * (2 * math.pi)
    index = torch.arange(channels, device=device)
    rate = 10000.0 ** (2 * (index // 2) / channels)
    angle = place[:, None] / rate
    return torch.where(index % 2 == 0, angle.sin(), angle.cos())
