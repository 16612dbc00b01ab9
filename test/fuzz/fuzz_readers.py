"""The readers that are fuzzed. To add one: write a `Reader` and list it in ``READERS``."""

import functools
import hashlib
import io
import json
import pickle
import random
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
import yaml
from bag_fuzz import has_valid_header, read_bag, write_bag
from fuzz_harness import Reader
from fuzz_images import read_images, starts_like_an_image, write_images
from fuzz_mutations import dump_json, mutate_bytes, mutate_data, mutated_json
from PIL import Image
from safetensors.torch import save

from samwise_ros.data.files import read_json
from samwise_ros.data.formats.mevis import Mevis
from samwise_ros.data.formats.ref_youtube_vos import RefYoutubeVos
from samwise_ros.data.formats.refcoco import Refcoco
from samwise_ros.data.rle import decode, encode
from samwise_ros.engine.backend.samwise_backend import SamwiseBackend
from samwise_ros.engine.config import EngineConfig
from samwise_ros.engine.engine import Engine
from samwise_ros.engine.types import Command, Frame
from samwise_ros.network.checkpoints.config_file import read_config
from samwise_ros.network.checkpoints.model_folder import load_state_strict, load_tokenizer
from samwise_ros.network.checkpoints.model_home import SHIPPED
from samwise_ros.network.checkpoints.tensor_files import read_tensors
from samwise_ros.network.presets import PRESETS
from samwise_ros.network.samwise import Samwise
from samwise_ros.network.text.tokenizer import SentenceTokenizer
from samwise_ros.ros.launch.checks import LaunchError, read_parameters
from samwise_ros.training.recipe import Recipe

SIZE = (12, 16)
ROOT = Path(__file__).parents[2]


def _mask(rng: random.Random) -> np.ndarray:
    mask = np.zeros(SIZE, bool)
    mask[rng.randrange(12) :, rng.randrange(16) :] = True
    return mask


def _runs(rng: random.Random) -> dict[str, Any]:
    pixels = np.concatenate([[False], _mask(rng).T.ravel()])
    changes = np.flatnonzero(np.diff(pixels))
    return {"size": list(SIZE), "counts": np.diff(changes, prepend=0, append=192).tolist()}


def _code(rng: random.Random) -> Any:
    polygon = [round(rng.uniform(-3, 20), 1) for _ in range(2 * rng.randrange(3, 9))]
    return rng.choice((encode(_mask(rng)), _runs(rng), [polygon], [polygon, polygon[:6]]))


def _write_mask(rng: random.Random, folder: Path) -> None:
    code = _code(rng)
    if isinstance(code, dict) and isinstance(code["counts"], str) and rng.random() < 0.5:
        text = [chr(48 + rng.randrange(64)) for _ in range(rng.randrange(1, 40))]
        code["counts"] = "".join(text)
    (folder / "mask.json").write_bytes(mutated_json(rng, code))


def _is_json(name: str) -> Callable[[Path], bool]:
    def check(folder: Path) -> bool:
        try:
            json.loads((folder / name).read_bytes())
        except (ValueError, RecursionError):
            return False
        return True

    return check


@functools.cache
def _picture(mode: str, kind: str) -> bytes:
    file = io.BytesIO()
    Image.new(mode, SIZE[::-1], 1).save(file, kind)
    return file.getvalue()


