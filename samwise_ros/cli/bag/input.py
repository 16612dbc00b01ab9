"""Reads a recorded bag: the image topic to segment, and the messages to copy."""

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

_TIMES_NS = range(2**31 * NANOSECONDS)  # range of a stamp in a message
_RAW, _COMPRESSED = "sensor_msgs/msg/Image", "sensor_msgs/msg/CompressedImage"


class BagError(ValueError):
    """A bag cannot be used; the message states the file and the reason."""


class BagInput:
    """A bag that is read once, from the first message to the last.

    Attributes:
        topic: the image topic.
        count: number of images on the topic.
        start_ns: time of the first message in the bag.
        connections: all recorded connections, including those of the images.
    """

    def __init__(self, path: Path, topic: str | None, types: Typestore) -> None:
        """Open a bag.

        Args:
            path: an ``.mcap`` or ``.db3`` file, or the folder that ``ros2 bag record`` wrote.
            topic: the image topic; ``None`` selects the only one.
            types: message types for reading; type definitions in the bag are not executed.

        Raises:
            BagError: the bag cannot be read, or has no such topic.
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
        """Close the files."""
        self._reader.close()

    def messages(self, others: Sequence[Connection]) -> Iterator[tuple[Connection, int, bytes]]:
        """Yield the images, and the messages of other connections, in the order of the bag.

        Args:
            others: the other connections; may include those of the images.

        Yields:
            The connection, the time in the bag in nanoseconds, and the serialized message.

        Raises:
            BagError: the rest of the bag cannot be read.
        """
        try:
            for connection, time_ns, message in self._reader.messages([*self._images, *others]):
                yield connection, self._checked(time_ns), message
        except BagError:
            raise
        except Exception as error:  # a damaged file raises errors of many types
            raise BagError(f"{self._path}: the bag is damaged: {_reason(error)}") from error

    def image(self, kind: str, message: bytes) -> tuple[Any, NDArray[np.uint8]]:
        """Decode an image.

        Args:
            kind: type of the message.
            message: the serialized message.

        Returns:
            The header, and (H, W, 3) uint8, RGB.

        Raises:
            ImageError: the image is damaged, or its encoding is unknown.
        """
        try:
            read: Any = self._types.deserialize_cdr(message, kind)
        except SerdeError as error:
            raise ImageError("undecodable", str(error)) from error
        return read.header, to_rgb(read) if kind == _RAW else compressed_to_rgb(read)

    def _checked(self, time_ns: int) -> int:
        if time_ns not in _TIMES_NS:
            raise BagError(
                f"{self._path}: the bag is damaged: it has a message with time {time_ns} ns"
            )
        return time_ns

    def _chosen(self, topic: str | None) -> list[Connection]:
        """Return the connections of the image topic: one for each publisher."""
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
        there = f"the bag has {there}" if there else "the bag has no image topic"
        if topic is None and topics:
            raise BagError(
                f"{self._path}: expected one image topic, {there}; choose one with --topic"
            )
        raise BagError(f"{self._path}: no images{f' on {topic}' if topic else ''}; {there}")


def _opened(path: Path) -> Reader:
    if not path.exists():
        raise BagError(f"{path}: no such bag")
    if path.is_dir() and not (path / "metadata.yaml").exists():
        raise BagError(
            f"{path}: the folder has no metadata.yaml; run `ros2 bag reindex`, or pass the file in "
            "the folder"
        )
    if not path.is_dir() and path.suffix not in Reader.STORAGE_PLUGINS:
        raise BagError(f"{path}: expected an .mcap or .db3 file, or a folder with metadata.yaml")
    reader = Reader(path)
    try:
        reader.open()
    except Exception as error:  # a damaged file raises errors of many types
        raise BagError(
            f"{path}: cannot read the bag: {_reason(error)}; if the recording was interrupted, "
            "`mcap recover` or `ros2 bag reindex` may repair the bag"
        ) from error
    return reader


def _reason(error: Exception) -> str:
    return str(error).rstrip(".") or type(error).__name__
