"""A recorded bag: which of its topics are images, and what they hold."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rosbags.interfaces import Connection
from rosbags.rosbag2 import Reader
from rosbags.serde import SerdeError
from rosbags.typesys.store import Typestore

from samwise_ros.cli.bag.messages import NANOSECONDS
from samwise_ros.vision.encodings import ImageError, compressed_to_rgb, to_rgb

_TIMES_NS = range(2**31 * NANOSECONDS)  # what a message can say
_RAW, _COMPRESSED = "sensor_msgs/msg/Image", "sensor_msgs/msg/CompressedImage"


class BagError(ValueError):
    """A bag that cannot be used; the message names it and says why."""


class BagInput:
    """A bag that is read once, from its first message to its last.

    Attributes:
        topic: of the images.
        count: how many images it has.
        start_ns: the bag's time of its first message.
        connections: everything that was recorded, the images among it.
    """

    def __init__(self, path: Path, topic: str | None, types: Typestore) -> None:
        """Open a bag.

        Args:
            path: an ``.mcap`` or ``.db3`` file, or the folder that ``ros2 bag record`` wrote.
            topic: of the images; ``None`` for the only one.
            types: to read images with; what the bag itself says of types is not executed.

        Raises:
            BagError: it cannot be read, or has no such topic.
        """
        self._path, self._types = path, types
        self._reader = _opened(path)
        try:
            self._images = self._chosen(topic)
            self.start_ns = self._checked(self._reader.start_time)
        except BagError:
            self.close()
            raise
        self.topic = self._images[0].topic
        self.count = sum(one.msgcount for one in self._images)
        self.connections = tuple(self._reader.connections)

    def close(self) -> None:
        """Let go of the files."""
        self._reader.close()

    def messages(self, beside: Sequence[Connection]) -> Iterator[tuple[Connection, int, bytes]]:
        """Give the images, and the messages of other connections, in the order of the bag's time.

        Args:
            beside: the other connections; may hold those of the images too.

        Yields:
            The connection, the bag's time in nanoseconds, and the message as it was recorded.

        Raises:
            BagError: the rest of the bag cannot be read.
        """
        try:
            for connection, time_ns, message in self._reader.messages([*self._images, *beside]):
                yield connection, self._checked(time_ns), message
        except BagError:
            raise
        except Exception as error:  # damage shows in many ways
            raise BagError(f"{self._path}: is damaged: {_reason(error)}") from error

    def image(self, kind: str, message: bytes) -> tuple[Any, NDArray[np.uint8]]:
        """Read an image.

        Args:
            kind: the message's type.
            message: as it was recorded.

        Returns:
            Its header, and (H, W, 3) uint8, RGB.

        Raises:
            ImageError: it is damaged, or its encoding is not known.
        """
        try:
            read: Any = self._types.deserialize_cdr(message, kind)
        except SerdeError as error:
            raise ImageError("undecodable", str(error)) from error
        return read.header, to_rgb(read) if kind == _RAW else compressed_to_rgb(read)

    def _checked(self, time_ns: int) -> int:
        if time_ns not in _TIMES_NS:
            raise BagError(f"{self._path}: is damaged: a message of the time {time_ns} ns")
        return time_ns

    def _chosen(self, topic: str | None) -> list[Connection]:
        """Choose the images; several publishers of one topic can make several connections."""
        images = [one for one in self._reader.connections if one.msgtype in (_RAW, _COMPRESSED)]
        topics = sorted({one.topic for one in images})
        if topic is None and len(topics) == 1:
            topic = topics[0]
        found = [one for one in images if one.topic == topic]
        if any(one.msgcount for one in found):
            return found
        there = ", ".join(
            f"{name} ({sum(one.msgcount for one in images if one.topic == name)} images)"
            for name in topics
        )
        there = f"it has {there}" if there else "it has no topic of images at all"
        if topic is None and topics:
            raise BagError(f"{self._path}: which images? {there}; name a topic with --topic")
        raise BagError(f"{self._path}: no images{f' on {topic}' if topic else ''}; {there}")


def _opened(path: Path) -> Reader:
    if not path.exists():
        raise BagError(f"{path}: no such bag")
    if path.is_dir() and not (path / "metadata.yaml").exists():
        raise BagError(
            f"{path}: has no metadata.yaml; `ros2 bag reindex` makes it, or name the file in it"
        )
    if not path.is_dir() and path.suffix not in Reader.STORAGE_PLUGINS:
        raise BagError(f"{path}: expected an .mcap or .db3 file, or a folder with metadata.yaml")
    reader = Reader(path)
    try:
        reader.open()
    except Exception as error:  # damage shows in many ways
        raise BagError(
            f"{path}: not a bag that can be read: {_reason(error)}; if its recording was cut, "
            "`mcap recover` or `ros2 bag reindex` may mend it"
        ) from error
    return reader


def _reason(error: Exception) -> str:
    return str(error).rstrip(".") or type(error).__name__
