"""Mutated bags of every kind for a fuzzer: writes a case, reads it, and checks its header.

`write_bag`, `read_bag` and `has_valid_header` are the three functions of a fuzzed reader.
"""

import random
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from bag_kinds import BAG_KINDS
from recording import TOPIC

from samwise_ros.cli.bag.input import BagInput
from samwise_ros.cli.bag.messages import message_types
from samwise_ros.cli.bag.output import BagOutput, mcap_writer
from samwise_ros.vision.encodings import ImageError

_FRAMES = [np.full((6, 8, 3), level, np.uint8) for level in (0, 120, 255)]
_TYPES = message_types()
_MAGIC = {".mcap": b"\x89MCAP0\r\n", ".db3": b"SQLite format 3\0", ".zstd": b"\x28\xb5\x2f\xfd"}
_VALUES: tuple[Any, ...] = (
    *(
        0,
        -1,
        1,
        2**31,
        2**63 - 1,
        -(2**63),
        0.5,
        None,
        "",
        "x",
        "../../x",
        "a\0b",
        b"",
        b"\xff" * 9,
    ),
    *([], {}, [None], "x" * 70_000),
)
_COLUMNS = {
    "topics": ("id", "name", "type", "serialization_format"),
    "messages": ("topic_id", "timestamp", "data"),
}


def write_bag(rng: random.Random, folder: Path) -> None:
    """Write a bag of a random kind into an empty folder, and damage one to three parts of it."""
    kind = rng.choice(list(BAG_KINDS))
    BAG_KINDS[kind](folder / "bag", _FRAMES)
    for _ in range(rng.choice((1, 1, 2, 3))):
        file = rng.choice(sorted(path for path in folder.rglob("*") if path.is_file()))
        structured = rng.random() < 0.5
        if file.suffix == ".yaml" and structured:
            _mutate_yaml(rng, file)
        elif file.suffix == ".db3" and structured:
            _mutate_rows(rng, file)
        elif file.suffix == ".mcap" and structured:
            _mutate_numbers(rng, file)
        else:
            _mutate_bytes(rng, file)


def read_bag(folder: Path) -> None:
    """Read a case as `samwise bag` does, without a network: decode the images, copy the rest.

    Raises:
        BagError: the bag cannot be used.
    """
    # A folder, or a file in it: what a user would pass.
    passed = [folder / "bag"]
    if not (passed[0] / "metadata.yaml").exists():
        passed += sorted(path for path in folder.rglob("*") if path.suffix in _MAGIC)
    with (
        closing(BagInput(passed[-1], TOPIC, _TYPES)) as bag,
        mcap_writer(folder / "out.mcap") as writer,
    ):
        output = BagOutput(writer, _TYPES, "camera")
        output.write_commands((), (), bag.start_ns)
        copied = output.declare_copies(bag.channels)
        for message in bag.messages(copied):
            output.copy(message)
            if message.channel in bag.images:
                try:
                    bag.image(message)
                except ImageError:
                    continue
        for extra in bag.recording.extras():
            output.copy_extra(extra)
        bag.recording.losses(copied, is_copied=True)


def has_valid_header(folder: Path) -> bool:
    """Return whether all files of a case begin like their format."""
    files = [path for path in folder.rglob("*") if path.suffix in _MAGIC]
    return bool(files) and all(path.read_bytes().startswith(_MAGIC[path.suffix]) for path in files)


def _mutate_bytes(rng: random.Random, file: Path) -> None:
    data = bytearray(file.read_bytes())
    for _ in range(rng.choice((1, 1, 2, 10))):
        place = rng.randrange(16, max(len(data), 17))
        size = rng.choice((1, 1, 4, 30))
        how = rng.randrange(4)
        if how == 0:
            data[place : place + size] = rng.randbytes(size)
        elif how == 1:
            del data[place : place + size]
        elif how == 2:
            data[place:place] = data[place : place + size]
        elif rng.random() < 0.3:
            del data[place:]
        else:
            data[place : place + 1] = b"\xff"
    file.write_bytes(data)


def _mutate_numbers(rng: random.Random, file: Path) -> None:
    """Change a field of 1, 2, 4 or 8 bytes, such as an identifier, a length or a time."""
    data = bytearray(file.read_bytes())
    size = rng.choice((1, 2, 4, 8))
    if len(data) <= 9 + size:
        return  # cut before
    place = rng.randrange(9, len(data) - size)
    old = int.from_bytes(data[place : place + size], "little")
    new = rng.choice((0, 1, old + 1, old - 1, old * 2, 2 ** (8 * size) - 1, 2 ** (8 * size - 1)))
    data[place : place + size] = (new % 2 ** (8 * size)).to_bytes(size, "little")
    file.write_bytes(data)


def _mutate_rows(rng: random.Random, file: Path) -> None:
    table = rng.choice(list(_COLUMNS))
    column, value = rng.choice(_COLUMNS[table]), rng.choice(_VALUES[:-4])
    with closing(sqlite3.connect(file)) as database:
        try:
            database.execute("PRAGMA synchronous = OFF")
            database.execute(
                f"UPDATE {table} SET {column} = ? WHERE rowid = ?", (value, rng.randrange(1, 4))
            )
            database.commit()
        except (sqlite3.Error, UnicodeDecodeError):
            return  # SQLite refuses the value, or an earlier damage; the case stays as it is


def _mutate_yaml(rng: random.Random, file: Path) -> None:
    try:
        content = yaml.safe_load(file.read_bytes())
    except (yaml.YAMLError, UnicodeDecodeError, ValueError):
        return  # damaged before
    places = list(_places(content))
    if places:
        node, key = rng.choice(places)
        node[key] = rng.choice(_VALUES)
        file.write_text(yaml.safe_dump(content))


def _places(node: Any) -> Any:
    if isinstance(node, dict | list):
        for key in node if isinstance(node, dict) else range(len(node)):
            yield node, key
            yield from _places(node[key])
