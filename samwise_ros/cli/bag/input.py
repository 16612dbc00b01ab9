"""Selects the image topic of a bag and decodes its images."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rosbags.serde import SerdeError
from rosbags.typesys.store import Typestore

from samwise_ros.cli.bag.channel import BagError, Channel, Message
from samwise_ros.cli.bag.recording import Recording
from samwise_ros.interface.stamps import SECOND_NS
from samwise_ros.vision.compressed import compressed_to_rgb
from samwise_ros.vision.encodings import ImageError, to_rgb
from samwise_ros.vision.intensity import BitDepth

_TIMES_NS = range(2**31 * SECOND_NS)  # range of a stamp in a message
_RAW, _COMPRESSED = "sensor_msgs/msg/Image", "sensor_msgs/msg/CompressedImage"


class BagInput:
    """A bag that is read once, from the first message to the last.

    Attributes:
        recording: the files of the bag.
        topic: the image topic.
        images: channels of the image topic: one for each type and definition.
        count: number of images on the topic.
        start_ns: time of the first message in the bag.
        channels: all recorded channels, including those of the images.
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
        self._bit_depth = BitDepth()
        self.recording = Recording(path)
        try:
            self.channels = tuple(self.recording.recorded)
            self.images = self._chosen(topic)
            self.start_ns = self._checked(self.recording.start_ns)
        except BagError:
            self.close()
            raise
        self.topic = self.images[0].topic
        self.count = sum(self.recording.recorded[one] for one in self.images)

    def close(self) -> None:
        """Remove temporary files."""
        self.recording.close()

    def messages(self, others: Sequence[Channel]) -> Iterator[Message]:
        """Yield the images, and the messages of other channels, in order of time.

        Args:
            others: the other channels; may include those of the images.

        Raises:
            BagError: the rest of the bag cannot be read.
        """
        for message in self.recording.messages({*self.images, *others}):
            self._checked(message.time_ns)
            yield message

    def image(self, message: Message) -> tuple[Any, NDArray[np.uint8]]:
        """Decode an image.

        Returns:
            The header, and (H, W, 3) uint8, RGB.

        Raises:
            ImageError: the image is damaged, or its encoding is unknown.
        """
        kind = message.channel.type_name
        try:
            read: Any = self._types.deserialize_cdr(message.data, kind)
        except SerdeError as error:
            raise ImageError("undecodable", str(error)) from error
        convert = to_rgb if kind == _RAW else compressed_to_rgb
        return read.header, convert(read, self._bit_depth)

    def _checked(self, time_ns: int) -> int:
        if time_ns not in _TIMES_NS:
            raise BagError(
                f"{self._path}: the bag is damaged: it has a message with time {time_ns} ns"
            )
        return time_ns

    def _chosen(self, topic: str | None) -> list[Channel]:
        """Return the channels of the image topic."""
        counts = self.recording.recorded
        images = [
            one
            for one in self.channels
            if one.type_name in (_RAW, _COMPRESSED) and one.encoding == "cdr"
        ]
        topics = sorted({one.topic for one in images})
        if topic is None and len(topics) == 1:
            topic = topics[0]
        found = [one for one in images if one.topic == topic]
        if any(counts[one] for one in found):
            return found
        there = ", ".join(
            f"{name} ({sum(counts[one] for one in images if one.topic == name)} images)"
            for name in topics
        )
        there = f"the bag has {there}" if there else "the bag has no image topic"
        if topic is None and topics:
            raise BagError(
                f"{self._path}: expected one image topic, {there}; choose one with --topic"
            )
        raise BagError(f"{self._path}: no images{f' on {topic}' if topic else ''}; {there}")
