"""Pretrained SAM 2 and text weights, saved by the original libraries."""

import dataclasses
from pathlib import Path
from typing import Any

import pytest
import sam2
import torch
from hydra.utils import instantiate
from omegaconf import OmegaConf
from torch import nn
from transformers import (
    CLIPConfig,
    CLIPModel,
    CLIPTextModel,
    RobertaConfig,
    RobertaForMaskedLM,
    RobertaModel,
)

from samwise_ros.network.checkpoints.errors import CheckpointError
from samwise_ros.network.checkpoints.pretrained import load_sam2, load_text_encoder
from samwise_ros.network.presets import PRESETS
from samwise_ros.network.sam2 import Sam2
from samwise_ros.network.samwise import Samwise

MINI = PRESETS["mini"]
CLIP = dataclasses.replace(MINI, text_encoder="clip", positions=20)
LIBRARY = Path(sam2.__file__).parent / "configs"


def _published_sam2(file: str, **sizes: Any) -> nn.Module:
    """Build SAM 2 from a configuration of the ``sam2`` package, with some sizes changed."""
    graph = OmegaConf.load(LIBRARY / file).model
    for place, value in sizes.items():
        OmegaConf.update(graph, place.replace("__", "."), value)
    built: nn.Module = instantiate(graph)
    return built


def _mini_sam2(folder: str) -> nn.Module:
    width = MINI.embed_dim
    return _published_sam2(
        f"{folder}_hiera_t.yaml",
        image_size=MINI.image_size,
        image_encoder__trunk__embed_dim=width,
        image_encoder__trunk__stages=list(MINI.stages),
        image_encoder__trunk__global_att_blocks=list(MINI.global_attention_blocks),
        image_encoder__trunk__window_pos_embed_bkg_spatial_size=[14, 14],
        image_encoder__neck__backbone_channel_list=[8 * width, 4 * width, 2 * width, width],
        memory_attention__num_layers=MINI.memory_layers,
        memory_attention__layer__dim_feedforward=MINI.memory_feed_forward,
    )


@pytest.fixture(scope="module")
def sam2_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("sam2") / "sam2_hiera_mini.pt"
    torch.manual_seed(3)
    torch.save({"model": _mini_sam2("sam2/sam2").state_dict()}, file)
    return file


# test_model_folder compares base_plus with the keys of the released checkpoint.
@pytest.mark.parametrize(("preset", "letter"), [("tiny", "t"), ("small", "s"), ("large", "l")])
def test_presets_match_published_sizes(preset: str, letter: str) -> None:
    theirs = _published_sam2(f"sam2/sam2_hiera_{letter}.yaml").state_dict()
    ours = Sam2(PRESETS[preset]).state_dict()
    assert {key: value.shape for key, value in ours.items()} == {
        key: value.shape for key, value in theirs.items()
    }


def test_sam2_weights_are_loaded(sam2_file: Path) -> None:
    network = Samwise(MINI)
    load_sam2(network, sam2_file)
    theirs = torch.load(sam2_file, weights_only=True)["model"]
    ours = network.sam.state_dict()
    assert set(ours) == set(theirs)
    assert all(torch.equal(value, theirs[key]) for key, value in ours.items())


def test_sam2_1_checkpoint_raises(tmp_path: Path) -> None:
    file = tmp_path / "sam2.1_hiera_mini.pt"
    torch.save({"model": _mini_sam2("sam2.1/sam2.1").state_dict()}, file)
    with pytest.raises(CheckpointError, match=r"is SAM 2\.1 \(it has no_obj_embed_spatial, obj"):
        load_sam2(Samwise(MINI), file)


def test_other_size_of_sam2_raises_with_keys(sam2_file: Path) -> None:
    wider = dataclasses.replace(MINI, memory_feed_forward=64)
    with pytest.raises(
        CheckpointError, match=r"of another shape: memory_attention\.layers\.0\.linear"
    ):
        load_sam2(Samwise(wider), sam2_file)


def _roberta(kind: type[nn.Module]) -> Any:
    return kind(
        RobertaConfig(
            vocab_size=MINI.vocabulary,
            hidden_size=MINI.text_width,
            num_hidden_layers=12,
            num_attention_heads=MINI.text_heads,
            intermediate_size=MINI.text_feed_forward,
            max_position_embeddings=MINI.positions,
            type_vocab_size=1,
            layer_norm_eps=1e-5,
            pad_token_id=1,
        )
    ).eval()


def _clip() -> CLIPModel:
    text = {
        "vocab_size": CLIP.vocabulary,
        "hidden_size": CLIP.text_width,
        "num_hidden_layers": 12,
        "num_attention_heads": CLIP.text_heads,
        "intermediate_size": CLIP.text_feed_forward,
        "max_position_embeddings": CLIP.positions,
        "eos_token_id": CLIP.vocabulary - 1,
    }
    vision = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2}
    vision |= {"intermediate_size": 16, "image_size": 16, "patch_size": 8}
    return CLIPModel(CLIPConfig(text_config=text, vision_config=vision, projection_dim=8)).eval()


@pytest.mark.parametrize("kind", [RobertaModel, RobertaForMaskedLM])
@torch.inference_mode()
def test_roberta_weights_match_transformers(kind: Any, tmp_path: Path) -> None:
    """Load a bare model with its pooler, and a model with a language modelling head."""
    theirs = _roberta(kind)
    theirs.save_pretrained(tmp_path)
    network = Samwise(MINI).eval()
    load_text_encoder(network, tmp_path / "model.safetensors")
    input_ids = torch.tensor([[0, 5, 6, 2], [0, 7, 2, 1]])
    body = theirs if kind is RobertaModel else theirs.roberta
    expected = body(input_ids, attention_mask=(input_ids != 1).long()).last_hidden_state
    assert torch.allclose(_sentence_vector(network, input_ids), expected[:, 0], atol=1e-6)


@pytest.mark.parametrize("form", ["model.safetensors", "pytorch_model.bin", "text alone"])
@torch.inference_mode()
def test_clip_weights_match_transformers(form: str, tmp_path: Path) -> None:
    theirs = _clip()
    file = tmp_path / (form if "." in form else "model.safetensors")
    if form == "pytorch_model.bin":
        torch.save(theirs.state_dict(), file)
    else:
        (theirs if form == "model.safetensors" else theirs.text_model).save_pretrained(tmp_path)
    network = Samwise(CLIP).eval()
    load_text_encoder(network, file)
    begin, end = CLIP.vocabulary - 2, CLIP.vocabulary - 1
    input_ids = torch.tensor([[begin, 5, 6, end], [begin, 7, end, end]])
    text_model = theirs.text_model
    assert isinstance(text_model, CLIPTextModel)
    assert torch.equal(_sentence_vector(network, input_ids), text_model(input_ids).pooler_output)


def _sentence_vector(network: Samwise, input_ids: torch.Tensor) -> torch.Tensor:
    """Run the text encoder without adapters."""
    stem, encoder = network.text_stem(input_ids), network.text_encoder
    hidden = encoder.step(encoder.step(stem.hidden, 2, stem.mask), 3, stem.mask)
    return encoder.finish(hidden, stem.mask)[1]


def test_weights_of_other_text_encoder_raise_with_keys(tmp_path: Path) -> None:
    _roberta(RobertaModel).save_pretrained(tmp_path)
    with pytest.raises(CheckpointError, match=r"unexpected: embeddings\.LayerNorm\.bias"):
        load_text_encoder(Samwise(CLIP), tmp_path / "model.safetensors")
