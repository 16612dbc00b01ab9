"""The adapter that lets image and text change each other."""

import torch
from torch import Tensor, nn

from samwise_ros.network.adapters.attention import Attention
from samwise_ros.network.adapters.temporal_init import look_back
from samwise_ros.network.adapters.time_encoding import time_encoding
from samwise_ros.network.config import SamwiseConfig
from samwise_ros.network.derived_tensors import Constants


class SelectiveAttention(nn.Module):
    """The attention and linear layer inside the hierarchical selective attention (HSA)."""

    def __init__(self, width: int, dropout: float) -> None:
        """Build it for tokens of ``width`` channels."""
        super().__init__()
        self.self_attn = Attention(width, dropout=dropout)
        self.linear = nn.Linear(width, width)


class CrossAttention(nn.Module):
    """Holds one attention under the name that released checkpoints give it."""

    def __init__(self, width: int) -> None:
        """Build it for tokens of ``width`` channels."""
        super().__init__()
        self.multihead_attn = Attention(width)


class Adapter(nn.Module):
    """One Cross-Modal Temporal adapter (CMT): residuals for the image trunk and the text trunk.

    The same parts serve three uses. In clip mode all T frames attend to each other and share one
    text. In causal mode each frame attends to the window of T frames that ends with it, and has a
    text of its own; a whole clip at once trains that mode, and one new frame beside the past
    frames' kept projections runs it.

    Source: SAMWISE (CVPR 2025), section 3.2.
    """

    def __init__(self, vision_width: int, patch: int, config: SamwiseConfig) -> None:
        """Build an adapter between two trunks, of the parts that the configuration names.

        Args:
            vision_width: channels of the image trunk at this stage.
            patch: side P of a patch, cells.
            config: the other widths, and the parts.
        """
        super().__init__()
        width, text_width = config.adapter_width, config.text_width
        self.patch, self.parts = patch, config.adapter_parts
        self._constants = Constants()
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
            # Small residuals and products with one to begin with, so that frozen trunks still work.
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
            look_back(self.hsa.self_attn, self.spatial_pos_embed, patch, config.clip_frames)
            self.norm_pre_HSA = nn.LayerNorm(width)

    def down(self, x: Tensor) -> Tensor:
        """Project the image trunk's features to the adapter's width.

        Args:
            x: (B, T, C, H, W).

        Returns:
            (B, T, A, H, W); what the causal mode keeps of a frame.
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
            queries: how many of the last frames want a residual, Q.
            text: (N, L, D) the text trunk.
            context_mask: (N, K) bool, false where a frame is not there yet.
            text_mask: (N, L) bool, false where a token is padding.

        Returns:
            The image residual (N, Q, C, H, W) and the text residual (N, L, D); ``None`` for one
            whose part this adapter does not have.
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
        """Let the cells of (N, Q, A, H, W) attend to the text."""
        queries, _, height, width = selected.shape[1:]
        pixels = selected.permute(0, 1, 3, 4, 2).flatten(1, 3)  # (N, Q H W, A)
        vision = pixels * self.ca_V2T.multihead_attn(pixels, down_text, text_mask)
        vision = vision.unflatten(1, (queries, height, width)).permute(0, 1, 4, 2, 3)
        residual: Tensor = self.proj_vis_up(vision.flatten(0, 1)).unflatten(0, vision.shape[:2])
        return residual

    def _attend_in_patches(
        self, context: Tensor, queries: int, context_mask: Tensor | None
    ) -> Tensor:
        """Let each patch's tokens of the last frames attend to the patch in all frames."""
        count, frames, channels, height, width = context.shape
        p, rows, columns = self.patch, height // self.patch, width // self.patch
        tokens = context.view(count, frames, channels, rows, p, columns, p)
        tokens = tokens.permute(0, 3, 5, 1, 4, 6, 2).reshape(-1, frames, p * p, channels)
        place = self._constants.get(frames, (self.spatial_pos_embed,), lambda: self._place(frames))
        tokens = self.norm_pre_HSA(tokens + place.to(tokens.dtype))
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

    def _place(self, frames: int) -> Tensor:
        """Return the code of the moment and of the place in a patch, (T, P^2, A)."""
        place = self.spatial_pos_embed[0, 0]
        return place + time_encoding(frames, place.shape[-1], place.device)[:, None]


def _average(context: Tensor, mask: Tensor | None) -> Tensor:
    """Average (N, K, A, H, W) over the frames that are there."""
    if mask is None:
        return context.mean(1)
    weight = mask.to(context.dtype)[:, :, None, None, None]
    return (context * weight).sum(1) / weight.sum(1)
