"""Fuzzed readers of data sets: MeViS, Ref-YouTube-VOS, RefCOCO and their masks."""

import functools
import io
import json
import pickle
import random
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
from fuzz_coverage import only, without
from fuzz_documents import is_json
from fuzz_harness import Reader
from fuzz_mutations import mutate_bytes, mutate_data, mutated_json
from PIL import Image

from samwise_ros.data.files import read_arrays, read_json
from samwise_ros.data.formats.mevis import Mevis
from samwise_ros.data.formats.ref_youtube_vos import RefYoutubeVos
from samwise_ros.data.formats.refcoco import Refcoco
from samwise_ros.data.rle import decode, encode

_SIZE = (12, 16)
_READING = without("splits", "__len__")


def _mask(rng: random.Random) -> np.ndarray:
    mask = np.zeros(_SIZE, bool)
    mask[rng.randrange(12) :, rng.randrange(16) :] = True
    return mask


def _runs(rng: random.Random) -> dict[str, Any]:
    pixels = np.concatenate([[False], _mask(rng).T.ravel()])
    changes = np.flatnonzero(np.diff(pixels))
    return {"size": list(_SIZE), "counts": np.diff(changes, prepend=0, append=192).tolist()}


def _code(rng: random.Random) -> Any:
    polygon = [round(rng.uniform(-3, 20), 1) for _ in range(2 * rng.randrange(3, 9))]
    return rng.choice((encode(_mask(rng)), _runs(rng), [polygon], [polygon, polygon[:6]]))


def _write_mask(rng: random.Random, folder: Path) -> None:
    code = _code(rng)
    if isinstance(code, dict) and isinstance(code["counts"], str) and rng.random() < 0.5:
        text = [chr(48 + rng.randrange(64)) for _ in range(rng.randrange(1, 40))]
        code["counts"] = "".join(text)
    (folder / "mask.json").write_bytes(mutated_json(rng, code))


@functools.cache
def _picture(mode: str, kind: str) -> bytes:
    file = io.BytesIO()
    Image.new(mode, _SIZE[::-1], 1).save(file, kind)
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
        _write_photo(folder / "valid" / "JPEGImages" / "v" / f"{frame}.jpg")
        labels = folder / "valid" / "Annotations" / "v" / f"{frame}.png"
        labels.parent.mkdir(parents=True, exist_ok=True)
        labels.write_bytes(_picture("L", "PNG"))
    lists = folder / "meta_expressions"
    for split in ("valid", "test"):
        (lists / split).mkdir(parents=True)
    videos = mutated_json(rng, _videos(rng, "obj_id"))
    (lists / "valid" / "meta_expressions.json").write_bytes(videos)
    if rng.random() < 0.2:  # Its videos do not belong to valid.
        others = mutated_json(rng, {"videos": {"w": {}}})
        (lists / "test" / "meta_expressions.json").write_bytes(others)


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
    image = {"id": 1, "file_name": "1.jpg", "height": _SIZE[0], "width": _SIZE[1]}
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
    # Not loaded: a mutated file can hold any class.
    data = (folder / "refs(unc).p").read_bytes()
    return data.endswith(b".") and (data[:1] == b"\x80" or data[:1] in b"(lN")


@functools.cache
def _arrays(compressed: bool) -> bytes:
    file = io.BytesIO()
    save = np.savez_compressed if compressed else np.savez
    save(file, labels=np.arange(96).reshape(2, 6, 8), kinds=np.array(["mug", "jar"]))
    return file.getvalue()


def _write_arrays(rng: random.Random, folder: Path) -> None:
    data = _arrays(rng.random() < 0.5)
    if rng.random() < 0.3:  # shapes and types of the arrays, behind the checksum of the archive
        with zipfile.ZipFile(folder / "v.npz", "w") as archive:
            for name in ("labels", "kinds"):
                content = zipfile.ZipFile(io.BytesIO(data)).read(f"{name}.npy")
                archive.writestr(f"{name}.npy", mutate_bytes(rng, content[:128]) + content[128:])
        return
    (folder / "v.npz").write_bytes(mutate_bytes(rng, data))


def _read_arrays(folder: Path) -> None:
    read_arrays(folder / "v.npz", ("labels", "kinds"))
    read_arrays(folder / "v.npz")


DATA_SET_READERS = (
    Reader(
        "arrays",
        _write_arrays,
        _read_arrays,
        lambda folder: (folder / "v.npz").read_bytes()[:4] == b"PK\x03\x04",
        {"data.files": only("read_arrays")},
    ),
    Reader(
        "rle",
        _write_mask,
        lambda folder: decode(read_json(folder / "mask.json"), _SIZE),
        is_json("mask.json"),
        {"data.rle": without("encode")},
    ),
    Reader(
        "mevis",
        _write_mevis,
        lambda folder: _read_videos(Mevis(folder, "train")),
        is_json("train/meta_expressions.json"),
        {"data.formats.mevis": _READING, "data.formats.meta_expressions": without()},
    ),
    Reader(
        "ref_youtube_vos",
        _write_youtube,
        lambda folder: _read_videos(RefYoutubeVos(folder, "valid")),
        is_json("meta_expressions/valid/meta_expressions.json"),
        {"data.formats.ref_youtube_vos": _READING},
    ),
    Reader(
        "refcoco",
        _write_refcoco,
        lambda folder: _read_videos(Refcoco(folder, "train")),
        _is_pickle,
        {"data.formats.refcoco": _READING, "data.pickled": without("_operations")},
    ),
)