def _write_photo(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(_picture("RGB", "JPEG"))


def _videos(rng: random.Random, ids: str) -> dict[str, Any]:
    expressions: dict[str, dict[str, Any]] = {
        str(key): {"exp": "the red mug", ids: rng.choice(([7], [7, 3], "1", 2))} for key in range(2)
    }
    expressions["0"] |= rng.choice(({}, {"kind": "past", "start": 1, "stop": 2}))
    return {"videos": {"v": {"frames": ["00000", "00005"], "expressions": expressions}}}


def _write_mevis(rng: random.Random, folder: Path) -> None:
    for frame in ("00000", "00005"):
        _write_photo(folder / "train" / "JPEGImages" / "v" / f"{frame}.jpg")
    masks = {key: [encode(_mask(rng)), None] for key in ("7", "3")}
    meta, annotations = _videos(rng, "anno_id"), json.dumps(masks).encode()
    if rng.random() < 0.5:
        annotations = mutated_json(rng, masks)
    meta_text = mutated_json(rng, meta) if rng.random() < 0.7 else json.dumps(meta).encode()
    (folder / "train" / "mask_dict.json").write_bytes(annotations)
    (folder / "train" / "meta_expressions.json").write_bytes(meta_text)


def _read_videos(dataset: Mevis | RefYoutubeVos | Refcoco) -> None:
    for index in range(min(len(dataset), 3)):
        video = dataset.video(index)
        for expression in video.expressions[:3]:
            dataset.masks(index, expression.objects[:3], (0,))
        dataset.images(index, (len(video.frames) - 1,))


def _write_youtube(rng: random.Random, folder: Path) -> None:
    for frame in ("00000", "00005"):
        _write_photo(folder / "train" / "JPEGImages" / "v" / f"{frame}.jpg")
        labels = folder / "train" / "Annotations" / "v" / f"{frame}.png"
        labels.parent.mkdir(parents=True, exist_ok=True)
        labels.write_bytes(_picture("L", "PNG"))
    place = folder / "meta_expressions" / "train"
    place.mkdir(parents=True)
    (place / "meta_expressions.json").write_bytes(mutated_json(rng, _videos(rng, "obj_id")))


def _refs() -> list[dict[str, Any]]:
    return [
        {
            "ref_id": number, "ann_id": number, "image_id": 1, "split": "train",
            "sentences": [{"sent_id": number, "sent": "a mug", "tokens": ["a", "mug"]}],
        }
        for number in (1, 2)
    ]  # fmt: skip


def _write_refcoco(rng: random.Random, folder: Path) -> None:
    _write_photo(folder / "train2014" / "1.jpg")
    image = {"id": 1, "file_name": "1.jpg", "height": SIZE[0], "width": SIZE[1]}
    annotations = [{"id": n, "image_id": 1, "segmentation": _code(rng)} for n in (1, 2)]
    instances: Any = {"images": [image], "annotations": annotations}
    text = json.dumps(instances).encode()
    (folder / "instances.json").write_bytes(
        mutated_json(rng, instances) if rng.random() < 0.3 else text
    )
    entries = _refs()
    if rng.random() < 0.2:
        entries[1]["sentences"] = entries[0]["sentences"]  # One list in two entries, as published.
    refs = mutate_data(rng, entries)
    if rng.random() < 0.1:
        refs.append({("a", (1,)): refs, "self": [refs] * 2} if isinstance(refs, list) else refs)
    data = pickle.dumps(refs, protocol=rng.randrange(6))
    (folder / "refs(unc).p").write_bytes(mutate_bytes(rng, data) if rng.random() < 0.3 else data)


def _is_pickle(folder: Path) -> bool:
    try:
        # Only what Python's own reader takes without classes; mutated files can hold any of them.
        data = (folder / "refs(unc).p").read_bytes()
        return data.endswith(b".") and (data[:1] == b"\x80" or data[:1] in b"(lN")
    except OSError:
        return False


def _write_recipe(rng: random.Random, folder: Path) -> None:
    name = "tabletop" if rng.random() < 0.1 else rng.choice(("mevis", "refcoco"))
    _write_yaml(rng, (ROOT / "recipes" / f"{name}.yaml").read_text(), folder)


def _write_parameters(rng: random.Random, folder: Path) -> None:
    _write_yaml(rng, (ROOT / "config" / "samwise.yaml").read_text(), folder)


def _write_yaml(rng: random.Random, text: str, folder: Path) -> None:
    kind = rng.random()
    if kind < 0.25:
        data = mutate_bytes(rng, text.encode())
    elif kind < 0.35:
        tag = rng.choice(
            ("!!timestamp", "!!int", "!!binary", "!!set", "!!omap", "!!python/name:os")
        )
        data = text.replace(": ", f": {tag} ", rng.randrange(1, 4)).encode()
    elif kind < 0.4:
        doubled = "".join(f"k{n}: &k{n} [*k{n - 1}, *k{n - 1}]\n" for n in range(1, 40))
        data = f"k0: &k0 [a]\n{doubled}{text}".encode()
    else:
        changed = mutate_data(rng, _parsed_yaml(text))
        data = dump_json(rng, changed)  # JSON is YAML, and faster to write.
    (folder / "file.yaml").write_bytes(data)


@functools.cache
def _parsed_yaml(text: str) -> Any:
    return yaml.safe_load(text)


def _is_yaml(folder: Path) -> bool:
    if b"[" * 1000 in (folder / "file.yaml").read_bytes():
        return False  # PyYAML takes a time that is quadratic in the depth.
    try:
        for _ in yaml.parse((folder / "file.yaml").read_text("utf-8"), yaml.CSafeLoader):
            pass
    except (ValueError, yaml.YAMLError):
        return False
    return True


def _write_config(rng: random.Random, folder: Path) -> None:
    content = json.loads((SHIPPED / "tabletop" / "config.json").read_text())
    (folder / "config.json").write_bytes(mutated_json(rng, content))


@functools.cache
def _tokenizer_json() -> Any:
    tokenizer = json.loads((SHIPPED / "tabletop" / "tokenizer.json").read_text())
    vocabulary = list(tokenizer["model"]["vocab"].items())[:20]
    tokenizer["model"]["vocab"] = dict(vocabulary)
    return tokenizer


def _bpe_json() -> dict[str, Any]:
    vocabulary = {
        token: n for n, token in enumerate(("<s>", "<pad>", "</s>", "<unk>", "a", "b", "ab"))
    }
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
                  "byte_fallback": False, "vocab": vocabulary, "merges": ["a b"]},
    }  # fmt: skip


