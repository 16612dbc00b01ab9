"""Reads a model folder's ``config.json``."""

import reprlib
from pathlib import Path
from typing import Any

from samwise_ros.files.documents import parse_json
from samwise_ros.network.checkpoints.errors import CheckpointError
from samwise_ros.network.config import SamwiseConfig
from samwise_ros.network.size import parameter_bound

_MAX_BYTES = 2**20
MAX_TRAINED_FRAMES = 1000


def read_config(path: Path) -> tuple[SamwiseConfig, int | None]:
    """Read a ``config.json`` and check it before anything is built from it.

    Returns:
        The network's shape, and ``Samwise.trained_frames``.

    Raises:
        CheckpointError: naming the file, the key, what was expected and what was found.
    """
    data = _read_object(path)
    frames = data.pop("trained_frames", None)
    if not (frames is None or (type(frames) is int and 1 <= frames <= MAX_TRAINED_FRAMES)):
        raise CheckpointError(
            f"{path}: trained_frames: expected 1 to {MAX_TRAINED_FRAMES} or null, "
            f"got {reprlib.repr(frames)}"
        )
    try:
        config = SamwiseConfig.from_dict(data)
        parameter_bound(config)
    except ValueError as error:
        raise CheckpointError(f"{path}: {error}") from error
    return config, frames


def _read_object(path: Path) -> dict[str, Any]:
    try:
        size = path.stat().st_size
        if not path.is_file() or size > _MAX_BYTES:
            raise ValueError(f"expected a file of at most {_MAX_BYTES} bytes, got {size}")
        data: Any = parse_json(path.read_bytes())
    except OSError as error:
        raise CheckpointError(f"{path}: {error.strerror}") from error
    except ValueError as error:
        raise CheckpointError(f"{path}: {error}") from error
    version = data.pop("format", None) if isinstance(data, dict) else None
    if type(version) is not int or version != 1:
        raise CheckpointError(f'{path}: expected an object with "format": 1')
    checked: dict[str, Any] = data
    return checked
