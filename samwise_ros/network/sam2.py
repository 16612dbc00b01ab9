"""SAM 2, built from the ``sam2`` package and run in the steps that SAMWISE needs."""

import torch
from sam2.modeling.backbones.hieradet import Hiera
from sam2.modeling.backbones.image_encoder import FpnNeck, ImageEncoder
from sam2.modeling.memory_attention import MemoryAttention, MemoryAttentionLayer
from sam2.modeling.memory_encoder import CXBlock, Fuser, MaskDownSampler, MemoryEncoder
from sam2.modeling.position_encoding import PositionEmbeddingSine, apply_rotary_enc
from sam2.modeling.sam.mask_decoder import MaskDecoder
from sam2.modeling.sam.transformer import RoPEAttention, TwoWayTransformer
from sam2.modeling.sam2_base import SAM2Base
from sam2.sam2_video_predictor import SAM2VideoPredictor
from torch import Tensor, nn
from torch.nn import functional

from samwise_ros.network.config import SamwiseConfig
from samwise_ros.network.decoder_output import Decoded
from samwise_ros.network.derived_tensors import Constants

MEMORY_FRAMES = 6
"""Memorised frames that a frame can look back on."""
MEMORY_POINTERS = 15
"""Object pointers that a frame can look back on."""


class Sam2(SAM2Base):  # type: ignore[misc]
    """SAM 2 in steps: stem, stages, neck, memory attention, decoder, memory encoder.

    The modules and their weights are the package's; what is driven here is what SAMWISE does
    differently: stages with adapters between them, memory without a conditioning frame, commands
    of different age in one batch, and a token read out in the middle of the decoder.
    """

    def __init__(self, config: SamwiseConfig) -> None:
        """Build the modules of the 2.0 graph with the configuration's sizes."""
        super().__init__(**_settings(config))
        # SAM2Base fixes the decoder's feed-forward width; build it again with ours.
        self.sam_mask_decoder = _mask_decoder(config)
        self._constants = Constants()

    def image_stem(self, pixels: Tensor) -> tuple[Tensor, Tensor]:
        """Run patch embedding and stages 1 and 2.

        Args:
            pixels: (N, 3, S, S) normalised.

        Returns:
            Features of stage 1 and of stage 2, (N, H, W, C) each.
        """
        trunk = self.image_encoder.trunk
        x = trunk.patch_embed(pixels)
        size = tuple(x.shape[1:3])
        place = self._constants.get(
            ("image", size),
            (trunk.pos_embed, trunk.pos_embed_window),
            lambda: trunk._get_pos_embed(size).contiguous(),
        )
        first = self.image_stage(x + place, 0)
        return first, self.image_stage(first, 1)

    def image_stage(self, x: Tensor, stage: int) -> Tensor:
        """Run one Hiera stage, 0 to 3, on (N, H, W, C)."""
        trunk = self.image_encoder.trunk
        start = 0 if stage == 0 else trunk.stage_ends[stage - 1] + 1
        for block in trunk.blocks[start : trunk.stage_ends[stage] + 1]:
            x = block(x)
        return x

    def neck(self, stages: list[Tensor]) -> list[Tensor]:
        """Fuse the four stages' (N, C, H, W) into (N, C, H, W) at strides 4, 8 and 16."""
        levels, _ = self.image_encoder.neck(stages)
        decoder = self.sam_mask_decoder
        return [decoder.conv_s0(levels[0]), decoder.conv_s1(levels[1]), levels[2]]

    def without_memory(self, features: Tensor) -> Tensor:
        """Mark stride-16 features (B, C, H, W) as seen without memory."""
        marked: Tensor = features + self.no_mem_embed[0, 0, :, None, None]
        return marked

    def with_memory(
        self, features: Tensor, memories: Tensor, pointers: Tensor, mask: Tensor | None = None
    ) -> Tensor:
        """Let a frame's features attend to the memory.

        Args:
            features: (B, C, H, W) at stride 16.
            memories: (B, M, C_mem, H, W) memorised frames, oldest first, the last one frame old.
            pointers: (B, P, C) object pointers, oldest first.
            mask: (B, M + P) bool, false where a place of the memory is empty; ``None``: all full.

        Returns:
            (B, C, H, W).
        """
        batch, frames, channels, height, width = memories.shape
        cells = height * width
        place = self._memory_place(memories)
        tokens = pointers.reshape(batch, -1, channels)
        memory = torch.cat((memories.flatten(3).transpose(2, 3).flatten(1, 2), tokens), 1)
        keys = memory + functional.pad(place, (0, 0, 0, tokens.shape[1]))
        if mask is not None:
            per_pointer = tokens.shape[1] // pointers.shape[1]
            mask = torch.cat(
                (
                    mask[:, :frames].repeat_interleave(cells, 1),
                    mask[:, frames:].repeat_interleave(per_pointer, 1),
                ),
                1,
            )
        place = self.image_encoder.neck.position_encoding(features[:1])
        x = (features + 0.1 * place).flatten(2).transpose(1, 2)
        for layer in self.memory_attention.layers:
            x = layer._forward_sa(x, None)
            attended = _attend_rotated(
                layer.cross_attn_image, layer.norm2(x), keys, memory, frames * cells, mask
            )
            x = x + layer.dropout2(attended)
            hidden = layer.dropout(layer.activation(layer.linear1(layer.norm3(x))))
            x = x + layer.dropout3(layer.linear2(hidden))
        attended = self.memory_attention.norm(x)
        conditioned: Tensor = attended.transpose(1, 2).view_as(features)
        return conditioned

    def _memory_place(self, memories: Tensor) -> Tensor:
        """Return the code of place and time of (B, M, C_mem, H, W), (M H W, C_mem)."""
        frames, channels, height, width = memories.shape[1:]

        def make() -> Tensor:
            time = self.maskmem_tpos_enc[:frames].flip(0).reshape(frames, 1, channels)
            place = self.memory_encoder.position_encoding(memories[:1, 0])
            placed: Tensor = place.flatten(2).transpose(1, 2) + time
            return placed.flatten(0, 1)

        name = ("memory", frames, height, width)
        return self._constants.get(name, (self.maskmem_tpos_enc,), make)

    def empty_point(self, batch: int) -> Tensor:
        """Return the tokens of an empty point, (B, 2, C): the point and its padding."""
        point: Tensor = self.sam_prompt_encoder.not_a_point_embed.weight
        return point.expand(batch, 2, -1)

    def decode(self, features: Tensor, high_res: list[Tensor], prompt: Tensor) -> Decoded:
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
        place = self._constants.get(
            "dense",
            (self.sam_prompt_encoder.pe_layer.positional_encoding_gaussian_matrix,),
            lambda: self.sam_prompt_encoder.get_dense_pe().flatten(2).transpose(1, 2).contiguous(),
        )
        transformer = decoder.transformer
        queries, keys = transformer.layers[0](tokens, keys, tokens, place)
        early = queries[:, 2]
        for layer in transformer.layers[1:]:
            queries, keys = layer(queries, keys, tokens, place)
        attended = transformer.final_attn_token_to_image(queries + tokens, keys + place, keys)
        queries = transformer.norm_final_attn(queries + attended)

        up1, norm, act1, up2, act2 = decoder.output_upscaling
        image = keys.transpose(1, 2).unflatten(2, (height, width))
        image = act1(norm(up1(image) + high_res[1]))
        image = act2(up2(image) + high_res[0])
        kernel = decoder.output_hypernetworks_mlps[0](queries[:, 2])
        logits = torch.einsum("bc,bchw->bhw", kernel, image)[:, None]
        score = decoder.pred_obj_score_head(queries[:, 0])
        pointer = torch.where(score > 0, self.obj_ptr_proj(queries[:, 2]), self.no_obj_ptr)
        return Decoded(logits.float(), score.float(), pointer, early)

    def to_image_size(self, low_res: Tensor) -> Tensor:
        """Enlarge (B, 1, S/4, S/4) mask logits to (B, 1, S, S)."""
        size = (self.image_size, self.image_size)
        return functional.interpolate(low_res, size=size, mode="bilinear", align_corners=False)

    def memorise(self, features: Tensor, mask_logits: Tensor) -> Tensor:
        """Encode a frame and its mask into a memory.

        Args:
            features: (B, C, H, W) at stride 16, as they were before the memory attention.
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


def video_predictor(config: SamwiseConfig) -> SAM2VideoPredictor:
    """Build the package's own video predictor, which follows a box, with random weights.

    It has the sizes of the configuration, and is there to be compared with. Its post-processing of
    masks is off.
    """
    predictor = SAM2VideoPredictor(**_settings(config))
    predictor.sam_mask_decoder = _mask_decoder(config)
    return predictor.eval()


def _settings(config: SamwiseConfig) -> dict[str, object]:
    """Return what the package is told to build: its 2.0 graph."""
    return {
        "image_encoder": _image_encoder(config),
        "memory_attention": _memory_attention(config),
        "memory_encoder": _memory_encoder(config),
        "num_maskmem": MEMORY_FRAMES + 1,
        "image_size": config.image_size,
        "sigmoid_scale_for_mem_enc": 20.0,
        "sigmoid_bias_for_mem_enc": -10.0,
        "use_mask_input_as_output_without_sam": True,
        "directly_add_no_mem_embed": True,
        "use_high_res_features_in_sam": True,
        "multimask_output_in_sam": True,
        "iou_prediction_use_sigmoid": True,
        "use_obj_ptrs_in_encoder": True,
        "add_tpos_enc_to_obj_ptrs": False,
        "only_obj_ptrs_in_the_past_for_eval": True,
        "pred_obj_scores": True,
        "pred_obj_scores_mlp": True,
        "fixed_no_obj_ptr": True,
        "multimask_output_for_tracking": True,
        "use_multimask_token_for_obj_ptr": True,
        "multimask_min_pt_num": 0,
        "multimask_max_pt_num": 1,
        "use_mlp_for_obj_ptr_proj": True,
    }


def _attend_rotated(
    attention: RoPEAttention,
    query: Tensor,
    keys: Tensor,
    values: Tensor,
    rotated: int,
    mask: Tensor | None,
) -> Tensor:
    """Cross-attend with rotary places on the first ``rotated`` keys, and with a key mask.

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


