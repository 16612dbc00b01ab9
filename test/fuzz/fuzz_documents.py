"""Fuzzed readers of JSON and YAML: recipes, parameter files, model configurations, tokenizers."""

import functools
import json
import random
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import yaml
from fuzz_coverage import only, without
from fuzz_harness import Reader
from fuzz_mutations import Hints, dump_json, mutate_bytes, mutate_data, mutated_json

from samwise_ros.network.checkpoints.config_file import read_config
from samwise_ros.network.checkpoints.model_folder import load_tokenizer
from samwise_ros.network.checkpoints.model_home import SHIPPED
from samwise_ros.network.presets import PRESETS
from samwise_ros.ros.launch.checks import LaunchError
from samwise_ros.ros.launch.parameter_file import read_parameters
from samwise_ros.training.recipe import Recipe, Stage

_ROOT = Path(__file__).parents[2]
_RECIPE_HINTS: Hints = {
    "betas": ([0.9], [0.9, 2], 0.9),
    "over": ("clip", "video"),
    "learning_rate": ("1e-5", 0),
    "data": ("mevis:x:train", [1], []),
    "evaluate": ({}, {"every": 0}, 5),
    "stages": ([], {}, None),
    "video_frames": ([1], [2, 8]),
}
_TOKENIZER_HINTS: Hints = {
    "dropout": (0.5, "x", []),
    "pattern": ({"Regex": "(a+)+$"}, {"Regex": r"\s+"}, {"String": "a"}, "a"),
    "content": ("", "ab", 5),
    "normalizers": (5, [], {}),
    "pretokenizers": (5, "x", [[]]),
    "post_processor": (None, {"type": "x" * 5000}),
    "pre_tokenizer": (
        None,
        {"type": "Sequence", "pretokenizers": [{"type": "Whitespace"}] * 9},
        {"type": "Split", "pattern": {"Regex": r"\s+"}, "behavior": "Removed", "invert": False},
    ),
}


def is_json(name: str) -> Callable[[Path], bool]:
    """Return a check whether a file of a folder is JSON."""

    def check(folder: Path) -> bool:
        try:
            json.loads((folder / name).read_bytes())
        except (ValueError, RecursionError):
            return False
        return True

    return check


@functools.cache
def _recipes() -> list[Any]:
    """Return a recipe with every setting, so that any of them can change, and a published one."""
    stages = (
        Stage("a", "sentences", steps=4, batch=4, accumulate=2, frames=2, video_frames=(2, 8),
              swap_share=0.5, name_objects=0.5),
        Stage("b", "words", epochs=1, train=("sam",), augment=True),
    )  # fmt: skip
    full = json.loads(json.dumps(asdict(Recipe("tabletop", 1, stages))))
    return [full, yaml.safe_load((_ROOT / "recipes" / "mevis.yaml").read_text())]


def _write_recipe(rng: random.Random, folder: Path) -> None:
    _write_yaml(rng, rng.choice(_recipes()), _RECIPE_HINTS, folder)


@functools.cache
def _parameters() -> Any:
    content = yaml.safe_load((_ROOT / "config" / "samwise.yaml").read_text())
    some = dict(list(content["/**"]["ros__parameters"].items())[:12])  # PyYAML is slow
    node = {"ros__parameters": {"model": "mine"}}
    return {
        "/**": {"ros__parameters": some},
        "/*": node,
        "robot": {"samwise_node": node},
        "samwise_node": node,
    }


def _write_parameters(rng: random.Random, folder: Path) -> None:
    _write_yaml(rng, _parameters(), {}, folder)


def _write_yaml(rng: random.Random, content: Any, hints: Hints, folder: Path) -> None:
    kind = rng.random()
    if kind < 0.75:
        text = dump_json(rng, mutate_data(rng, content, hints))  # JSON is YAML, and faster to write
    else:
        text = yaml.dump(content, Dumper=yaml.CSafeDumper).encode()
        text = mutate_bytes(rng, text) if kind < 0.9 else _with_feature(rng, text)
    (folder / "file.yaml").write_bytes(text)


