"""With initial weights, an adapter's heads attend to the same cell in earlier frames."""

import torch
from torch import Tensor

from samwise_ros.network.adapters.adapter import Adapter
from samwise_ros.network.adapters.time_encoding import time_encoding
from samwise_ros.network.config import SamwiseConfig
from samwise_ros.network.presets import preset


@torch.no_grad()
def attention_weights(adapter: Adapter, config: SamwiseConfig) -> Tensor:
    """Return the attention of the newest frame's cells, (heads, P^2, T, P^2)."""
    frames, width, cells = config.clip_frames, config.adapter_width, adapter.patch**2
    content = torch.randn(frames, cells, width).relu()  # as batch norm and ReLU leave it
    time = time_encoding(frames, width, torch.device("cpu"))[:, None]
    tokens = adapter.norm_pre_HSA(content + adapter.spatial_pos_embed[0, 0] + time)
    attention = adapter.hsa.self_attn
    (to_query, to_key, _), (q_bias, k_bias, _) = (
        weights.chunk(3) for weights in (attention.in_proj_weight, attention.in_proj_bias)
    )
    query = tokens[-1] @ to_query.T + q_bias
    key = tokens.flatten(0, 1) @ to_key.T + k_bias
    query, key = (one.unflatten(-1, (attention.heads, -1)).movedim(1, 0) for one in (query, key))
    scores = query @ key.transpose(1, 2) / query.shape[-1] ** 0.5
    return scores.softmax(-1).unflatten(-1, (frames, cells))


def test_each_head_attends_to_same_cell_in_an_earlier_frame() -> None:
    torch.manual_seed(0)
    config = preset("tabletop")
    for width, patch in zip(config.stage_widths[1:], config.patch_sizes, strict=True):
        adapter = Adapter(width, patch, config)
        weights = torch.stack([attention_weights(adapter, config) for _ in range(20)]).mean(0)
        heads, frames = len(weights), config.clip_frames
        for head in range(heads - 1):
            expected = frames - 2 - head
            at_time = weights[head].sum(2).mean(0)
            assert abs(int(at_time.argmax()) - expected) <= 1
            assert float(at_time[expected]) > 2 / frames
            same_cell = weights[head, :, expected].diagonal().mean()
            assert float(same_cell) > 10 / (patch**2 * frames) or patch == 2
        assert torch.allclose(weights[-1], torch.full_like(weights[-1], 1 / patch**2 / frames))


def test_narrow_heads_keep_random_weights() -> None:
    torch.manual_seed(0)
    adapter = Adapter(32, 4, preset("mini"))
    assert adapter.spatial_pos_embed.std().item() < 0.1
