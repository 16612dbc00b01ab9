"""Initial weights with which an adapter's attention heads attend to earlier frames.

To detect motion, a head must find the same cell, or the same object, some frames before. Training
from random weights needs thousands of clips to learn this; from these weights about a hundred.
"""

import math

import torch
from torch import Tensor, nn

from samwise_ros.network.adapters.attention import Attention
from samwise_ros.network.adapters.time_encoding import time_encoding

_CODE_WIDTH = 6  # channels of a head that encode position (4) and time (2)
_POSITION_SCALE = 3.0  # magnitude of the position code; the features' magnitude is about 1
_POSITION_SHARPNESS = 3.0  # decrease of the score from a cell to its neighbour
_TIME_SHARPNESS = 12.0  # scale of the scores over time
_RIDGE = 0.3  # regularisation that keeps the regression from reading features as times


@torch.no_grad()
def init_temporal_attention(
    attention: Attention, position: nn.Parameter, patch: int, frames: int
) -> None:
    """Make head h attend to the same cell h + 1 frames before, and the last head to all tokens.

    Heads of fewer than 6 channels cannot encode position and time; they stay unchanged.

    Args:
        attention: attention over the tokens of a patch in all frames; changed in place.
        position: (1, 1, 1, P^2, A) position embedding of a patch; changed in place.
        patch: side P of a patch, cells.
        frames: length T of a window.
    """
    width, heads = position.shape[-1], attention.heads
    head_width = width // heads
    if head_width < _CODE_WIDTH:
        return
    axes = torch.linalg.qr(torch.randn(width, 4))[0].T
    position.copy_(_POSITION_SCALE * _position_code(patch) @ axes)
    times = time_encoding(frames, width, position.device)
    circle = 2 * math.pi * torch.arange(1, frames + 1) / frames
    read_time = _ridge_regression(times, torch.stack((circle.cos(), circle.sin()), 1))
    query, key, _ = attention.in_proj_weight.chunk(3)
    query_bias = attention.in_proj_bias.chunk(3)[0]
    scale = math.sqrt(head_width)
    step = 1 - math.cos(math.pi / max(patch, 2))
    for head in range(heads - 1):
        where = slice(head * head_width, head * head_width + 4)
        when = slice(where.stop, where.stop + 2)
        query[where] = axes * scale * _POSITION_SHARPNESS / step / _POSITION_SCALE**2
        key[where] = axes
        ago = circle[(frames - 2 - head) % frames]
        query[when], key[when] = 0.0, read_time.T
        query_bias[when] = _TIME_SHARPNESS * scale * torch.stack((ago.cos(), ago.sin()))
    query[(heads - 1) * head_width :] = 0.0


def _position_code(patch: int) -> Tensor:
    """Return (P^2, 4), a half turn of cosine and sine from side to side, along x and y."""
    angle = math.pi * (torch.arange(patch) + 0.5) / patch
    rows, columns = torch.meshgrid(angle, angle, indexing="ij")
    return torch.stack((columns.cos(), columns.sin(), rows.cos(), rows.sin()), -1).flatten(0, 1)


def _ridge_regression(inputs: Tensor, targets: Tensor) -> Tensor:
    """Return weights (A, 2) that map the centred inputs (T, A) to the targets (T, 2)."""
    inputs = inputs - inputs.mean(0)
    gram = inputs.T @ inputs + _RIDGE * torch.eye(inputs.shape[1])
    weights: Tensor = torch.linalg.solve(gram, inputs.T @ targets)
    return weights
