"""Adapters without some of their parts: their weights, and which trunk can affect which."""

import dataclasses

import pytest
import torch

from samwise_ros.network.config import ADAPTER_PARTS, SamwiseConfig
from samwise_ros.network.features import ClipFeatures
from samwise_ros.network.presets import PRESETS
from samwise_ros.network.samwise import Samwise

DOWN = {"proj_vis_down", "proj_text_down"}
IMAGE = {"ca_V2T", "proj_vis_up"}
TEXT = {"ca_T2V", "proj_text_up"}
SELECTIVE = {"hsa", "norm_pre_HSA", "spatial_pos_embed"}


def _config(parts: tuple[str, ...]) -> SamwiseConfig:
    return dataclasses.replace(PRESETS["tabletop"], adapter_parts=parts)


def _encode(parts: tuple[str, ...], pixels: torch.Tensor, words: list[int]) -> ClipFeatures:
    torch.manual_seed(0)
    network = Samwise(_config(parts)).eval()
    text = network.text_stem(torch.tensor([words]))
    return network.encode(network.image_stem(pixels), text, causal=False)


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ((), set()),
        (("text_to_visual",), DOWN | TEXT),
        (("visual_to_text",), DOWN | IMAGE),
        (("text_to_visual", "visual_to_text"), DOWN | TEXT | IMAGE),
        (("visual_to_text", "selective_attention"), DOWN | IMAGE | SELECTIVE),
        (ADAPTER_PARTS, DOWN | TEXT | IMAGE | SELECTIVE),
    ],
)
def test_omitted_parts_have_no_weights(parts, expected):
    keys = [key.split(".") for key in Samwise(_config(parts)).state_dict()]
    assert {key[2] for key in keys if key[0] == "cmt_adapters"} == expected


@pytest.mark.parametrize(
    ("parts", "text_affects_image", "image_affects_text", "frames_interact"),
    [
        ((), False, False, False),
        (("text_to_visual",), False, True, False),
        (("visual_to_text",), True, False, False),
        (("visual_to_text", "selective_attention"), True, False, True),
    ],
)
@torch.inference_mode()
def test_each_part_enables_one_interaction(
    parts, text_affects_image, image_affects_text, frames_interact
):
    generator = torch.Generator().manual_seed(1)
    pixels = torch.randn(1, 2, 3, 128, 128, generator=generator)
    brighter = pixels.clone()
    brighter[:, 1] += 1
    words, others = [0, 7, 9, 2], [0, 7, 12, 2]
    original = _encode(parts, pixels, words)
    other_text = _encode(parts, pixels, others)
    other_frame = _encode(parts, brighter, words)
    assert torch.equal(original.levels[2], other_text.levels[2]) != text_affects_image
    assert torch.equal(original.text, other_frame.text) != image_affects_text
    first, changed = original.levels[2][:, 0], other_frame.levels[2][:, 0]
    assert torch.equal(first, changed) != frames_interact


@pytest.mark.parametrize(
    ("parts", "reason"),
    [
        (("attention",), "expected some of visual_to_text"),
        (("text_to_visual", "text_to_visual"), "each once"),
        (("text_to_visual", "selective_attention"), "has no effect without"),
    ],
)
def test_invalid_parts_raise(parts, reason):
    with pytest.raises(ValueError, match=reason):
        _config(parts)


@pytest.mark.parametrize("patch", [3, 32])
def test_indivisible_patch_sizes_raise(patch):
    with pytest.raises(ValueError, match=f"patch_sizes: {patch} does not divide the 16 cells"):
        dataclasses.replace(PRESETS["tabletop"], patch_sizes=(patch, 4, 2))
