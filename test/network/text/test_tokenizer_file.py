"""A ``tokenizer.json`` cannot take unbounded time or memory, nor name tokens that are not there."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from samwise_ros.network.checkpoints.errors import CheckpointError
from samwise_ros.network.checkpoints.model_folder import load_tokenizer
from samwise_ros.network.presets import PRESETS
from samwise_ros.network.text.tokenizer import SentenceTokenizer

CONFIG = PRESETS["mini"]  # Its vocabulary has 120 tokens.


def _write(folder: Path, change: Callable[[dict[str, Any]], object]) -> Path:
    path = folder / "tokenizer.json"
    SentenceTokenizer.from_words(["the", "red", "mug"]).save(path)
    content = json.loads(path.read_text())
    change(content)
    path.write_text(json.dumps(content))
    return path


def _pad(content: dict[str, Any], length: int) -> None:
    content["padding"] = {
        "strategy": {"Fixed": length},
        "direction": "Right",
        "pad_to_multiple_of": None,
        "pad_id": 1,
        "pad_type_id": 0,
        "pad_token": "<pad>",
    }


def test_padding_and_truncation_of_the_file_have_no_effect(tmp_path: Path) -> None:
    path = _write(tmp_path, lambda content: _pad(content, 10**8))
    content = json.loads(path.read_text())
    content["truncation"] = {
        "direction": "Right",
        "max_length": 3,
        "strategy": "LongestFirst",
        "stride": 0,
    }
    path.write_text(json.dumps(content))
    begin = time.perf_counter()
    tokenizer = load_tokenizer(path, CONFIG)
    assert tokenizer.encode("the red mug") == [0, 4, 5, 6, 2]
    assert time.perf_counter() - begin < 1


def _deep(content: dict[str, Any]) -> None:
    for _ in range(400):
        content["normalizer"] = {"type": "Sequence", "normalizers": [content["normalizer"]]}


def _double(content: dict[str, Any], steps: int = 7) -> None:
    step = {"type": "Replace", "pattern": {"String": "a"}, "content": "aa"}
    content["normalizer"] = {"type": "Sequence", "normalizers": [step] * steps}


def _lowercase(content: dict[str, Any]) -> None:
    content["normalizer"] = {"type": "Sequence", "normalizers": [{"type": "Lowercase"}] * 8}


def _repeat_first_token(content: dict[str, Any]) -> None:
    content["post_processor"]["single"] *= 1000


def _split(content: dict[str, Any]) -> None:
    pattern = {"Regex": "(a+)+$"}
    content["pre_tokenizer"] = {
        "type": "Split",
        "pattern": pattern,
        "behavior": "Removed",
        "invert": False,
    }


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda c: c["model"]["vocab"].update(mug=10**9), "token 1000000000, but config.json has"),
        (
            lambda c: c["post_processor"]["special_tokens"]["<s>"].update(ids=[10**9]),
            "token 1000000000, but config.json has a vocabulary of 120; take the tokenizer",
        ),
        (
            lambda c: c["model"]["vocab"].update({f"w{n}": n + 7 for n in range(200)}),
            "207 tokens, filled up with token 1; expected at most 120",
        ),
        (lambda c: c["model"].update(unk_token="<nothing>"), "WordLevel error: Missing [UNK]"),
        (lambda c: c["model"].update(type="Unigram"), "model: type: expected WordLevel or BPE"),
        (lambda c: c.pop("model"), "model: expected an object, got None"),
        (_deep, "normalizer: expected at most 8 steps, got 400"),
        (_double, "normalizer: content: expected at most one character, got 'aa'"),
        (_lowercase, "normalizer: expected at most 8 steps, got 9"),
        (lambda c: c["model"].update(dropout=0.5), "model: dropout: expected none, got 0.5"),
        (_repeat_first_token, "post_processor: expected at most 4096 characters, got "),
        (_split, "pre_tokenizer: pattern: expected \\s+ or 's|'t|'re"),
    ],
    ids=[
        *("id", "special id", "many", "unknown", "type", "none", "deep", "double", "steps"),
        *("dropout", "post-processor", "split"),
    ],
)
def test_a_harmful_part_is_named_with_the_file(
    tmp_path: Path, change: Callable[[dict[str, Any]], object], message: str
) -> None:
    path = _write(tmp_path, change)
    with pytest.raises(CheckpointError) as caught:
        load_tokenizer(path, CONFIG)
    assert str(caught.value).startswith(f"{path}: {message}")