def _write_tokenizer(rng: random.Random, folder: Path) -> None:
    content = rng.choice((_tokenizer_json, _bpe_json))()
    (folder / "tokenizer.json").write_bytes(mutated_json(rng, content))


def _read_tokenizer(folder: Path) -> None:
    tokenizer = load_tokenizer(folder / "tokenizer.json", PRESETS["mini"])
    assert tokenizer.encode_batch(["a red ball ab", "zyzzyva"]).max() < PRESETS["mini"].vocabulary


def _tiny() -> torch.nn.Module:
    return torch.nn.Sequential(torch.nn.Linear(4, 3), torch.nn.BatchNorm1d(3))


def _split(data: bytes) -> tuple[dict[str, Any], bytes]:
    size = int.from_bytes(data[:8], "little")
    return json.loads(data[8 : 8 + size]), data[8 + size :]


@functools.cache
def _weights() -> bytes:
    return save(_tiny().state_dict())


@functools.cache
def _checkpoint(as_zip: bool) -> bytes:
    file = io.BytesIO()
    torch.save({"model": _tiny().state_dict()}, file, _use_new_zipfile_serialization=as_zip)
    return file.getvalue()


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
    size = len(text) if rng.random() < 0.9 else rng.choice((0, 2**31, 2**63, 2**64 - 1, 7))
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


def _read_safetensors(folder: Path) -> None:
    path = folder / "model.safetensors"
    load_state_strict(_tiny(), read_tensors(path), str(path))


_OTHER_FILES = (
    *(b"", b"neither", b"version https://git-lfs", b"<html>", b"PK\x03\x04", b"\x80\x02K\x01."),
    save({"w": torch.ones(2)}),
    b"PK\x05\x06" + bytes(18),
)


