"""Channels and messages of a bag, as stored; nothing is decoded here."""

from dataclasses import dataclass, field
from typing import NamedTuple

import zstandard

ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"
MAX_BYTES = 2**30
"""Bound on one decompressed message or chunk: 1 GiB."""

_PIECE = 2**20


class BagError(ValueError):
    """A bag cannot be used; the message states the file and the reason."""


@dataclass(frozen=True)
class Channel:
    """A recorded topic with one type. Two channels are equal if a copy can be one channel.

    Attributes:
        topic: name of the topic.
        type_name: type of the messages; empty if the bag does not state a type.
        encoding: of the messages: ``cdr`` for ROS 2, or for example ``json`` or ``protobuf``.
        schema_encoding: of the type definition: ``ros2msg``, ``jsonschema``...; empty without one.
        schema: the type definition.
        metadata: of the topic: the QoS of the publishers and the hash of the type.
    """

    topic: str
    type_name: str
    encoding: str
    schema_encoding: str = ""
    schema: bytes = b""
    metadata: dict[str, str] = field(default_factory=dict, compare=False)

    @property
    def name(self) -> str:
        """The topic and the type, for messages to the user."""
        return f"{self.topic} ({self.type_name or 'no type'})"


class Message(NamedTuple):
    """A recorded message: its channel, its times in nanoseconds, and its bytes."""

    channel: Channel
    time_ns: int
    publish_ns: int
    sequence: int
    data: bytes


def decompress_zstd(data: bytes) -> bytes:
    """Return decompressed data; memory follows the data, not the size that a header claims.

    Raises:
        zstandard.ZstdError: the data is damaged, cut, or larger than `MAX_BYTES`.
    """
    pieces, size = [], 0
    with zstandard.ZstdDecompressor().stream_reader(data, read_across_frames=True) as stream:
        while piece := stream.read(_PIECE):
            size += len(piece)
            if size > MAX_BYTES:
                raise zstandard.ZstdError(f"more than {MAX_BYTES} bytes")
            pieces.append(piece)
    expected = zstandard.frame_content_size(data)
    if expected > size:
        raise zstandard.ZstdError(f"expected {expected} bytes, got {size}")
    return b"".join(pieces)
