"""Checkpoints and model folders: every key is checked, no code runs, errors name the file."""

import dataclasses
import json
from pathlib import Path

import pytest
import torch
from seeded_weights import seeded_state_dict

from samwise_ros.network.checkpoints.errors import CheckpointError
from samwise_ros.network.checkpoints.key_translation import translate_key
from samwise_ros.network.checkpoints.model_folder import (
    load_model,
    load_state,
    load_tokenizer,
    save_model,
)
from samwise_ros.network.presets import PRESETS
from samwise_ros.network.samwise import Samwise
from samwise_ros.network.text.tokenizer import SentenceTokenizer

DATA = Path(__file__).parents[1] / "data"
KEYS = json.loads((DATA / "keys_mini.json").read_text())
TOKENIZER = SentenceTokenizer.from_words(["the", "red", "mug"])


@pytest.fixture
def state():
    return seeded_state_dict(KEYS, "2")


@pytest.fixture
def network():
    return Samwise(PRESETS["mini"])


@pytest.mark.parametrize("preset", ["base_plus", "mini"])
def test_keys_and_shapes_match_released_checkpoint(preset):
    released = json.loads((DATA / f"keys_{preset}.json").read_text())
    ours = Samwise(PRESETS[preset]).state_dict()
    expected = {translate_key(key): shape for key, shape in released.items() if translate_key(key)}
    found = {key: list(value.shape) for key, value in ours.items()}
    del found["text_encoder.roberta.embeddings.token_type_embeddings.weight"]
    assert found == expected


@pytest.mark.parametrize("preset", sorted(PRESETS))
def test_every_preset_builds(preset):
    # A narrow text encoder saves most of the time; its size does not matter here.
    text = {"vocabulary": 9, "text_width": 8, "text_heads": 2, "text_feed_forward": 8}
    config = dataclasses.replace(PRESETS[preset], **text)
    assert Samwise(config).config.image_size == PRESETS[preset].image_size


def test_module_prefix_is_removed(network, state):
    load_state(network, {f"module.{key}": value for key, value in state.items()})
    name = "cmt_adapters.0.spatial_pos_embed"
    assert torch.equal(network.state_dict()[name], state[name])


def test_error_names_all_keys_and_leaves_network_unchanged(network, state):
    before = {key: value.clone() for key, value in network.state_dict().items()}
    del state["sam.no_obj_ptr"]
    state["sam.surprise"] = torch.zeros(3)
    state["sam.no_mem_embed"] = torch.zeros(1, 1, 7)
    with pytest.raises(CheckpointError) as caught:
        load_state(network, state, "some.pth")
    message = str(caught.value)
    assert "some.pth" in message
    assert "1 missing: sam.no_obj_ptr" in message
    assert "1 unexpected: sam.surprise" in message
    assert "sam.no_mem_embed: expected (1, 1, 256), got (1, 1, 7)" in message
    assert all(torch.equal(value, before[key]) for key, value in network.state_dict().items())


def test_model_folder_round_trip(tmp_path, network, state):
    load_state(network, state)
    network.trained_frames = 8
    save_model(tmp_path / "model", network, TOKENIZER)
    loaded, tokenizer = load_model(str(tmp_path / "model"))
    assert loaded.config == network.config
    assert loaded.trained_frames == 8
    assert not loaded.training
    assert tokenizer.encode("The RED mug!") == [0, 4, 5, 6, 2]
    for key, value in network.state_dict().items():
        assert torch.equal(loaded.state_dict()[key], value)


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("config.json", "{"),
        ("config.json", '{"format": 9}'),
        ("config.json", '{"format": 1, "colour": 3}'),
        ("config.json", '{"format": 1, "image_size": "big"}'),
        ("config.json", '{"format": 1, "trained_frames": "many"}'),
        ("model.safetensors", "not tensors"),
        ("tokenizer.json", "[]"),
    ],
)
def test_damaged_model_folder_raises_with_file_name(tmp_path, network, file, content):
    save_model(tmp_path / "model", network, TOKENIZER)
    (tmp_path / "model" / file).write_text(content)
    with pytest.raises(ValueError, match=file):
        load_model(str(tmp_path / "model"))


@pytest.mark.parametrize(
    "changes", [{"vocabulary": 6}, {"text_encoder": "clip"}], ids=["too many", "of another kind"]
)
def test_tokenizer_of_other_text_encoder_raises(tmp_path, changes):
    TOKENIZER.save(tmp_path / "tokenizer.json")
    config = dataclasses.replace(PRESETS["mini"], **changes)
    with pytest.raises(
        CheckpointError, match=r"tokenizer\.json: 7 tokens, filled up with token 1;"
    ):
        load_tokenizer(tmp_path / "tokenizer.json", config)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision_checkpoints_load_as_float32(network, state, dtype):
    halves = {key: value.to(dtype) for key, value in state.items() if value.is_floating_point()}
    load_state(network, state | halves)
    name = "cmt_adapters.0.spatial_pos_embed"
    assert network.state_dict()[name].dtype == torch.float32
    assert torch.equal(network.state_dict()[name], halves[name].float())


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 1e300], ids=["nan", "inf", "large"])
def test_weights_that_are_not_finite_are_named_and_nothing_changes(network, state, value):
    before = network.state_dict()["sam.no_mem_embed"].clone()
    state["sam.no_mem_embed"] = state["sam.no_mem_embed"].double()
    state["sam.no_mem_embed"][0, 0, 3] = value
    with pytest.raises(CheckpointError) as caught:
        load_state(network, state, "some.pth")
    assert str(caught.value) == (
        "some.pth: expected finite weights, got NaN or infinite values in sam.no_mem_embed; "
        "get the file again"
    )
    assert torch.equal(network.state_dict()["sam.no_mem_embed"], before)


def test_a_network_larger_than_the_file_of_its_weights_is_not_built(tmp_path, network):
    save_model(tmp_path, network, SentenceTokenizer.from_words(["red"]))
    # A torch file under this name, whose tensor repeats one stored value.
    torch.save({"w": torch.zeros(1).expand(2**20, 2**20)}, tmp_path / "model.safetensors")
    with pytest.raises(CheckpointError, match=r"config.json: describes about \d+ weights, but"):
        load_model(str(tmp_path))