def _with_feature(rng: random.Random, text: bytes) -> bytes:
    """Use a part of YAML that JSON lacks."""
    kind = rng.randrange(6)
    if kind == 0:
        tag = rng.choice((b"!!timestamp", b"!!int", b"!!binary", b"!!set", b"!!python/name:os"))
        return text.replace(b": ", b": " + tag + b" ", rng.randrange(1, 4))
    if kind == 1:
        doubled = "".join(f"k{n}: &k{n} [*k{n - 1}, *k{n - 1}]\n" for n in range(1, 40))
        return f"k0: &k0 [a]\n{doubled}".encode() + text
    if kind == 2:
        return b"k: &k {<<: *k, a: [*k]}\n" + text
    if kind == 3:
        return b"k: &k {a: 1}\nl: {<<: [*k, *k], b: *k}\n" + text
    if kind == 4:
        return rng.choice((b"", b"# nothing\n", b"---\n---\n", b"- a\n- b\n", b"5"))
    return text + b"#" * 2**18


def _is_yaml(folder: Path) -> bool:
    data = (folder / "file.yaml").read_bytes()
    if b"[" * 1000 in data:
        return False  # PyYAML takes a time that is quadratic in the depth.
    try:
        for _ in yaml.parse(data.decode(), yaml.CSafeLoader):
            pass
    except (ValueError, yaml.YAMLError):
        return False
    return True


def _write_config(rng: random.Random, folder: Path) -> None:
    content = json.loads((SHIPPED / "tabletop" / "config.json").read_text())
    (folder / "config.json").write_bytes(mutated_json(rng, content))


@functools.cache
def _word_level() -> Any:
    tokenizer = json.loads((SHIPPED / "tabletop" / "tokenizer.json").read_text())
    tokenizer["model"]["vocab"] = dict(list(tokenizer["model"]["vocab"].items())[:20])
    return tokenizer


@functools.cache
def _bpe() -> Any:
    words = ("<s>", "<pad>", "</s>", "<unk>", "a", "b", "ab")
    return {
        "version": "1.0", "truncation": None, "padding": None,
        "added_tokens": [{"id": 0, "content": "<s>", "single_word": False, "lstrip": False,
                          "rstrip": False, "normalized": False, "special": True}],
        "normalizer": {"type": "Sequence", "normalizers": [{"type": "NFC"}, {
            "type": "Replace", "pattern": {"Regex": r"\s+"}, "content": " "}]},
        "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True,
                          "use_regex": True},
        "post_processor": {"type": "RobertaProcessing", "sep": ["</s>", 2], "cls": ["<s>", 0],
                           "trim_offsets": True, "add_prefix_space": False},
        "decoder": {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": True,
                    "use_regex": True},
        "model": {"type": "BPE", "dropout": None, "unk_token": None,
                  "continuing_subword_prefix": "", "end_of_word_suffix": "", "fuse_unk": False,
                  "byte_fallback": False, "merges": ["a b"],
                  "vocab": {word: number for number, word in enumerate(words)}},
    }  # fmt: skip


def _write_tokenizer(rng: random.Random, folder: Path) -> None:
    content = rng.choice((_word_level, _bpe))()
    (folder / "tokenizer.json").write_bytes(mutated_json(rng, content, _TOKENIZER_HINTS))


def _read_tokenizer(folder: Path) -> None:
    tokenizer = load_tokenizer(folder / "tokenizer.json", PRESETS["mini"])
    assert tokenizer.encode_batch(["a red ball ab", "zyzzyva"]).max() < PRESETS["mini"].vocabulary


DOCUMENT_READERS = (
    Reader(
        "recipe",
        _write_recipe,
        lambda folder: Recipe.read(folder / "file.yaml"),
        _is_yaml,
        {
            "training.recipe": without("trained"),
            "training.settings": without(),
            "files.documents": without("parse_json", "write_json"),
        },
    ),
    Reader(
        "parameters",
        _write_parameters,
        lambda folder: read_parameters(folder / "file.yaml", ""),
        _is_yaml,
        {"ros.launch.parameter_file": without()},
        (LaunchError,),
    ),
    Reader(
        "config",
        _write_config,
        lambda folder: read_config(folder / "config.json"),
        is_json("config.json"),
        {
            "network.checkpoints.config_file": without(),
            "network.config": without("stage_widths", "pad_id", "max_tokens", "to_dict"),
            "network.checks": without(),
        },
    ),
    Reader(
        "tokenizer",
        _write_tokenizer,
        _read_tokenizer,
        is_json("tokenizer.json"),
        {
            "network.text.tokenizer_file": without(),
            "network.checkpoints.model_folder": only("load_tokenizer", "check_tokenizer"),
        },
    ),
)
