"""A ``config.json`` is checked before anything is built from it."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file

from samwise_ros.network.checkpoints.config_file import read_config
from samwise_ros.network.checkpoints.errors import CheckpointError
from samwise_ros.network.checkpoints.model_folder import load_model
from samwise_ros.network.presets import PRESETS
from samwise_ros.network.samwise import Samwise
from samwise_ros.network.size import MAX_PARAMETERS, parameter_bound
from samwise_ros.network.text.tokenizer import SentenceTokenizer

WORDS = ("the", "red", "mug")


def _write_config(folder: Path, changes: dict[str, Any], preset: str = "tabletop") -> Path:
    content = {"format": 1, "trained_frames": 8, **asdict(PRESETS[preset]), **changes}
    path = folder / "config.json"
    path.write_text(json.dumps(content))
    return path


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"text_layers": [10**7] * 4}, "text_layers: expected 0 to 256, got 10000000"),
        ({"text_layers": [10**7]}, "text_layers: expected 0 to 256, got 10000000"),
        ({"text_layers": [1, 2]}, "text_layers: expected 4 numbers, got (1, 2)"),
        ({"vocabulary": 2**28}, "vocabulary: expected 4 to 1.04858e+06, got 268435456"),
        ({"embed_dim": "24"}, "embed_dim: expected a whole number, got '24'"),
        ({"embed_dim": 24.0}, "embed_dim: expected a whole number, got 24.0"),
        ({"clip_frames": 0}, "clip_frames: expected 1 to 64, got 0"),
        ({"clip_frames": True}, "clip_frames: expected a whole number, got True"),
        ({"dropout": float("nan")}, "dropout: expected a finite number, got nan"),
        ({"stages": [1, 2, "3", 1]}, "stages: expected a list, each element a whole number"),
        ({"stages": 4}, "stages: expected a list, each element a whole number, got 4"),
        ({"num_heads": 5}, "num_heads: expected a divisor of 24, got 5"),
        ({"window_sizes": [5, 8, 8, 4]}, "window_sizes: 5 does not divide the 32 cells"),
        ({"global_attention_blocks": [7]}, "global_attention_blocks: expected some of the 7"),
        ({"motion_prompt": 1}, "motion_prompt: expected true or false, got 1"),
        ({"text_encoder": ["clip"]}, "text_encoder: expected roberta or clip, got"),
        ({"embed_dims": 24}, "embed_dims: unknown model setting; did you mean embed_dim?"),
        ({"trained_frames": 10**30}, "trained_frames: expected 1 to 1000 or null, got 1"),
        ({"format": True}, 'expected an object with "format": 1'),
        (
            {"embed_dim": 1024, "stages": [256] * 4},
            "the settings together make 2.7e+11 weights, expected at most 1.1e+09",
        ),
    ],
)
def test_a_value_out_of_place_is_named_with_file_and_key(
    tmp_path: Path, changes: dict[str, Any], message: str
) -> None:
    path = _write_config(tmp_path, changes)
    with pytest.raises(CheckpointError) as caught:
        read_config(path)
    assert str(caught.value).startswith(f"{path}: {message}")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("[" * 10**5, "expected JSON of moderate depth, got values nested too deep"),
        (" " * 2**21, "expected a file of at most 1048576 bytes, got 2097152"),
        ("[1]", 'expected an object with "format": 1'),
        ("{", "Expecting property name"),
        (b"\xff\xfe\x00", "'utf-16-le' codec can't decode"),
    ],
    ids=["deep", "long", "list", "cut", "bytes"],
)
def test_other_content_is_named_with_the_file(
    tmp_path: Path, content: str | bytes, message: str
) -> None:
    path = tmp_path / "config.json"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    with pytest.raises(CheckpointError) as caught:
        read_config(path)
    assert str(caught.value).startswith(f"{path}: {message}")


def test_every_preset_can_be_read(tmp_path: Path) -> None:
    for name, preset in PRESETS.items():
        assert read_config(_write_config(tmp_path, {}, name)) == (preset, 8)


@pytest.mark.parametrize("preset", ["tabletop", "mini"])
def test_the_parameter_bound_is_at_most_an_eighth_too_high(preset: str) -> None:
    network = Samwise(PRESETS[preset])
    exact = sum(tensor.numel() for tensor in network.state_dict().values())
    assert exact <= parameter_bound(PRESETS[preset]) <= 1.125 * exact


def test_released_sizes_are_below_the_limit() -> None:
    assert 210_129_546 <= parameter_bound(PRESETS["base_plus"]) <= 1.02 * 210_129_546
    assert all(parameter_bound(preset) < MAX_PARAMETERS / 2 for preset in PRESETS.values())


def test_no_network_is_built_for_weights_that_are_not_there(tmp_path: Path) -> None:
    _write_config(tmp_path, {"vocabulary": 2**20, "text_width": 896})
    SentenceTokenizer.from_words(WORDS).save(tmp_path / "tokenizer.json")
    save_file({"a": torch.zeros(1000)}, tmp_path / "model.safetensors")
    with pytest.raises(CheckpointError) as caught:
        load_model(str(tmp_path))
    described = parameter_bound(read_config(tmp_path / "config.json")[0])
    assert str(caught.value) == (
        f"{tmp_path}/config.json: describes about {described} weights, but "
        "model.safetensors has 1000; take both files from one model"
    )