def _write_checkpoint(rng: random.Random, folder: Path) -> None:
    data = _checkpoint(rng.random() < 0.5)
    data = mutate_bytes(rng, data) if rng.random() < 0.8 else data
    data = rng.choice(_OTHER_FILES) if rng.random() < 0.1 else data
    (folder / "model.pth").write_bytes(data)


def _has_checkpoint_header(folder: Path) -> bool:
    data = (folder / "model.pth").read_bytes()
    return data[:2] in (b"PK", b"\x80\x02")


def _read_checkpoint(folder: Path) -> None:
    path = folder / "model.pth"
    load_state_strict(_tiny(), read_tensors(path), str(path))


@functools.cache
def _engine() -> Engine:
    torch.manual_seed(0)
    words = ("the", "red", "mug", "ball")
    config = EngineConfig(min_mask_area=1)
    network = Samwise(PRESETS["tabletop"]).eval()
    tokenizer = SentenceTokenizer.from_words(words)
    return Engine(SamwiseBackend(network, tokenizer, device="cpu"), config)


@functools.cache
def _memory_file(folder: Path) -> tuple[dict[str, Any], bytes]:
    engine = _engine()
    engine.set_commands([Command("a", "the red mug"), Command("b", "the ball")])
    engine.step(Frame(np.zeros((24, 32, 3), np.uint8)))
    engine.save(folder / "valid")
    data = (folder / "valid").read_bytes()
    (folder / "valid").unlink()
    return _split(data)


def _write_memory(rng: random.Random, folder: Path) -> None:
    header, content = _memory_file(folder)
    header = json.loads(json.dumps(header))
    kind = rng.random()
    if kind < 0.7:
        facts = mutate_data(rng, json.loads(header["__metadata__"]["facts"]))
        header["__metadata__"]["facts"] = dump_json(rng, facts).decode()
    elif kind < 0.85:
        header = mutate_data(rng, header)
    data = sealed(header, content)
    data = mutate_bytes(rng, data) if kind > 0.9 else data
    (folder / "memory").write_bytes(data)


def sealed(header: dict[str, Any], content: bytes) -> bytes:
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


def _read_memory(folder: Path) -> None:
    _engine().load(folder / "memory", ["camera"])


READERS = {
    reader.name: reader
    for reader in (
        Reader(
            "rle",
            _write_mask,
            lambda folder: decode(read_json(folder / "mask.json"), SIZE),
            _is_json("mask.json"),
        ),
        Reader(
            "mevis",
            _write_mevis,
            lambda folder: _read_videos(Mevis(folder, "train")),
            _is_json("train/meta_expressions.json"),
        ),
        Reader(
            "ref_youtube_vos",
            _write_youtube,
            lambda folder: _read_videos(RefYoutubeVos(folder, "train")),
            _is_json("meta_expressions/train/meta_expressions.json"),
        ),
        Reader(
            "refcoco",
            _write_refcoco,
            lambda folder: _read_videos(Refcoco(folder, "train")),
            _is_pickle,
        ),
        Reader(
            "recipe",
            _write_recipe,
            lambda folder: Recipe.read(folder / "file.yaml"),
            _is_yaml,
        ),
        Reader(
            "parameters",
            _write_parameters,
            lambda folder: read_parameters(folder / "file.yaml", ""),
            _is_yaml,
            (LaunchError,),
        ),
        Reader(
            "config",
            _write_config,
            lambda folder: read_config(folder / "config.json"),
            _is_json("config.json"),
        ),
        Reader("tokenizer", _write_tokenizer, _read_tokenizer, _is_json("tokenizer.json")),
        Reader(
            "safetensors",
            _write_safetensors,
            _read_safetensors,
            _has_tensor_header("model.safetensors"),
        ),
        Reader("checkpoint", _write_checkpoint, _read_checkpoint, _has_checkpoint_header),
        Reader("memory", _write_memory, _read_memory, _has_tensor_header("memory")),
        Reader("bag", write_bag, read_bag, has_valid_header),
        Reader("images", write_images, read_images, starts_like_an_image),
    )
}
