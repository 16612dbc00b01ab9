"""The fuzzed reader of bags: bags of every kind, with changed records, rows, keys and bytes."""

import functools
import random
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

import numpy as np
import yaml
import zstandard
from bag_kinds import BAG_KINDS
from fuzz_coverage import without
from fuzz_harness import Reader
from fuzz_mcap import mutate_records
from fuzz_mutations import mutate_bytes, mutate_data
from recording import TOPIC

from samwise_ros.cli.bag.input import BagInput
from samwise_ros.cli.bag.messages import message_types
from samwise_ros.cli.bag.output import BagOutput, mcap_writer
from samwise_ros.vision.encodings import ImageError

_FRAMES = [np.full((6, 8, 3), level, np.uint8) for level in (0, 120, 255)]
_TYPES = message_types()
_MAGIC = {".mcap": b"\x89MCAP0\r\n", ".db3": b"SQLite format 3\0", ".zstd": b"\x28\xb5\x2f\xfd"}
_UNTOUCHED = 16  # first bytes that stay, so that most files still look like a bag
_SQL_VALUES = (0, -1, 1, 2**31, 2**63 - 1, 0.5, None, "", "x", "../../x", "a\0b", b"", b"\xff" * 9)
_COLUMNS = {
    "topics": ("id", "name", "type", "serialization_format"),
    "messages": ("topic_id", "timestamp", "data"),
}
_STATEMENTS = (
    "DROP TABLE topics",
    "DELETE FROM topics WHERE rowid = 2",
    "ALTER TABLE messages RENAME COLUMN data TO content",
    "DROP TABLE messages",
    "CREATE TABLE message_definitions (topic_type, encoding, encoded_message_definition)",
)


def _write_bag(rng: random.Random, folder: Path) -> None:
    """Write a bag of a random kind, and damage one to three parts of it."""
    for name, data in _valid_bag(rng.choice(list(BAG_KINDS))).items():
        path = folder / "bag" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    for _ in range(rng.choice((1, 1, 2, 3))):
        _mutate(rng, rng.choice(sorted(path for path in folder.rglob("*") if path.is_file())))


@functools.cache
def _valid_bag(kind: str) -> dict[str, bytes]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name, "bag")
        BAG_KINDS[kind](folder, _FRAMES)
        files = sorted(path for path in folder.rglob("*") if path.is_file())
        return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def _mutate(rng: random.Random, file: Path) -> None:
    data = file.read_bytes()
    is_structured = rng.random() < 0.6
    if is_structured and file.suffix == ".yaml":
        _mutate_yaml(rng, file)
    elif is_structured and file.suffix == ".db3":
        _mutate_rows(rng, file)
    elif is_structured and file.suffix == ".mcap":
        file.write_bytes(mutate_records(rng, data))
    elif is_structured and file.suffix == ".zstd":
        _mutate_compressed(rng, file)
    else:
        file.write_bytes(data[:_UNTOUCHED] + mutate_bytes(rng, data[_UNTOUCHED:]))


def _mutate_compressed(rng: random.Random, file: Path) -> None:
    """Mutate a bag file that is compressed as a whole."""
    plain = file.with_suffix("")
    try:
        plain.write_bytes(zstandard.ZstdDecompressor().decompress(file.read_bytes(), 2**20))
    except zstandard.ZstdError:
        return  # damaged before
    _mutate(rng, plain)
    file.write_bytes(zstandard.compress(plain.read_bytes()))
    plain.unlink()


def _mutate_rows(rng: random.Random, file: Path) -> None:
    table = rng.choice(list(_COLUMNS))
    with closing(sqlite3.connect(file)) as database:
        try:
            database.execute("PRAGMA synchronous = OFF")
            if rng.random() < 0.3:
                database.execute(rng.choice(_STATEMENTS))
            else:
                column, row = rng.choice(_COLUMNS[table]), rng.randrange(1, 4)
                change = f"UPDATE {table} SET {column} = ? WHERE rowid = ?"
                database.execute(change, (rng.choice(_SQL_VALUES), row))
            database.commit()
        except (sqlite3.Error, UnicodeDecodeError):
            return  # SQLite refuses the value, or an earlier damage; the case stays as it is


def _mutate_yaml(rng: random.Random, file: Path) -> None:
    try:
        content = mutate_data(rng, yaml.safe_load(file.read_bytes()))
        file.write_bytes(yaml.dump(content, Dumper=yaml.CSafeDumper).encode())
    except (yaml.YAMLError, ValueError):
        return  # damaged before, or with a value that YAML cannot hold


def _read_bag(folder: Path) -> None:
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
        bag.recording.advice()


def _has_valid_header(folder: Path) -> bool:
    """Return whether all files of a case begin like their format."""
    files = [path for path in folder.rglob("*") if path.suffix in _MAGIC]
    return bool(files) and all(path.read_bytes().startswith(_MAGIC[path.suffix]) for path in files)


BAG_READER = Reader(
    "bag",
    _write_bag,
    _read_bag,
    _has_valid_header,
    {
        f"cli.bag.{name}": without()
        for name in ("input", "mcap_file", "metadata_file", "recording", "sqlite_file")
    },
)
