"""Variants of the network for ablations: shared and separate weights."""

import dataclasses

import pytest
import torch

from samwise_ros.benchmark.ablation.variants import VARIANTS, build_untrained
from samwise_ros.network.checkpoints.fingerprint import fingerprint
from samwise_ros.network.presets import PRESETS
from samwise_ros.network.samwise import Samwise


@pytest.fixture(scope="module")
def base() -> Samwise:
    torch.manual_seed(5)
    return Samwise(PRESETS["tabletop"])


@pytest.fixture(scope="module")
def networks(base: Samwise) -> dict[str, Samwise]:
    return {variant.name: build_untrained(variant, base, 1) for variant in VARIANTS}


def test_variants_share_the_frozen_parts_of_the_model(base, networks):
    for network in networks.values():
        for part in ("sam", "text_encoder"):
            ours, theirs = network.get_submodule(part), base.get_submodule(part)
            assert fingerprint(ours) == fingerprint(theirs)


def test_trained_parts_are_initialised_again(base, networks):
    for part in ("cmt_adapters.0.ca_V2T", "prompt", "conditional_memory_encoder"):
        ours, theirs = networks["selective"].get_submodule(part), base.get_submodule(part)
        assert fingerprint(ours) != fingerprint(theirs)


def test_shared_parts_have_the_same_initial_weights(networks):
    whole = networks["selective"].state_dict()
    for name, network in networks.items():
        for key, weights in network.state_dict().items():
            if not (name.startswith("patch_") and ("spatial_pos_embed" in key or ".hsa." in key)):
                assert torch.equal(weights, whole[key]), key


def test_attention_reads_the_position_embedding_of_each_patch_size(networks):
    """Heads find the same cell from the start, as `init_temporal_attention` intends."""
    for name, network in networks.items():
        for adapter in network.cmt_adapters:
            if "selective_attention" not in network.config.adapter_parts:
                continue
            position = adapter.spatial_pos_embed[0, 0, 0]
            key = adapter.hsa.self_attn.in_proj_weight.chunk(3)[1]
            assert torch.allclose((position @ key[:4].T).norm(dim=1), position.norm(dim=1)), name


def test_weights_depend_on_the_seed(base, networks):
    again, other = (build_untrained(VARIANTS[4], base, seed) for seed in (1, 2))
    assert fingerprint(again) == fingerprint(networks["selective"])
    assert fingerprint(other) != fingerprint(again)


def test_all_variants_differ(networks):
    shapes = {(n.config.adapter_parts, n.config.patch_sizes) for n in networks.values()}
    assert len(shapes) == len(networks) == len(VARIANTS)


def test_patches_are_limited_to_the_feature_map(networks):
    assert networks["patch_8"].config.patch_sizes == (8, 8, 4)
    large = next(variant for variant in VARIANTS if variant.name == "patch_8")
    assert large.config(PRESETS["base_plus"]).patch_sizes == (8, 8, 8)


def test_model_without_adapters_provides_frozen_parts():
    bare = Samwise(dataclasses.replace(PRESETS["tabletop"], adapter_parts=()))
    assert len(build_untrained(VARIANTS[4], bare, 1).cmt_adapters) == 3
