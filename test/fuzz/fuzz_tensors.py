"""Fuzzed readers of tensors: safetensors, both formats of ``torch.save``, and memory files."""

import argparse
import functools
import hashlib
import io
import json
import pickle
import random
import struct
import zipfile
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import torch
from fuzz_coverage import only, without
from fuzz_harness import Reader
from fuzz_mutations import dump_json, mutate_bytes, mutate_data
from random_model import SCORE_BIAS
from safetensors.torch import load, save

from samwise_ros.engine.backend.samwise_backend import SamwiseBackend
from samwise_ros.engine.config import EngineConfig
from samwise_ros.engine.engine import Engine
from samwise_ros.engine.types import Command, Frame
from samwise_ros.network.checkpoints.model_folder import load_state_strict
from samwise_ros.network.checkpoints.tensor_files import read_tensors
from samwise_ros.network.presets import PRESETS
from samwise_ros.network.samwise import Samwise
from samwise_ros.network.text.tokenizer import SentenceTokenizer

_TORCH_FILES = ("file_problem", "_zip_problem", "_read_torch", "_model_state")
_OTHER_FILES = (
    *(b"", b"neither", b"version https://git-lfs", b"<html>", b"PK\x03\x04", b"\x80\x02K\x01."),
    *(b"\x1f\x8b\x08", b"Rar!\x1a", save({"w": torch.ones(2)}), b"PK\x05\x06" + bytes(18)),
)


def _tiny() -> torch.nn.Module:
    torch.manual_seed(0)
    return torch.nn.Sequential(torch.nn.Linear(4, 3), torch.nn.BatchNorm1d(3))


def _split(data: bytes) -> tuple[dict[str, Any], bytes]:
    size = int.from_bytes(data[:8], "little")
    return json.loads(data[8 : 8 + size]), data[8 + size :]


@functools.cache
def _weights() -> bytes:
    return save(_tiny().state_dict())


