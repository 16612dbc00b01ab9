"""Reads one ``.mcap`` file: with or without chunks, index and order, and of any encoding."""

import heapq
import os
import struct
import zlib
from collections import Counter
from collections.abc import Container, Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, NamedTuple

import lz4.frame
import zstandard
from mcap import records
from mcap.data_stream import ReadDataStream
from mcap.exceptions import McapError
from mcap.opcode import Opcode

from samwise_ros.cli.bag.channel import MAX_BYTES, BagError, Channel, Message, decompress_zstd

_MAGIC = b"\x89MCAP0\r\n"
_HEAD = struct.Struct("<BQ")  # opcode and length of a record
_MESSAGE = struct.Struct("<HIQQ")  # channel, sequence, time in the bag, time of publication
_DAMAGE = (
    EOFError,
    McapError,
    OverflowError,
    RuntimeError,
    UnicodeDecodeError,
    struct.error,
    zstandard.ZstdError,
)


class _Block(NamedTuple):
    """A chunk, or a message outside chunks: its first time, and where its content is."""

    start_ns: int
    position: int
    length: int
    opcode: int


class McapFile:
    """An ``.mcap`` file; it is scanned once, and then read in order of time.

    Attributes:
        path: the file.
        recorded: number of messages by channel: what the recorder counted, else what is found.
        undeclared: number of messages read so far whose channel the file does not declare.
        start_ns: time of the first message; 0 without a message.
        end_ns: time of the last message.
    """

    def __init__(self, path: Path, plain: Path | None = None) -> None:
        """Scan the records of a file, without the content of its messages.

        Args:
            path: the file, which errors name.
            plain: the file to read instead, if the file is compressed as a whole.

        Raises:
            BagError: the file is damaged, or ends early.
        """
        self.path = path
        self._plain = plain or path
        self.undeclared = 0
        self._schemas: dict[int, records.Schema] = {}
        self._declared: dict[int, records.Channel] = {}
        self._blocks: list[_Block] = []
        self._extras: list[_Block] = []
        self._statistics: records.Statistics | None = None
        self._found: Counter[int] = Counter()
        with _named(path), self._plain.open("rb") as stream:
            self._scan(stream)
            if not self._has_complete_summary():
                self._scan_chunks(stream)
        self._channels = {number: self._channel(one) for number, one in self._declared.items()}
        counts = self._found if self._statistics is None else self._announced()
        self.recorded: Counter[Channel] = Counter()
        for number, channel in self._channels.items():
            self.recorded[channel] += counts[number]
        self._blocks.sort()
        self.start_ns, self.end_ns = self._span()

    def messages(self, wanted: Container[Channel]) -> Iterator[Message]:
        """Yield the messages of some channels in order of time.

        Raises:
            BagError: the rest of the file is damaged.
        """
        waiting: list[tuple[int, int, Message]] = []
        count = 0
        with _named(self.path), self._plain.open("rb") as stream:
            for block in self._blocks:
                while waiting and waiting[0][0] < block.start_ns:
                    yield heapq.heappop(waiting)[-1]
                for message in self._messages_of(stream, block, wanted):
                    heapq.heappush(waiting, (message.time_ns, count, message))
                    count += 1
            while waiting:
                yield heapq.heappop(waiting)[-1]

    def extras(self) -> Iterator[records.Attachment | records.Metadata]:
        """Yield the attachments and metadata records, except rosbag2's own description.

        Raises:
            BagError: a record is damaged.
        """
        with _named(self.path), self._plain.open("rb") as stream:
            for block in self._extras:
                stream.seek(block.position)
                data = ReadDataStream(BytesIO(stream.read(block.length)))
                if block.opcode == Opcode.ATTACHMENT:
                    yield records.Attachment.read(data)
                elif (metadata := records.Metadata.read(data)).name != "rosbag2":
                    yield metadata

    def _scan(self, stream: BinaryIO) -> None:
        size = os.fstat(stream.fileno()).st_size
        if stream.read(len(_MAGIC)) != _MAGIC:
            raise BagError(f"{self.path}: expected an MCAP file, which begins with 'MCAP0'")
        opcode = 0
        while opcode != Opcode.FOOTER:
            head = stream.read(_HEAD.size)
            position = stream.tell()
            opcode, length = _HEAD.unpack(head) if len(head) == _HEAD.size else (0, size)
            if length > size - position:
                raise BagError(
                    f"{self.path}: the file ends within a record; "
                    "if the recording was interrupted, `mcap recover` may repair the file"
                )
            self._scan_record(stream, opcode, position, length)
            stream.seek(position + length)
        if stream.read() != _MAGIC:
            raise BagError(f"{self.path}: the file is damaged: expected the footer at its end")

    def _scan_record(self, stream: BinaryIO, opcode: int, position: int, length: int) -> None:
        if opcode == Opcode.MESSAGE:
            number, _, time_ns, _ = _MESSAGE.unpack(stream.read(min(length, _MESSAGE.size)))
            self._found[number] += 1
            self._blocks.append(_Block(time_ns, position, length, opcode))
        elif opcode == Opcode.CHUNK:
            (start_ns,) = struct.unpack("<Q", stream.read(min(length, 8)))
            self._blocks.append(_Block(start_ns, position, length, opcode))
        elif opcode in (Opcode.ATTACHMENT, Opcode.METADATA):
            self._extras.append(_Block(0, position, length, opcode))
        elif opcode in (Opcode.SCHEMA, Opcode.CHANNEL, Opcode.STATISTICS):
            self._declare(opcode, stream.read(length))

    def _declare(self, opcode: int, content: bytes) -> None:
        data = ReadDataStream(BytesIO(content))
        if opcode == Opcode.SCHEMA:
            schema = records.Schema.read(data)
            self._schemas[schema.id] = schema
        elif opcode == Opcode.CHANNEL:
            channel = records.Channel.read(data)
            self._declared[channel.id] = channel
        elif opcode == Opcode.STATISTICS:
            self._statistics = records.Statistics.read(data)

    def _announced(self) -> Counter[int]:
        assert self._statistics is not None
        return Counter(self._statistics.channel_message_counts)

    def _has_complete_summary(self) -> bool:
        """Return whether all channels and their counts are known without reading the chunks."""
        if not any(block.opcode == Opcode.CHUNK for block in self._blocks):
            return True
        if self._statistics is None:
            return False
        numbers = [number for number, count in self._announced().items() if count]
        return all(
            number in self._declared and self._declared[number].schema_id in {0, *self._schemas}
            for number in numbers
        )

    def _scan_chunks(self, stream: BinaryIO) -> None:
        for block in self._blocks:
            if block.opcode != Opcode.CHUNK:
                continue
            for opcode, content in _records(self._chunk(stream, block)):
                if opcode == Opcode.MESSAGE:
                    self._found[_MESSAGE.unpack_from(content)[0]] += 1
                else:
                    self._declare(opcode, bytes(content))

    def _channel(self, declared: records.Channel) -> Channel:
        schema = self._schemas.get(declared.schema_id)
        if schema is None:
            schema = records.Schema(data=b"", encoding="", id=0, name="")
        return Channel(
            declared.topic,
            schema.name,
            declared.message_encoding,
            schema.encoding,
            schema.data,
            declared.metadata,
        )

    def _span(self) -> tuple[int, int]:
        statistics = self._statistics
        if statistics is not None and statistics.message_count:
            return statistics.message_start_time, statistics.message_end_time
        if not self._blocks:
            return 0, 0
        return self._blocks[0].start_ns, 2**63 - 1

    def _messages_of(
        self, stream: BinaryIO, block: _Block, wanted: Container[Channel]
    ) -> Iterator[Message]:
        if block.opcode == Opcode.CHUNK:
            found = _records(self._chunk(stream, block))
        else:
            stream.seek(block.position)
            found = iter([(block.opcode, memoryview(stream.read(block.length)))])
        for opcode, content in found:
            if opcode != Opcode.MESSAGE:
                continue
            number, sequence, time_ns, publish_ns = _MESSAGE.unpack_from(content)
            channel = self._channels.get(number)
            if channel is None:
                self.undeclared += 1
            elif channel in wanted:
                data = bytes(content[_MESSAGE.size :])
                yield Message(channel, time_ns, publish_ns, sequence, data)

    def _chunk(self, stream: BinaryIO, block: _Block) -> bytes:
        """Return the records of a chunk, decompressed and checked."""
        stream.seek(block.position)
        chunk = records.Chunk.read(ReadDataStream(BytesIO(stream.read(block.length))))
        size = chunk.uncompressed_size
        if size > MAX_BYTES:
            raise BagError(f"{self.path}: the file is damaged: a chunk claims {size} bytes")
        if chunk.compression == "zstd":
            data = decompress_zstd(chunk.data)
        elif chunk.compression == "lz4":
            data = lz4.frame.LZ4FrameDecompressor().decompress(chunk.data, size + 1)
        elif chunk.compression:
            raise BagError(
                f"{self.path}: expected chunks compressed with zstd or lz4, "
                f"got {chunk.compression!r}"
            )
        else:
            data = chunk.data
        crc = chunk.uncompressed_crc
        if len(data) != size or (crc and zlib.crc32(data) != crc):
            raise BagError(
                f"{self.path}: the file is damaged: the chunk at byte {block.position} does not "
                "match its size or checksum; `mcap recover` may save the other chunks"
            )
        return data


def _records(data: bytes) -> Iterator[tuple[int, memoryview]]:
    """Yield the opcode and the content of each record of a chunk."""
    view, position = memoryview(data), 0
    while position < len(view):
        opcode, length = _HEAD.unpack_from(view, position)
        position += _HEAD.size
        if length > len(view) - position:
            raise EOFError("a chunk ends within a record")
        yield opcode, view[position : position + length]
        position += length


@contextmanager
def _named(path: Path) -> Iterator[None]:
    """Turn the errors of a damaged or unreadable file into a `BagError` that names the file."""
    try:
        yield
    except _DAMAGE as error:
        reason = str(error).rstrip(".") or type(error).__name__
        raise BagError(f"{path}: the file is damaged: {reason}") from error
    except OSError as error:
        raise BagError(f"{path}: cannot read the bag: {error.strerror or error}") from error
