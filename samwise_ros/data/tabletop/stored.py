"""The fixed splits: their motion and sentences, made once and stored in the package.

Physics and pixels are not bit for bit the same on every machine, and sentences depend on which
pixels are visible. The splits that results are published on are therefore never simulated or
described again: ``fixed_splits/SPLIT.npz`` has their motion, ``fixed_splits/SPLIT.json`` their
sentences.
"""

import json
import zlib
from collections.abc import Mapping
from dataclasses import astuple
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from samwise_ros.data.dataset import DatasetError
from samwise_ros.data.tabletop.composition.describe import describe
from samwise_ros.data.tabletop.description import SceneDescription, Split
from samwise_ros.data.tabletop.language import Sentence
from samwise_ros.data.tabletop.trajectory import FIELDS, Trajectory
from samwise_ros.files.atomic import write_atomically

FOLDER = Path(__file__).parent / "fixed_splits"
VIDEOS: dict[Split, int] = {"val": 50, "test": 100, "unseen": 100, "events": 50, "past": 150}
"""Number of videos of each fixed split."""

Arrays = dict[str, NDArray[Any]]


def describe_stored(split: Split, index: int) -> SceneDescription:
    """Return the description of a video of a fixed split.

    Args:
        split: one of `VIDEOS`.
        index: number of the video in the split. The description's number may be larger: not every
            description makes a video of ``past``.

    Raises:
        DatasetError: the list of the split is missing.
    """
    return describe(split, list(_read_sentences(FOLDER / f"{split}.json"))[index])


def read_trajectory(description: SceneDescription) -> Trajectory:
    """Return the stored motion of a video of a fixed split.

    Raises:
        DatasetError: nothing is stored, or that of another description.
    """
    path, number = FOLDER / f"{description.split}.npz", description.index
    stored = _read_arrays(path)
    digest = int(stored.get(_key(number, "digest"), -1))
    _check(f"{path}: motion of video {number}", digest, motion_digest(description))
    return Trajectory(**{name: _undo(stored[_key(number, name)]) for name in FIELDS})


def read_sentences(description: SceneDescription) -> list[Sentence]:
    """Return the stored sentences of a video of a fixed split.

    Raises:
        DatasetError: nothing is stored, or those of another description.
    """
    path, number = FOLDER / f"{description.split}.json", description.index
    digest, sentences = _read_sentences(path).get(number, (-1, ()))
    _check(f"{path}: sentences of video {number}", digest, sentence_digest(description))
    return [Sentence(*fields) for fields in sentences]


def write_stored(
    folder: Path,
    split: Split,
    videos: Mapping[int, tuple[SceneDescription, Trajectory, list[Sentence]]],
) -> None:
    """Store the motion and sentences of a split's videos, by number of the description.

    Raises:
        OSError: a file could not be written.
    """
    arrays: Arrays = {}
    lines = []
    for number, (description, trajectory, sentences) in videos.items():
        arrays[_key(number, "digest")] = np.array(motion_digest(description), np.uint32)
        for name in FIELDS:
            arrays[_key(number, name)] = _differences(getattr(trajectory, name))
        entry = [sentence_digest(description), [astuple(sentence) for sentence in sentences]]
        lines.append(f'"{number}": {json.dumps(entry)}')
    folder.mkdir(parents=True, exist_ok=True)
    compressed = BytesIO()
    np.savez_compressed(compressed, allow_pickle=False, **arrays)
    write_atomically(folder / f"{split}.npz", compressed.getvalue())
    text = "{\n" + ",\n".join(lines) + "\n}\n"  # a line for each video, for readable differences
    write_atomically(folder / f"{split}.json", text.encode())


def motion_digest(description: SceneDescription) -> int:
    """Return a checksum of what a simulation depends on."""
    return _crc(
        [astuple(thing) for thing in description.things],
        [astuple(action) for action in description.script],
        description.bases,
        description.frames,
    )


def sentence_digest(description: SceneDescription) -> int:
    """Return a checksum of what sentences depend on: the motion and the camera."""
    camera = description.camera
    poses = np.round(camera.poses, 3) + 0.0  # no negative zeros
    return _crc(motion_digest(description), camera.fov_y_deg, poses.tolist())


def _crc(*facts: object) -> int:
    # As JSON: versions of numpy differ in the `repr` of their numbers.
    return zlib.crc32(json.dumps(facts).encode())


_REMEDY = "make the fixed splits again with `samwise data fixed-splits`"


def _check(name: str, digest: int, expected: int) -> None:
    if digest != expected:
        found = "none" if digest < 0 else "those of another description"
        raise DatasetError(
            f"{name}: expected those of this description, got {found}: the generator was changed, "
            f"or numpy draws other numbers; {_REMEDY}"
        )


def _key(number: int, name: str) -> str:
    return f"{number}/{name}"


def _differences(values: NDArray[Any]) -> NDArray[Any]:
    """Return the first frame and the changes from frame to frame, which compress well."""
    return np.diff(values, axis=0, prepend=np.zeros_like(values[:1]))


def _undo(changes: NDArray[Any]) -> NDArray[Any]:
    return np.cumsum(changes, axis=0, dtype=changes.dtype)


@lru_cache(maxsize=len(VIDEOS))
def _read_arrays(path: Path) -> Arrays:
    if not path.is_file():
        raise DatasetError(f"{path}: no such file; {_REMEDY}")
    with np.load(path) as stored:
        return dict(stored)


@lru_cache(maxsize=len(VIDEOS))
def _read_sentences(path: Path) -> dict[int, tuple[int, list[list[Any]]]]:
    """Return checksum and sentences of each video by number of the description."""
    if not path.is_file():
        raise DatasetError(f"{path}: no such file; {_REMEDY}")
    stored = json.loads(path.read_text("utf-8"))
    return {int(number): (digest, sentences) for number, (digest, sentences) in stored.items()}
