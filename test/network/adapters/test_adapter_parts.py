"""Adapters with parts left out: which weights there are, and what can still change what."""

import dataclasses

import pytest
import torch

from samwise_ros.network.config import ADAPTER_PARTS, SamwiseConfig
from samwise_ros.network.presets import PRESETS
from samwise_ros.network.samwise import Encoded, Samwise

DOWN = {"proj_vis_down", "proj_text_down"}
IMAGE = {"ca_V2T", "proj_vis_up"}
TEXT = {"ca_T2V", "proj_text_up"}
SELECTIVE = {"hsa", "norm_pre_HSA", "spatial_pos_embed"}


def _config(parts: tuple[str, ...]) -> SamwiseConfig:
    return dataclasses.replace(PRESETS["tabletop"], adapter_parts=parts)


def _encode(parts: tuple[str, ...], pixels: torch.Tensor, words: list[int]) -> Encoded:
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
def test_what_is_left_out_has_no_weights(parts, expected):
    keys = [key.split(".") for key in Samwise(_config(parts)).state_dict()]
    assert {key[2] for key in keys if key[0] == "cmt_adapters"} == expected


@pytest.mark.parametrize(
    ("parts", "text_reaches_image", "image_reaches_text", "frames_meet"),
    [
        ((), False, False, False),
        (("text_to_visual",), False, True, False),
        (("visual_to_text",), True, False, False),
        (("visual_to_text", "selective_attention"), True, False, True),
    ],
)
@torch.inference_mode()
def test_each_part_lets_one_thing_change_another(
    parts, text_reaches_image, image_reaches_text, frames_meet
):
    generator = torch.Generator().manual_seed(1)
    pixels = torch.randn(1, 2, 3, 128, 128, generator=generator)
    brighter = pixels.clone()
    brighter[:, 1] += 1
    words, others = [0, 7, 9, 2], [0, 7, 12, 2]
    first, said, seen = (
        _encode(parts, *what) for what in ((pixels, words), (pixels, others), (brighter, words))
    )
    assert torch.equal(first.levels[2], said.levels[2]) != text_reaches_image
    assert torch.equal(first.text, seen.text) != image_reaches_text
    assert torch.equal(first.levels[2][:, 0], seen.levels[2][:, 0]) != frames_meet


@pytest.mark.parametrize(
    ("parts", "reason"),
    [
        (("attention",), "expected some of visual_to_text"),
        (("text_to_visual", "text_to_visual"), "each once"),
        (("text_to_visual", "selective_attention"), "does nothing without it"),
    ],
)
def test_parts_that_make_no_adapter_are_refused(parts, reason):
    with pytest.raises(ValueError, match=reason):
        _config(parts)


@pytest.mark.parametrize("patch", [0, 3, 32])
def test_patches_that_do_not_fit_are_refused(patch):
    with pytest.raises(ValueError, match=f"patch_sizes: {patch} does not divide the 16 cells"):
        dataclasses.replace(PRESETS["tabletop"], patch_sizes=(patch, 4, 2))