def _write_safetensors(rng: random.Random, folder: Path) -> None:
    header, content = _split(_weights())
    kind = rng.random()
    if kind < 0.6:
        text = dump_json(rng, mutate_data(rng, header))
    else:
        text = json.dumps(header).encode()
        value = struct.pack("<f", rng.choice((float("nan"), float("inf"), 1e38, -0.0)))
        place = rng.randrange(len(content) // 4) * 4
        content = content[:place] + value + content[place + 4 :]
    # The last size looks like the start of a pickle.
    sizes = (0, 7, 2**31, 2**63, 2**64 - 1, 2**63 + 0x80)
    size = len(text) if rng.random() < 0.9 else rng.choice(sizes)
    data = struct.pack("<Q", size) + text + content
    data = mutate_bytes(rng, data) if kind > 0.85 else data
    (folder / "model.safetensors").write_bytes(data)


def _has_tensor_header(name: str) -> Callable[[Path], bool]:
    def check(folder: Path) -> bool:
        try:
            header, _ = _split((folder / name).read_bytes())
        except (ValueError, RecursionError):
            return False
        return isinstance(header, dict)

    return check


def _read_weights(path: Path) -> None:
    load_state_strict(_tiny(), read_tensors(path), str(path))


@functools.cache
def _contents() -> tuple[Any, ...]:
    """Return what a file of ``torch.save`` can hold: the first ones are read, others refused."""
    state = _tiny().state_dict()
    return (
        *(state, {"model": state, "args": argparse.Namespace(lr=1e-5), "epoch": 3}),
        *({"model": [1]}, {"model": {"a": 1}}, [torch.ones(2)], {"args": Fraction(1, 2)}),
    )


@functools.cache
def _checkpoint(number: int, as_zip: bool) -> bytes:
    file = io.BytesIO()
    torch.save(_contents()[number], file, _use_new_zipfile_serialization=as_zip)
    return file.getvalue()


def _write_checkpoint(rng: random.Random, folder: Path) -> None:
    number = rng.randrange(2) if rng.random() < 0.7 else rng.randrange(len(_contents()))
    as_zip, kind = rng.random() < 0.5, rng.random()
    data = _checkpoint(number, as_zip)
    if kind < 0.1:
        data = rng.choice(_OTHER_FILES)
    elif kind < 0.5 and as_zip:
        data = _mutated_archive(rng, data)
    elif kind < 0.9:
        # After the first bytes, so that most files still look like a checkpoint.
        data = data[:2] + mutate_bytes(rng, data[2:])
    (folder / "model.pth").write_bytes(data)


def _mutated_archive(rng: random.Random, data: bytes) -> bytes:
    """Change, remove, add or compress an entry; checksums and offsets stay right."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    name, kind = rng.choice(list(entries)), rng.randrange(5)
    compression = zipfile.ZIP_STORED
    if kind == 0:
        del entries[name]
    elif kind == 1:
        entries[name.rpartition("/")[0] + "/constants.pkl"] = pickle.dumps(())
    elif kind == 2:
        entries[name], compression = bytes(2**20), zipfile.ZIP_DEFLATED
    else:
        name = next(one for one in entries if one.endswith("data.pkl")) if kind == 3 else name
        entries[name] = mutate_bytes(rng, entries[name])
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as archive:
        for entry, content in entries.items():
            archive.writestr(entry, content)
    return file.getvalue()


def _has_checkpoint_header(folder: Path) -> bool:
    return (folder / "model.pth").read_bytes()[:2] in (b"PK", b"\x80\x02")


@functools.cache
def _engine() -> Engine:
    torch.manual_seed(0)
    words = ("the", "red", "mug", "ball")
    config = EngineConfig(min_mask_area=1)
    network = Samwise(PRESETS["tabletop"]).eval()
    with torch.no_grad():
        network.get_parameter(SCORE_BIAS).fill_(10.0)  # It finds an object in every image.
    tokenizer = SentenceTokenizer.from_words(words)
    return Engine(SamwiseBackend(network, tokenizer, device="cpu"), config)


@functools.cache
def _memory_file(folder: Path) -> tuple[dict[str, Any], bytes]:
    engine = _engine()
    engine.set_commands([Command("a", "the red mug"), Command("b", "the ball")])
    for _ in range(3):  # until the targets are tracked
        engine.step(Frame(np.full((24, 32, 3), 255, np.uint8)))
    engine.save(folder / "valid")
    data = (folder / "valid").read_bytes()
    (folder / "valid").unlink()
    return _split(data)


def _write_memory(rng: random.Random, folder: Path) -> None:
    header, content = _memory_file(folder)
    header = json.loads(json.dumps(header))
    kind = rng.random()
    if kind < 0.5:
        facts = mutate_data(rng, json.loads(header["__metadata__"]["facts"]))
        header["__metadata__"]["facts"] = dump_json(rng, facts).decode()
    elif kind < 0.75:
        header, content = _mutated_tensors(rng, header, content)
    elif kind < 0.85:
        header = mutate_data(rng, header)
    data = _sealed(header, content)
    data = mutate_bytes(rng, data) if kind > 0.9 else data
    (folder / "memory").write_bytes(data)


def _mutated_tensors(
    rng: random.Random, header: dict[str, Any], content: bytes
) -> tuple[dict[str, Any], bytes]:
    """Remove, add or change a tensor; the offsets of all tensors stay right."""
    text = json.dumps(header).encode()
    tensors = load(struct.pack("<Q", len(text)) + text + content)
    name, kind = rng.choice(sorted(tensors)), rng.randrange(5)
    tensor = tensors[name]
    if kind == 0:
        del tensors[name]
    elif kind == 1:
        tensors[rng.choice(("x", "9.pointers", f"{name}.0"))] = tensor.clone()
    elif kind == 2:
        tensors[name] = tensor.to(rng.choice((torch.float64, torch.uint8, torch.int64)))
    elif kind == 3:
        tensors[name] = rng.choice((tensor[None], tensor[:-1], tensor.new_zeros(0))).contiguous()
    elif tensor.is_floating_point():
        value = rng.choice((float("nan"), float("-inf"), -1.0, 2.0, 1e38))
        tensors[name] = torch.full_like(tensor, value)
    return _split(save(tensors, header["__metadata__"]))


def _sealed(header: dict[str, Any], content: bytes) -> bytes:
    """Make a file whose SHA-256 is right where its header still has one."""
    metadata, blank = header.get("__metadata__"), "0" * 64
    if isinstance(metadata, dict) and "sha256" in metadata:
        metadata["sha256"] = blank
    text = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode(
        errors="surrogatepass"
    )
    text += b" " * (-len(text) % 8)
    data = struct.pack("<Q", len(text)) + text + content
    return data.replace(blank.encode(), hashlib.sha256(data).hexdigest().encode(), 1)


TENSOR_READERS = (
    Reader(
        "safetensors",
        _write_safetensors,
        lambda folder: _read_weights(folder / "model.safetensors"),
        _has_tensor_header("model.safetensors"),
        {
            "network.checkpoints.tensor_files": without(*_TORCH_FILES),
            "network.checkpoints.model_folder": only("load_state_strict", "_check_finite"),
        },
    ),
    Reader(
        "checkpoint",
        _write_checkpoint,
        lambda folder: _read_weights(folder / "model.pth"),
        _has_checkpoint_header,
        {"network.checkpoints.tensor_files": without()},
    ),
    Reader(
        "memory",
        _write_memory,
        lambda folder: _engine().load(folder / "memory", ["camera"]),
        _has_tensor_header("memory"),
        {
            "engine.memory.file": without("write"),
            "engine.memory.schema": without(),
            "engine.memory.persistence": without("save", "_header", "_tensors", "_saved_memories"),
        },
    ),
)
