"""SAM 2 from the ``sam2`` package, run in the steps that SAMWISE needs."""

import torch
from sam2.modeling.position_encoding import apply_rotary_enc
from sam2.modeling.sam.transformer import RoPEAttention
from sam2.modeling.sam2_base import SAM2Base
from torch import Tensor
from torch.nn import functional

from samwise_ros.network.config import SamwiseConfig
from samwise_ros.network.decoder_output import DecoderOutput
from samwise_ros.network.derived_tensors import DerivedTensors
from samwise_ros.network.sam2_build import build_mask_decoder, sam2_arguments


class Sam2(SAM2Base):  # type: ignore[misc]
    """SAM 2 in steps: image stem, stages, neck, memory attention, mask decoder, memory encoder.

    Modules and state dict keys are the package's. The methods differ where SAMWISE does: adapters
    run between the stages, the memory has no conditioning frame, a batch holds commands of
    different age, and a mask token is read after the decoder's first layer.

    Symbols: S is ``image_size``, C is ``width``, C_mem is ``memory_width``.
    """

    def __init__(self, config: SamwiseConfig) -> None:
        """Build the SAM 2.0 graph with the configuration's sizes and random weights."""
        super().__init__(**sam2_arguments(config))
        # SAM2Base hard-codes the decoder's feed-forward width.
        self.sam_mask_decoder = build_mask_decoder(config)
        self._derived = DerivedTensors()

    def image_stem(self, pixels: Tensor) -> tuple[Tensor, Tensor]:
        """Run the patch embedding and stages 1 and 2.

        Args:
            pixels: (N, 3, S, S) float, normalised.

        Returns:
            Features (N, H, W, C) of stage 1 and of stage 2.
        """
        trunk = self.image_encoder.trunk
        x = trunk.patch_embed(pixels)
        size = tuple(x.shape[1:3])
        position = self._derived.get(
            ("image", size),
            (trunk.pos_embed, trunk.pos_embed_window),
            lambda: trunk._get_pos_embed(size).contiguous(),
        )
        stage1 = self.image_stage(x + position, 0)
        return stage1, self.image_stage(stage1, 1)

    def image_stage(self, x: Tensor, stage: int) -> Tensor:
        """Run one Hiera stage.

        Args:
            x: (N, H, W, C) output of the stage before.
            stage: index from 0 to 3.
        """
        trunk = self.image_encoder.trunk
        start = 0 if stage == 0 else trunk.stage_ends[stage - 1] + 1
        for block in trunk.blocks[start : trunk.stage_ends[stage] + 1]:
            x = block(x)
        return x

    def later_stages(self, stage2: Tensor) -> list[Tensor]:
        """Return stages 2 to 4 without text, from (..., H, W, C) features of stage 2."""
        second = stage2.flatten(0, -4)
        third = self.image_stage(second, 2)
        return [second, third, self.image_stage(third, 3)]

    def neck(self, stages: list[Tensor]) -> list[Tensor]:
        """Fuse the outputs of the four stages.

        Args:
            stages: (N, C, H, W) each, finest first.

        Returns:
            Features (N, C, H, W) at strides 4, 8 and 16, the finer two with fewer channels.
        """
        levels, _ = self.image_encoder.neck(stages)
        decoder = self.sam_mask_decoder
        return [decoder.conv_s0(levels[0]), decoder.conv_s1(levels[1]), levels[2]]

    def add_no_memory_embedding(self, features: Tensor) -> Tensor:
        """Add the embedding that stands for an empty memory to (B, C, H, W) at stride 16."""
        memoryless: Tensor = features + self.no_mem_embed[0, 0, :, None, None]
        return memoryless

    def condition_on_memory(
        self, features: Tensor, memories: Tensor, pointers: Tensor, mask: Tensor | None = None
    ) -> Tensor:
        """Run the memory attention.

        Args:
            features: (B, C, H, W) at stride 16.
            memories: (B, M, C_mem, H, W) memory features, oldest first; the last is one frame old.
            pointers: (B, P, C) object pointers, oldest first.
            mask: (B, M + P) bool, false for empty memory entries; ``None`` if none is empty.

        Returns:
            (B, C, H, W).
        """
        batch, frames, channels, height, width = memories.shape
        cells = height * width
        tokens = pointers.reshape(batch, -1, channels)
        memory = torch.cat((memories.flatten(3).transpose(2, 3).flatten(1, 2), tokens), 1)
        position = functional.pad(self._memory_position(memories), (0, 0, 0, tokens.shape[1]))
        keys = memory + position
        if mask is not None:
            per_pointer = tokens.shape[1] // pointers.shape[1]
            mask = torch.cat(
                (
                    mask[:, :frames].repeat_interleave(cells, 1),
                    mask[:, frames:].repeat_interleave(per_pointer, 1),
                ),
                1,
            )
        position = self.image_encoder.neck.position_encoding(features[:1])
        x = (features + 0.1 * position).flatten(2).transpose(1, 2)
        for layer in self.memory_attention.layers:
            x = layer._forward_sa(x, None)
            attended = _rope_cross_attention(
                layer.cross_attn_image, layer.norm2(x), keys, memory, frames * cells, mask
            )
            x = x + layer.dropout2(attended)
            hidden = layer.dropout(layer.activation(layer.linear1(layer.norm3(x))))
            x = x + layer.dropout3(layer.linear2(hidden))
        attended = self.memory_attention.norm(x)
        conditioned: Tensor = attended.transpose(1, 2).view_as(features)
        return conditioned

    def _memory_position(self, memories: Tensor) -> Tensor:
        """Return the encoding of position and age, (M H W, C_mem), of (B, M, C_mem, H, W)."""
        frames, channels, height, width = memories.shape[1:]

        def compute() -> Tensor:
            age = self.maskmem_tpos_enc[:frames].flip(0).reshape(frames, 1, channels)
            position = self.memory_encoder.position_encoding(memories[:1, 0])
            encoding: Tensor = position.flatten(2).transpose(1, 2) + age
            return encoding.flatten(0, 1)

        key = ("memory", frames, height, width)
        return self._derived.get(key, (self.maskmem_tpos_enc,), compute)

    def empty_point(self, batch: int) -> Tensor:
        """Return the prompt tokens of an empty point and its padding, (B, 2, C)."""
        point: Tensor = self.sam_prompt_encoder.not_a_point_embed.weight
        return point.expand(batch, 2, -1)

    def decode(self, features: Tensor, high_res: list[Tensor], prompt: Tensor) -> DecoderOutput:
        """Run the mask decoder for mask 0.

        Args:
            features: (B, C, H, W) at stride 16, with or without memory.
            high_res: features at strides 4 and 8.
            prompt: (B, N, C) prompt tokens.
        """
        decoder = self.sam_mask_decoder
        batch, _, height, width = features.shape
        learned = (decoder.obj_score_token, decoder.iou_token, decoder.mask_tokens)
        tokens = torch.cat([token.weight for token in learned]).expand(batch, -1, -1)
        tokens = torch.cat((tokens, prompt), 1)
        dense = self.sam_prompt_encoder.no_mask_embed.weight[:, :, None, None]
        keys = (features + dense).flatten(2).transpose(1, 2)
        queries, keys, early_token = self._two_way_transformer(tokens, keys)

        up1, norm, act1, up2, act2 = decoder.output_upscaling
        image = keys.transpose(1, 2).unflatten(2, (height, width))
        image = act1(norm(up1(image) + high_res[1]))
        image = act2(up2(image) + high_res[0])
        kernel = decoder.output_hypernetworks_mlps[0](queries[:, 2])
        logits = torch.einsum("bc,bchw->bhw", kernel, image)[:, None]
        score = decoder.pred_obj_score_head(queries[:, 0])
        pointer = torch.where(score > 0, self.obj_ptr_proj(queries[:, 2]), self.no_obj_ptr)
        return DecoderOutput(logits.float(), score.float(), pointer, early_token)

    def _two_way_transformer(self, tokens: Tensor, keys: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Run the decoder's transformer on tokens (B, N, C) and image cells (B, H W, C).

        Returns:
            Tokens, image cells, and the mask token (B, C) after the first layer.
        """
        transformer = self.sam_mask_decoder.transformer
        position = self._derived.get(
            "dense",
            (self.sam_prompt_encoder.pe_layer.positional_encoding_gaussian_matrix,),
            lambda: self.sam_prompt_encoder.get_dense_pe().flatten(2).transpose(1, 2).contiguous(),
        )
        queries, keys = transformer.layers[0](tokens, keys, tokens, position)
        early_token = queries[:, 2]
        for layer in transformer.layers[1:]:
            queries, keys = layer(queries, keys, tokens, position)
        attended = transformer.final_attn_token_to_image(queries + tokens, keys + position, keys)
        return transformer.norm_final_attn(queries + attended), keys, early_token

    def to_image_size(self, low_res: Tensor) -> Tensor:
        """Upsample mask logits (B, 1, S/4, S/4) to (B, 1, S, S)."""
        size = (self.image_size, self.image_size)
        return functional.interpolate(low_res, size=size, mode="bilinear", align_corners=False)

    def encode_memory(self, features: Tensor, mask_logits: Tensor) -> Tensor:
        """Run the memory encoder on a frame and its mask.

        Args:
            features: (B, C, H, W) at stride 16, before the memory attention.
            mask_logits: (B, 1, S, S).

        Returns:
            (B, C_mem, H, W).
        """
        mask = mask_logits.sigmoid() * self.sigmoid_scale_for_mem_enc
        mask = (mask + self.sigmoid_bias_for_mem_enc).to(features.dtype)
        encoder = self.memory_encoder
        fused = encoder.fuser(encoder.pix_feat_proj(features) + encoder.mask_downsampler(mask))
        memory: Tensor = encoder.out_proj(fused)
        return memory


def _rope_cross_attention(
    attention: RoPEAttention,
    query: Tensor,
    keys: Tensor,
    values: Tensor,
    rotated: int,
    mask: Tensor | None,
) -> Tensor:
    """Cross-attend with rotary encoding on the first ``rotated`` keys and a key mask.

    The package's attention has no mask, which a batch of commands of different age needs.
    """
    heads = attention.num_heads
    q = attention._separate_heads(attention.q_proj(query), heads)
    k = attention._separate_heads(attention.k_proj(keys), heads)
    v = attention._separate_heads(attention.v_proj(values), heads)
    attention.freqs_cis = attention.freqs_cis.to(q.device)
    q, k_rotated = apply_rotary_enc(
        q, k[:, :, :rotated], attention.freqs_cis, repeat_freqs_k=attention.rope_k_repeat
    )
    attended = functional.scaled_dot_product_attention(
        q,
        torch.cat((k_rotated, k[:, :, rotated:]), 2),
        v,
        attn_mask=None if mask is None else mask[:, None, None, :],
        dropout_p=attention.dropout_p if attention.training else 0.0,
    )
    output: Tensor = attention.out_proj(attention._recombine_heads(attended))
    return output
