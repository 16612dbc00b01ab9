"""Mutations of the records of an ``.mcap`` file, also inside of its chunks."""

import random
import struct
from collections.abc import Sequence

import lz4.frame
import zstandard

_MAGIC = b"\x89MCAP0\r\n"
_HEAD = struct.Struct("<BQ")  # opcode and length
_CHUNK = struct.Struct("<QQQII")  # first and last time, size, checksum, length of the compression
_CHUNK_OPCODE = 6
_DECOMPRESS = {b"zstd": zstandard.decompress, b"lz4": lz4.frame.decompress, b"": bytes}
_COMPRESS = {b"zstd": zstandard.compress, b"lz4": lz4.frame.compress, b"": bytes}

_Record = tuple[int, bytes]


def mutate_records(rng: random.Random, data: bytes) -> bytes:
    """Change, remove, repeat or move a record; a file that was damaged before stays as it is."""
    try:
        records = _parsed(data[len(_MAGIC) : -len(_MAGIC)])
        return _MAGIC + _joined(_mutated(rng, records)) + _MAGIC
    except (IndexError, ValueError, struct.error, RuntimeError, zstandard.ZstdError):
        return data


def _parsed(data: bytes) -> list[_Record]:
    records, place = [], 0
    while place < len(data):
        opcode, length = _HEAD.unpack_from(data, place)
        place += _HEAD.size
        records.append((opcode, data[place : place + length]))
        place += length
    return records


def _joined(records: Sequence[_Record]) -> bytes:
    return b"".join(_HEAD.pack(opcode, len(content)) + content for opcode, content in records)


def _mutated(rng: random.Random, records: list[_Record]) -> list[_Record]:
    place = rng.randrange(len(records))
    opcode, content = records[place]
    kind = rng.randrange(8)
    if kind == 0:
        del records[place]
    elif kind == 1:
        records[place:place] = [records[place]] * rng.choice((1, 50))
    elif kind == 2:
        records.insert(rng.randrange(len(records)), records.pop(place))
    elif kind == 3:
        records[place] = (rng.choice((1, 3, 4, 5, 7, 9, 10, 11, 12, 200)), content)
    elif kind == 4:
        # A schema, a channel, metadata, or an attachment: numbers and texts without a meaning.
        records.insert(place, (rng.choice((3, 4, 9, 12)), rng.randbytes(rng.randrange(40))))
    elif kind <= 6 and opcode == _CHUNK_OPCODE:
        records[place] = (opcode, _mutated_chunk(rng, content))
    else:
        records[place] = (opcode, _with_number(rng, content))
    return records


def _mutated_chunk(rng: random.Random, content: bytes) -> bytes:
    """Mutate the records of a chunk, or a field of its header."""
    start, end, size, checksum, length = _CHUNK.unpack_from(content)
    compression = content[_CHUNK.size : _CHUNK.size + length]
    data = content[_CHUNK.size + length + 8 :]
    kind = rng.randrange(5)
    if kind == 0:
        size = rng.choice((0, size - 1, size + 1, 2**31, 2**62))
    elif kind == 1:
        compression = rng.choice((b"", b"zstd", b"lz4", b"brotli", b"\xff"))
    elif kind == 2:
        start = rng.choice((0, start + 1, 2**63, 2**64 - 1))
    else:
        plain = _DECOMPRESS[compression](data)
        changed = _joined(_mutated(rng, _parsed(plain)))
        # The checksum 0 stands for none.
        data, size, checksum = _COMPRESS[compression](changed), len(changed), 0
    head = _CHUNK.pack(start, end, size, checksum, len(compression))
    return head + compression + struct.pack("<Q", len(data)) + data


def _with_number(rng: random.Random, content: bytes) -> bytes:
    """Change a field of 1, 2, 4 or 8 bytes, such as an identifier, a length or a time."""
    size = rng.choice((1, 2, 4, 8))
    place = rng.randrange(len(content) - size + 1)
    old = int.from_bytes(content[place : place + size], "little")
    new = rng.choice((0, 1, old + 1, old - 1, old * 2, 2 ** (8 * size) - 1, 2 ** (8 * size - 1)))
    changed = (new % 2 ** (8 * size)).to_bytes(size, "little")
    return content[:place] + changed + content[place + size :]
