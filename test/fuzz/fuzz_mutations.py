"""Mutations of bytes, of plain data and of files, with values that are often handled wrongly."""

import copy
import json
import os
import random
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

Hints = Mapping[str, Sequence[Any]]
"""For some keys, values that reach checks of a reader which other values rarely reach."""

_DEEP = "@deep@"
_VALUES = (
    *(0, 1, -1, 2, 7, 254, 255, 256, 65536, 2**31 - 1, 2**31, 2**32, 2**63 - 1, 2**63, 2**64),
    *(10**30, -(2**63), 0.5, -0.0, 1e-320, 1e308, float("nan"), float("inf"), float("-inf")),
    *(None, True, False, "", " ", "0", "24", "nan", "../../../x", "/x", "..", "a\0b", "a\\b"),
    *("\x1b[2J", "\ud800", "é", "x" * 300, "x" * 70_000, [], {}, [[]], [None], {"a": 1}),
    *([0] * 1000, [2**63 - 1, 0, 2**63 - 1], list(range(300)), {"": 0}, _DEEP),
)


def mutate_bytes(rng: random.Random, data: bytes) -> bytes:
    """Change, cut, repeat or insert bytes."""
    changed = bytearray(data)
    for _ in range(rng.choice((1, 1, 2, 8))):
        place = rng.randrange(len(changed) + 1)
        size = rng.choice((1, 2, 8, 64))
        kind = rng.randrange(5)
        if kind == 0 and place < len(changed):
            changed[place] ^= 1 << rng.randrange(8)
        elif kind == 1:
            del changed[place : place + size]
        elif kind == 2:
            changed[place:place] = rng.randbytes(size)
        elif kind == 3:
            changed[place:place] = changed[place : place + size] * rng.choice((1, 2, 100))
        else:
            changed[place : place + size] = rng.choice((b"\0", b"\xff")) * size
    return bytes(changed)


def mutate_data(rng: random.Random, data: Any, hints: Hints | None = None) -> Any:
    """Return plain data with up to three of its values, keys or elements changed."""
    data = copy.deepcopy(data)
    for _ in range(rng.choice((0, 1, 1, 1, 2, 3))):
        places = list(_places(data))
        if places:
            _change(rng, *rng.choice(places), hints or {})
    return data


def mutated_json(
    rng: random.Random, data: Any, hints: Hints | None = None, share_of_bytes: float = 0.2
) -> bytes:
    """Return JSON of mutated data; a share of the texts has mutated bytes instead."""
    if rng.random() < share_of_bytes:
        return mutate_bytes(rng, json.dumps(data).encode())
    return dump_json(rng, mutate_data(rng, data, hints))


def dump_json(rng: random.Random, data: Any) -> bytes:
    """Return JSON in which the mark of `mutate_data` becomes a deep list."""
    depth = rng.choice((10, 90, 300, 900, 5000, 100_000))
    deep = "[" * depth + "]" * depth
    return json.dumps(data).replace(json.dumps(_DEEP), deep).encode()


def replace_a_file(rng: random.Random, folder: Path) -> None:
    """Put something else in place of one of the files of a folder."""
    file = rng.choice(sorted(path for path in folder.rglob("*") if path.is_file()))
    file.unlink()
    kind = rng.randrange(4)
    if kind == 0:
        os.mkfifo(file)
    elif kind == 1:
        file.mkdir()
    elif kind == 2:
        file.symlink_to("missing")
    else:
        file.touch()


def _places(data: Any) -> Any:
    """Yield every list or dictionary with an index or key in it."""
    pending = [data]
    while pending:
        node = pending.pop()
        if isinstance(node, dict | list):
            keys = list(node) if isinstance(node, dict) else range(len(node))
            for key in keys:
                yield node, key
                pending.append(node[key])


def _change(rng: random.Random, node: Any, key: Any, hints: Hints) -> None:
    kind = rng.randrange(8)
    if kind <= 3 and key in hints:
        node[key] = copy.deepcopy(rng.choice(hints[key]))
    elif kind <= 2:
        node[key] = copy.deepcopy(rng.choice(_VALUES))
    elif kind <= 4:
        node[key] = _similar(rng, node[key])
    elif kind == 5:
        del node[key]
    elif isinstance(node, list):
        node[key:key] = [node[key]] * rng.choice((1, 2, 50))
    elif kind == 6:
        node[str(rng.choice(_VALUES))[:300]] = node.pop(key)
    else:
        others = [other for other in node if other != key]
        node[key] = copy.deepcopy(node[rng.choice(others)]) if others else rng.choice(_VALUES)


def _similar(rng: random.Random, value: Any) -> Any:
    """Return another value of the same type, which a check of types accepts."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return rng.choice((-value, value + 1, value - 1, value * 2))
    if isinstance(value, str):
        return rng.choice((value + "x", value * 2, value[:-1], value.upper(), f"/{value}"))
    return rng.choice((value[:-1], value + value)) if isinstance(value, list) else {}
