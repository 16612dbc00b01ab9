"""The adapter that exchanges residuals between the image trunk and the text trunk."""

import torch
from torch import Tensor, nn

from samwise_ros.network.adapters.attention import Attention
from samwise_ros.network.adapters.temporal_init import init_temporal_attention
from samwise_ros.network.adapters.time_encoding import time_encoding
from samwise_ros.network.config import SamwiseConfig
from samwise_ros.network.derived_tensors import DerivedTensors


class SelectiveAttention(nn.Module):
    """Attention and linear layer of the hierarchical selective attention (HSA)."""

    def __init__(self, width: int, dropout: float) -> None:
        """Build it for tokens of ``width`` channels."""
        super().__init__()
        self.self_attn = Attention(width, dropout=dropout)
        self.linear = nn.Linear(width, width)


class CrossAttention(nn.Module):
    """Cross-attention between text and image, named as in the released checkpoints."""

    def __init__(self, width: int) -> None:
        """Build it for tokens of ``width`` channels."""
        super().__init__()
        self.multihead_attn = Attention(width)


class Adapter(nn.Module):
    """Cross-Modal Temporal adapter (CMT): residuals for the image trunk and the text trunk.

    In clip mode, all T frames attend to each other and share one text. In causal mode, each frame
    attends to the window of T frames that ends with it and has a separate text. Training passes a
    whole clip; streaming passes one new frame and the cached projections of the frames before it.

    Source: SAMWISE (CVPR 2025), section 3.2.
    """

    def __init__(self, vision_width: int, patch: int, config: SamwiseConfig) -> None:
        """Build the parts that ``config.adapter_parts`` selects.

        Args:
            vision_width: channels of the image trunk at this stage.
            patch: side P of a patch, in cells.
            config: the other widths, and the parts.
        """
        super().__init__()
        width, text_width = config.adapter_width, config.text_width
        self.patch, self.parts = patch, config.adapter_parts
        self._derived = DerivedTensors()
        self.proj_vis_down = nn.Sequential(
            nn.Conv2d(vision_width, width, 1, bias=False), nn.BatchNorm2d(width), nn.ReLU()
        )
        self.proj_text_down = nn.Sequential(nn.Linear(text_width, width, bias=False))
        if "visual_to_text" in self.parts:
            self.ca_V2T = CrossAttention(width)
            norm = nn.BatchNorm2d(vision_width)
            self.proj_vis_up = nn.Sequential(
                nn.ConvTranspose2d(width, vision_width, 1, bias=False), norm, nn.ReLU()
            )
            # Start with small residuals and products with one, which leave frozen trunks intact.
            nn.init.ones_(self.ca_V2T.multihead_attn.out_proj.bias)
            nn.init.constant_(norm.weight, 0.1)
        if "text_to_visual" in self.parts:
            self.ca_T2V = CrossAttention(width)
            up = nn.Linear(width, text_width, bias=False)
            self.proj_text_up = nn.Sequential(up)
            nn.init.ones_(self.ca_T2V.multihead_attn.out_proj.bias)
            nn.init.trunc_normal_(up.weight, std=0.02)
        if "selective_attention" in self.parts:
            self.spatial_pos_embed = nn.Parameter(torch.zeros(1, 1, 1, patch * patch, width))
            nn.init.trunc_normal_(self.spatial_pos_embed, std=0.02)
            self.hsa = SelectiveAttention(width, config.dropout)
            init_temporal_attention(
                self.hsa.self_attn, self.spatial_pos_embed, patch, config.clip_frames
            )
            self.norm_pre_HSA = nn.LayerNorm(width)

    def project_down(self, x: Tensor) -> Tensor:
        """Project the image trunk's features to the adapter's width.

        Args:
            x: (B, T, C, H, W).

        Returns:
            (B, T, A, H, W). Causal mode caches this for the following frames.
        """
        projected: Tensor = self.proj_vis_down(x.flatten(0, 1))
        return projected.view(*x.shape[:2], *projected.shape[1:])

    def forward(
        self,
        context: Tensor,
        queries: int,
        text: Tensor,
        context_mask: Tensor | None = None,
        text_mask: Tensor | None = None,
    ) -> tuple[Tensor | None, Tensor | None]:
        """Compute both residuals for N groups of frames.

        Args:
            context: (N, K, A, H, W) down-projected frames, oldest first.
            queries: number Q of frames, the last ones, to compute an image residual for.
            text: (N, L, D) hidden states of the text trunk.
            context_mask: (N, K) bool, false for missing frames.
            text_mask: (N, L) bool, false for padding tokens.

        Returns:
            The image residual (N, Q, C, H, W) and the text residual (N, L, D). A residual is
            ``None`` if the adapter lacks the part that computes it.
        """
        down_text = self.proj_text_down(text)
        vision_residual = text_residual = None
        if "visual_to_text" in self.parts:
            selected = context[:, -queries:]
            if "selective_attention" in self.parts:
                selected = selected + self._attend_in_patches(context, queries, context_mask)
            vision_residual = self._image_residual(selected, down_text, text_mask)
        if "text_to_visual" in self.parts:
            average = _average(context, context_mask).flatten(2).transpose(1, 2)  # (N, H W, A)
            text_residual = self.proj_text_up(
                down_text * self.ca_T2V.multihead_attn(down_text, average)
            )
        return vision_residual, text_residual

    def _image_residual(
        self, selected: Tensor, down_text: Tensor, text_mask: Tensor | None
    ) -> Tensor:
        """Cross-attend from the cells of (N, Q, A, H, W) to the text, and project up."""
        queries, _, height, width = selected.shape[1:]
        pixels = selected.permute(0, 1, 3, 4, 2).flatten(1, 3)  # (N, Q H W, A)
        vision = pixels * self.ca_V2T.multihead_attn(pixels, down_text, text_mask)
        vision = vision.unflatten(1, (queries, height, width)).permute(0, 1, 4, 2, 3)
        residual: Tensor = self.proj_vis_up(vision.flatten(0, 1)).unflatten(0, vision.shape[:2])
        return residual

    def _attend_in_patches(
        self, context: Tensor, queries: int, context_mask: Tensor | None
    ) -> Tensor:
        """Attend from each patch in the last frames to the same patch in all frames."""
        count, frames, channels, height, width = context.shape
        p, rows, columns = self.patch, height // self.patch, width // self.patch
        tokens = context.view(count, frames, channels, rows, p, columns, p)
        tokens = tokens.permute(0, 3, 5, 1, 4, 6, 2).reshape(-1, frames, p * p, channels)
        position = self._derived.get(
            frames, (self.spatial_pos_embed,), lambda: self._position(frames)
        )
        tokens = self.norm_pre_HSA(tokens + position.to(tokens.dtype))
        mask = None
        if context_mask is not None:
            mask = context_mask.repeat_interleave(p * p, 1).repeat_interleave(rows * columns, 0)
        attended: Tensor = self.hsa.linear(
            self.hsa.self_attn(tokens[:, -queries:].flatten(1, 2), tokens.flatten(1, 2), mask)
        )
        attended = attended.view(count, rows, columns, queries, p, p, channels)
        return attended.permute(0, 3, 6, 1, 4, 2, 5).reshape(
            count, queries, channels, height, width
        )

    def _position(self, frames: int) -> Tensor:
        """Return the encoding of time and of the position in a patch, (T, P^2, A)."""
        spatial = self.spatial_pos_embed[0, 0]
        return spatial + time_encoding(frames, spatial.shape[-1], spatial.device)[:, None]


def _average(context: Tensor, mask: Tensor | None) -> Tensor:
    """Average (N, K, A, H, W) over the K frames, without missing ones."""
    if mask is None:
        return context.mean(1)
    weight = mask.to(context.dtype)[:, :, None, None, None]
    return (context * weight).sum(1) / weight.sum(1)
