"""The motion of the fixed splits: simulated once, stored in the package, the same everywhere.

Physics is not bit for bit the same on every machine. The splits that results are published on are
never simulated again: their motion is read from ``trajectories/SPLIT.npz``.
"""

import zlib
from collections.abc import Callable, Iterable
from functools import lru_cache
from pathlib import Path

import numpy as np

from samwise_ros.data.dataset import DatasetError
from samwise_ros.data.tabletop.description import SceneDescription, Split
from samwise_ros.data.tabletop.trajectory import FIELDS, Trajectory

FOLDER = Path(__file__).parent / "trajectories"
VIDEOS: dict[Split, int] = {"val": 50, "test": 100, "unseen": 100, "events": 50, "past": 50}
"""Number of videos of each fixed split."""


def digest(description: SceneDescription) -> int:
    """Return a checksum of what a simulation depends on."""
    facts = (description.things, description.script, description.bases, description.frames)
    return zlib.crc32(repr(facts).encode())


def read_trajectory(description: SceneDescription) -> Trajectory:
    """Return the stored motion of a video of a fixed split.

    Raises:
        DatasetError: nothing is stored, or that of another description.
    """
    split, index = description.split, description.index
    path = FOLDER / f"{split}.npz"
    stored = _read(path)
    if f"{index}/digest" not in stored:
        raise DatasetError(f"{path}: expected the motion of video {index}; {_REMEDY}")
    if int(stored[f"{index}/digest"]) != digest(description):
        raise DatasetError(
            f"{path}: the motion of video {index} belongs to another description: the generator "
            f"was changed, or numpy draws other numbers; {_REMEDY}"
        )
    fields = {name: _undo(stored[f"{index}/{name}"]) for name in FIELDS}
    return Trajectory(**fields)


def write_trajectories(
    path: Path,
    descriptions: Iterable[SceneDescription],
    simulate: Callable[[SceneDescription], Trajectory],
) -> None:
    """Simulate the videos of a split and store their motion; keep what still fits.

    Raises:
        OSError: the file could not be written.
    """
    arrays: dict[str, np.ndarray] = {}
    before = _read(path) if path.exists() else {}
    for description in descriptions:
        number, expected = description.index, digest(description)
        if int(before.get(f"{number}/digest", -1)) == expected:
            names = [f"{number}/{name}" for name in ("digest", *FIELDS)]
            arrays.update({name: before[name] for name in names})
            continue
        trajectory = simulate(description)
        arrays[f"{number}/digest"] = np.array(expected, np.uint32)
        for name in FIELDS:
            arrays[f"{number}/{name}"] = _differences(getattr(trajectory, name))
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(path, allow_pickle=False, **arrays)


_REMEDY = "simulate the fixed splits again with `samwise data simulate`"


def _differences(values: np.ndarray) -> np.ndarray:
    """Return the first frame and the changes from frame to frame, which compress well."""
    return np.diff(values, axis=0, prepend=np.zeros_like(values[:1]))


def _undo(changes: np.ndarray) -> np.ndarray:
    return np.cumsum(changes, axis=0, dtype=changes.dtype)


@lru_cache(maxsize=len(VIDEOS))
def _read(path: Path) -> dict[str, np.ndarray]:
    if not path.is_file():
        raise DatasetError(f"{path}: no such file; {_REMEDY}")
    with np.load(path) as stored:
        return dict(stored)
