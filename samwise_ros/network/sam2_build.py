"""Construction of SAM 2 modules from the ``sam2`` package."""

import math

import torch
from sam2.modeling.backbones.hieradet import Hiera
from sam2.modeling.backbones.image_encoder import FpnNeck, ImageEncoder
from sam2.modeling.memory_attention import MemoryAttention, MemoryAttentionLayer
from sam2.modeling.memory_encoder import CXBlock, Fuser, MaskDownSampler, MemoryEncoder
from sam2.modeling.position_encoding import PositionEmbeddingSine
from sam2.modeling.sam.mask_decoder import MaskDecoder
from sam2.modeling.sam.transformer import RoPEAttention, TwoWayTransformer
from sam2.sam2_video_predictor import SAM2VideoPredictor
from torch import Tensor, nn

from samwise_ros.network.config import SamwiseConfig
from samwise_ros.network.memory_bank import MEMORY_FRAMES


def build_video_predictor(config: SamwiseConfig) -> SAM2VideoPredictor:
    """Build the package's video predictor with the configuration's sizes and random weights.

    It tracks an object from a box and serves as a baseline. Mask post-processing is off.
    """
    predictor = SAM2VideoPredictor(**sam2_arguments(config))
    predictor.sam_mask_decoder = build_mask_decoder(config)
    return predictor.eval()


def sam2_arguments(config: SamwiseConfig) -> dict[str, object]:
    """Return the arguments of ``SAM2Base`` for the SAM 2.0 graph."""
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


def _image_encoder(config: SamwiseConfig) -> ImageEncoder:
    trunk = Hiera(
        embed_dim=config.embed_dim,
        num_heads=config.num_heads,
        stages=config.stages,
        global_att_blocks=config.global_attention_blocks,
        window_pos_embed_bkg_spatial_size=(config.position_size, config.position_size),
        window_spec=config.window_sizes,
    )
    _init_positions(trunk.pos_embed)
    neck = FpnNeck(
        position_encoding=PositionEmbeddingSine(config.width, warmup_cache=False),
        d_model=config.width,
        backbone_channel_list=list(reversed(config.stage_widths)),
        fpn_top_down_levels=[2, 3],
        fpn_interp_model="nearest",
    )
    return ImageEncoder(trunk, neck, scalp=1)


@torch.no_grad()
def _init_positions(embedding: nn.Parameter) -> None:
    """Set an embedding (1, C, H, W) to waves along x, in half of the channels, and along y.

    The package starts with zeros. Training on objects from random weights keeps them, since what an
    object is does not depend on its place; the network could then never learn "leftmost".
    """
    _, width, rows, columns = embedding.shape
    half = width // 2
    embedding[0, :half] = _waves(half, columns)[:, None, :]
    embedding[0, half:] = _waves(width - half, rows)[:, :, None]


def _waves(count: int, length: int) -> Tensor:
    """Return cosines (count, length), from half a turn, which is monotone, to a turn in 4 cells."""
    turns = torch.linspace(0.5, length / 4, count)[:, None]
    return torch.cos(2 * math.pi * turns * (torch.arange(length) + 0.5) / length)


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
    # With large constant biases, the rotary encoding dominates the scores. Each cell then attends
    # to the memory of its neighbourhood from the first training step on.
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


def build_mask_decoder(config: SamwiseConfig) -> MaskDecoder:
    """Build the mask decoder; ``SAM2Base`` cannot set its feed-forward width."""
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
