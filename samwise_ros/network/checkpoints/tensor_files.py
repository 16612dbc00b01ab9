"""Reads tensors from third-party files, without executing anything in them."""

import argparse
import pickle
import re
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from samwise_ros.network.checkpoints.errors import CheckpointError

# The released checkpoints hold their training options as a Namespace. No other class is allowed.
_ALLOWED_CLASSES: list[Callable[..., Any] | tuple[Callable[..., Any], str]] = [argparse.Namespace]

# What torch's reader raises for files that are cut, damaged, or hold other objects.
_UNREADABLE = (
    pickle.UnpicklingError,
    zipfile.BadZipFile,
    struct.error,
    AssertionError,
    AttributeError,
    EOFError,
    LookupError,
    MemoryError,
    OSError,
    RuntimeError,
    TypeError,
    ValueError,
)

_HEAD_BYTES = 1024
_PICKLE, _ZIP = b"\x80", b"PK"

# First bytes of files that are often saved in place of weights, and their descriptions.
_OTHER_FILES = (
    (b"version https://git-lfs", "a Git LFS pointer: run `git lfs pull`, or download the file"),
    (b"\x1f\x8b", "a gzip archive: unpack it first"),
    (b"7z\xbc\xaf", "a 7-Zip archive: unpack it first"),
    (b"Rar!", "a RAR archive: unpack it first"),
)
_HTML = re.compile(rb"\s*(<!--.*?-->\s*)*<(!doctype html|html|head|body)\b", re.I | re.S)


def read_tensors(path: Path) -> dict[str, Tensor]:
    """Read a file in safetensors format or in either format of ``torch.save``.

    The content decides the format, not the suffix. Nothing in the file is executed.

    Args:
        path: a ``torch.save`` file holds a dict of tensors, or a dict with one under ``"model"``.

    Raises:
        CheckpointError: the file is missing, cut, of another kind, or holds pickled objects other
            than tensors, plain values and ``argparse.Namespace``.
    """
    if not path.is_file():
        raise CheckpointError(f"{path}: no such file")
    problem = file_problem(path)
    if problem is not None:
        raise CheckpointError(f"{path}: expected a file of tensors, but it is {problem}")
    if _is_safetensors(_head(path)):
        try:
            return load_file(path)
        except (SafetensorError, *_UNREADABLE) as error:
            reason = str(error)[:200]
            raise CheckpointError(f"{path}: {_damaged(path)} ({reason})") from error
    return _model_state(path, _read_torch(path))


def file_problem(path: Path) -> str | None:
    """Describe a file that is not a tensor file, from its first bytes.

    Returns:
        A noun phrase such as ``"a web page (HTML)"``, or ``None`` for a safetensors or torch file.
    """
    head = _head(path)
    if not head:
        return "empty"
    for start, what in _OTHER_FILES:
        if head.startswith(start):
            return what
    if _HTML.match(head):
        return "a web page (HTML): the server sent a page in place of the file"
    if head.startswith(_ZIP):
        return _zip_problem(path)
    known = head.startswith(_PICKLE) or _is_safetensors(head)
    return None if known else "neither a PyTorch nor a safetensors file"


def _zip_problem(path: Path) -> str | None:
    try:
        if not zipfile.is_zipfile(path):
            return f"a PyTorch file that {_damaged(path)}"
        with zipfile.ZipFile(path) as archive:
            names = {name.rpartition("/")[2] for name in archive.namelist()}
            size = sum(entry.file_size for entry in archive.infolist())
    except (*_UNREADABLE, NotImplementedError):
        return f"a PyTorch file that {_damaged(path)}"
    if size > path.stat().st_size:  # PyTorch stores its data without compression.
        return f"a zip archive that unpacks to {size} bytes: unpack it, or get the original file"
    if "data.pkl" not in names:
        return "a zip archive without PyTorch data: unpack it first"
    if "constants.pkl" in names:
        return "a TorchScript program: expected a checkpoint, a dict of tensors"
    return None


def _read_torch(path: Path) -> Any:
    try:
        # Not the path: torch chooses the format by the suffix if that is .safetensors.
        with path.open("rb") as file, torch.serialization.safe_globals(_ALLOWED_CLASSES):
            return torch.load(file, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        # Torch's message names the class, and then advises to switch this protection off.
        name = re.search(r"GLOBAL ([\w.]+)", str(error))
        what = f"a pickled {name[1]}" if name else "pickled objects other than tensors"
        raise CheckpointError(
            f"{path}: holds {what}; nothing in the file was executed. Expected tensors, plain "
            "values and argparse.Namespace only: ask the author for a file of plain tensors"
        ) from None
    except _UNREADABLE as error:
        raise CheckpointError(f"{path}: {_damaged(path)}") from error


def _model_state(path: Path, content: Any) -> dict[str, Tensor]:
    state = content.get("model", content) if isinstance(content, dict) else content
    if not isinstance(state, dict):
        raise CheckpointError(
            f'{path}: expected a dict of tensors, or one under "model", got {type(state).__name__}'
        )
    others = [str(key) for key, value in state.items() if not _is_weight(key, value)]
    if others:
        raise CheckpointError(
            f'{path}: expected a dict of tensors, or one under "model"; these keys hold '
            f"other values: {', '.join(others)}"
        )
    return state


def _is_weight(key: object, value: object) -> bool:
    """Return whether a name holds dense real numbers."""
    return (
        isinstance(key, str)
        and isinstance(value, Tensor)
        and value.layout == torch.strided
        and not value.is_meta
        and not value.is_complex()
    )


def _is_safetensors(head: bytes) -> bool:
    """Check for a header's length and its opening brace."""
    return head[8:9] == b"{" and int.from_bytes(head[:8], "little") < 1 << 30


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(_HEAD_BYTES)


def _damaged(path: Path) -> str:
    return f"is cut off or damaged at {path.stat().st_size} bytes; download it again"
