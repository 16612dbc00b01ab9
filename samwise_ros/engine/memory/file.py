"""Files of tensors and a JSON header: written in one step, and checked when read.

The format is safetensors. Its metadata hold the header under ``facts`` and a digest of the whole
file under ``sha256``.
"""

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor

from samwise_ros.errors import SamwiseError
from samwise_ros.files.atomic import AtomicFile

# The key of the digest, and the placeholder while the digest is computed. The key cannot occur
# elsewhere, because JSON escapes quotation marks inside strings.
_KEY, _BLANK = b'"sha256":"', b"0" * 64

# Exceptions of safetensors for damaged bytes and unknown dtypes.
_UNREADABLE = (SafetensorError, KeyError, OverflowError, RuntimeError, TypeError, ValueError)


class MemoryFileError(SamwiseError, ValueError):
    """A memory file cannot be written or used; the message names the file and the reason."""


def write(
    path: Path, header: Mapping[str, Any], tensors: dict[str, Tensor], max_header_bytes: int
) -> None:
    """Replace a file atomically; see `AtomicFile`.

    Args:
        path: a regular file, a new name, or a link to one of them.
        header: plain data for JSON.
        tensors: on the CPU, by name.
        max_header_bytes: limit of the reader for the header, tensor names and shapes.

    Raises:
        OSError: the file cannot be written.
        ValueError: the header is longer than the limit.
    """
    text = json.dumps(header, ensure_ascii=False, allow_nan=False)
    data = save(tensors, {"facts": text, "sha256": _BLANK.decode()})
    head, rest = _split(data, max_header_bytes)
    digest = _digest(head, rest).encode()
    with AtomicFile(path) as file:
        file.write(head.replace(_KEY + _BLANK, _KEY + digest, 1))
        file.write(rest)


def read(path: Path, max_bytes: int, max_header_bytes: int) -> tuple[Any, dict[str, Tensor]]:
    """Read a file from `write`.

    The SHA-256 reveals every changed byte. It does not prove the origin of the file: a program
    can create a file with a matching digest.

    Args:
        path: of the file.
        max_bytes: a longer file is rejected before it is read.
        max_header_bytes: limit for the header, tensor names and shapes.

    Returns:
        The header, any JSON without duplicate keys, and the tensors on the CPU.

    Raises:
        OSError: the file cannot be read.
        ValueError: the file is damaged, too long, or no memory file.
    """
    if path.exists() and not path.is_file():
        raise ValueError("is not a regular file")
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        if size > max_bytes:
            raise ValueError(f"expected at most {max_bytes} bytes for this engine, got {size}")
        data = file.read(size)
    head, rest = _split(data, max_header_bytes)
    try:
        tensors = load(data)
    except _UNREADABLE as error:
        raise ValueError(f"is damaged or truncated: {str(error)[:200]}") from error
    metadata = _parsed(head[8:].decode()).get("__metadata__") or {}
    if metadata.keys() != {"facts", "sha256"}:
        raise ValueError("has tensors but no memory header")
    digest = metadata["sha256"].encode()
    if _digest(head.replace(_KEY + digest, _KEY + _BLANK, 1), rest).encode() != digest:
        raise ValueError("is damaged or was modified: its SHA-256 does not match its content")
    return _parsed(metadata["facts"]), tensors


def _split(data: bytes, max_header_bytes: int) -> tuple[bytes, memoryview]:
    """Split a file into the head, which starts with its length in 8 bytes, and the tensors."""
    length = int.from_bytes(data[:8], "little")
    if length > max_header_bytes:
        raise ValueError(f"expected a header of at most {max_header_bytes} bytes, got {length}")
    if 8 + length > len(data):
        raise ValueError(
            f"is truncated or no memory file: expected over {8 + length} bytes, got {len(data)}"
        )
    return data[: 8 + length], memoryview(data)[8 + length :]


def _digest(head: bytes, rest: memoryview) -> str:
    digest = hashlib.sha256(head)
    digest.update(rest)
    return digest.hexdigest()


def _parsed(text: str) -> Any:
    try:
        return json.loads(text, object_pairs_hook=_unique_keys)
    except RecursionError as error:
        raise ValueError("has a header that is nested too deep") from error


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) < len(pairs):
        raise ValueError("has a duplicate key in its header")
    return result