def _image_encoder(config: SamwiseConfig) -> ImageEncoder:
    trunk = Hiera(
        embed_dim=config.embed_dim,
        num_heads=config.num_heads,
        stages=config.stages,
        global_att_blocks=config.global_attention_blocks,
        window_pos_embed_bkg_spatial_size=(config.position_size, config.position_size),
        window_spec=config.window_sizes,
    )
    neck = FpnNeck(
        position_encoding=PositionEmbeddingSine(config.width, warmup_cache=False),
        d_model=config.width,
        backbone_channel_list=list(reversed(config.stage_widths)),
        fpn_top_down_levels=[2, 3],
        fpn_interp_model="nearest",
    )
    return ImageEncoder(trunk, neck, scalp=1)


def _memory_attention(config: SamwiseConfig) -> MemoryAttention:
    cells = config.image_size // 16
    rotary = {
        "embedding_dim": config.width,
        "num_heads": 1,
        "downsample_rate": 1,
        "dropout": config.dropout,
        "rope_theta": 10000.0,
        "feat_sizes": (cells, cells),
    }
    layer = MemoryAttentionLayer(
        activation="relu",
        d_model=config.width,
        dim_feedforward=config.memory_feed_forward,
        dropout=config.dropout,
        pos_enc_at_attn=False,
        pos_enc_at_cross_attn_keys=True,
        pos_enc_at_cross_attn_queries=False,
        self_attention=RoPEAttention(**rotary),
        cross_attention=RoPEAttention(**rotary, rope_k_repeat=True, kv_in_dim=config.memory_width),
    )
    # Constant queries and keys make the rotary places alone decide: from the first step on, a
    # cell reads the memory of its own surroundings. A loaded checkpoint replaces this.
    for projection in (layer.cross_attn_image.q_proj, layer.cross_attn_image.k_proj):
        nn.init.constant_(projection.bias, 3.0)
    return MemoryAttention(config.width, True, layer, config.memory_layers)


def _memory_encoder(config: SamwiseConfig) -> MemoryEncoder:
    block = CXBlock(config.width, layer_scale_init_value=config.fuser_scale)
    return MemoryEncoder(
        out_dim=config.memory_width,
        mask_downsampler=MaskDownSampler(config.width, kernel_size=3, stride=2, padding=1),
        fuser=Fuser(block, 2),
        position_encoding=PositionEmbeddingSine(config.memory_width, warmup_cache=False),
        in_dim=config.width,
    )


def _mask_decoder(config: SamwiseConfig) -> MaskDecoder:
    return MaskDecoder(
        transformer_dim=config.width,
        transformer=TwoWayTransformer(2, config.width, 8, config.decoder_feed_forward),
        iou_head_hidden_dim=config.width,
        use_high_res_features=True,
        iou_prediction_use_sigmoid=True,
        pred_obj_scores=True,
        pred_obj_scores_mlp=True,
        use_multimask_token_for_obj_ptr=True,
    )
