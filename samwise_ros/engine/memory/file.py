"""A file of tensors and facts: written whole or not at all, read without trust."""

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor

from samwise_ros.files.atomic import replacing

# Written before the digest of the whole file, and what stands there while it is made. No text of
# ours can look like the key: a quotation mark inside a JSON text is escaped.
_KEY, _BLANK = b'"sha256":"', b"0" * 64

# What safetensors raises for bytes that are no tensors of a type that torch has.
_UNREADABLE = (SafetensorError, KeyError, OverflowError, RuntimeError, TypeError, ValueError)


class MemoryFileError(ValueError):
    """A memory file that cannot be written or used; the message says which and why."""


def write(
    path: Path, facts: Mapping[str, Any], tensors: dict[str, Tensor], max_header_bytes: int
) -> None:
    """Replace the file atomically, see `replacing`.

    Args:
        path: a regular file, a new name, or a link to one of them.
        facts: plain data for JSON.
        tensors: on the CPU, by name.
        max_header_bytes: what a reader takes of names, shapes and facts.

    Raises:
        OSError: it cannot be written.
        ValueError: the facts are longer than a reader takes.
    """
    text = json.dumps(facts, ensure_ascii=False, allow_nan=False)
    data = save(tensors, {"facts": text, "sha256": _BLANK.decode()})
    header, rest = _split(data, max_header_bytes)
    digest = _digest(header, rest).encode()
    with replacing(path) as file:
        file.write(header.replace(_KEY + _BLANK, _KEY + digest, 1))
        file.write(rest)


def read(path: Path, max_bytes: int, max_header_bytes: int) -> tuple[Any, dict[str, Tensor]]:
    """Read a file that `write` wrote.

    Its SHA-256 finds every byte that changed, by damage or by hand. It proves no origin: whoever
    makes a file on purpose can give it a digest that fits.

    Args:
        path: the file.
        max_bytes: a longer file is refused before it is read.
        max_header_bytes: likewise for its names, shapes and facts.

    Returns:
        The facts, which can be any JSON without a key twice, and the tensors on the CPU.

    Raises:
        OSError: it cannot be read.
        ValueError: it is damaged, longer than it may be, or something else.
    """
    if path.exists() and not path.is_file():
        raise ValueError("is no file")
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        if size > max_bytes:
            raise ValueError(f"has {size} bytes, a memory of this engine at most {max_bytes}")
        data = file.read(size)
    header, rest = _split(data, max_header_bytes)
    try:
        tensors = load(data)
    except _UNREADABLE as error:
        raise ValueError(f"is damaged or cut off: {str(error)[:200]}") from error
    metadata = _parsed(header[8:].decode()).get("__metadata__") or {}
    if metadata.keys() != {"facts", "sha256"}:
        raise ValueError("holds tensors, but no memory")
    found = metadata["sha256"].encode()
    if _digest(header.replace(_KEY + found, _KEY + _BLANK, 1), rest).encode() != found:
        raise ValueError("is damaged or was changed: its SHA-256 does not fit its content")
    return _parsed(metadata["facts"]), tensors


def _split(data: bytes, max_header_bytes: int) -> tuple[bytes, memoryview]:
    """Part the header, which begins with its length in 8 bytes, from the tensors."""
    length = int.from_bytes(data[:8], "little")
    if length > max_header_bytes:
        raise ValueError(f"has a header of {length} bytes; at most {max_header_bytes} are taken")
    if 8 + length > len(data):
        raise ValueError(f"is cut off or no memory: {len(data)} bytes, its header alone has more")
    return data[: 8 + length], memoryview(data)[8 + length :]


def _digest(header: bytes, rest: memoryview) -> str:
    digest = hashlib.sha256(header)
    digest.update(rest)
    return digest.hexdigest()


def _parsed(text: str) -> Any:
    try:
        return json.loads(text, object_pairs_hook=_without_repeats)
    except RecursionError as error:
        raise ValueError("is nested too deep") from error


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) < len(pairs):
        raise ValueError("has a key twice in its header")
    return result
