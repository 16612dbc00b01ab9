"""How an adapter that knows nothing yet begins: its heads look at one place's earlier moments.

To see what moves, an attention must find the same place, or the same thing, some frames before.
From random weights it takes thousands of clips to come upon that; begun here, about a hundred.
"""

import math

import torch
from torch import Tensor, nn

from samwise_ros.network.adapters.attention import Attention
from samwise_ros.network.adapters.time_encoding import time_encoding

_CODE_WIDTH = 6  # of place and moment
_PLACE_SIZE = 3.0  # of the code of a place, beside features of about one
_NEAR = 3.0  # by how much the score falls from a cell to the next
_WHEN = 12.0  # of the scores of moments
_RIDGE = 0.3  # keeps features from being read as times


@torch.no_grad()
def look_back(attention: Attention, place: nn.Parameter, patch: int, frames: int) -> None:
    """Let head number h begin with the same cell h + 1 frames before, the last head with all.

    Heads of fewer than 6 channels cannot tell place and moment; they are left as they are.

    Args:
        attention: over the tokens of a patch in all frames.
        place: (1, 1, 1, P^2, A) code of the places in a patch.
        patch: side P of a patch, cells.
        frames: of a window, T.
    """
    width, heads = place.shape[-1], attention.heads
    head_width = width // heads
    if head_width < _CODE_WIDTH:
        return
    axes = torch.linalg.qr(torch.randn(width, 4))[0].T
    place.copy_(_PLACE_SIZE * _place_code(patch) @ axes)
    times = time_encoding(frames, width, place.device)
    circle = 2 * math.pi * torch.arange(1, frames + 1) / frames
    read_time = _regression(times, torch.stack((circle.cos(), circle.sin()), 1))
    query, key, _ = attention.in_proj_weight.chunk(3)
    query_bias = attention.in_proj_bias.chunk(3)[0]
    scale = math.sqrt(head_width)
    step = 1 - math.cos(math.pi / max(patch, 2))
    for head in range(heads - 1):
        where = slice(head * head_width, head * head_width + 4)
        when = slice(where.stop, where.stop + 2)
        query[where] = axes * scale * _NEAR / step / _PLACE_SIZE**2
        key[where] = axes
        ago = circle[(frames - 2 - head) % frames]
        query[when], key[when] = 0.0, read_time.T
        query_bias[when] = _WHEN * scale * torch.stack((ago.cos(), ago.sin()))
    query[(heads - 1) * head_width :] = 0.0


def _place_code(patch: int) -> Tensor:
    """Turn by half a circle from one side of the patch to the other; (P^2, 4)."""
    angle = math.pi * (torch.arange(patch) + 0.5) / patch
    rows, columns = torch.meshgrid(angle, angle, indexing="ij")
    return torch.stack((columns.cos(), columns.sin(), rows.cos(), rows.sin()), -1).flatten(0, 1)


def _regression(known: Tensor, wanted: Tensor) -> Tensor:
    """Weights (A, 2) that give the wanted (T, 2) of the known (T, A), kept small."""
    known = known - known.mean(0)
    square = known.T @ known + _RIDGE * torch.eye(known.shape[1])
    weights: Tensor = torch.linalg.solve(square, known.T @ wanted)
    return weights
