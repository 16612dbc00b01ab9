"""Sinusoidal encoding of a frame's position in the window."""

import math

import torch
from torch import Tensor


def time_encoding(frames: int, channels: int, device: torch.device) -> Tensor:
    """Encode the positions of ``frames`` frames; the newest frame is always at 2 pi.

    Source: SAMWISE (CVPR 2025), section 3.2; the temperature is 10000.

    Returns:
        (frames, channels) float32 from -1 to 1, sine and cosine interleaved.

    >>> time_encoding(8, 4, torch.device("cpu")).shape
    torch.Size([8, 4])
    """
    position = torch.arange(1, frames + 1, dtype=torch.float32, device=device)
    position = position / (frames + 1e-6) * (2 * math.pi)
    index = torch.arange(channels, device=device)
    rate = 10000.0 ** (2 * (index // 2) / channels)
    angle = position[:, None] / rate
    return torch.where(index % 2 == 0, angle.sin(), angle.cos())
