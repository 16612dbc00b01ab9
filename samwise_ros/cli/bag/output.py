"""Writes a bag: the topics that the node would publish, and copies of recorded topics."""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import yaml
from mcap import records
from mcap.writer import CompressionType, Writer
from rosbags.interfaces import (
    Qos,
    QosDurability,
    QosHistory,
    QosLiveliness,
    QosReliability,
    QosTime,
)
from rosbags.rosbag2.metadata import dump_qos_v9
from rosbags.typesys import TypesysError
from rosbags.typesys.store import Typestore

from samwise_ros.cli.bag.channel import BagError, Channel, Message
from samwise_ros.cli.bag.messages import header_at, serialized
from samwise_ros.client.names import resolve_topic
from samwise_ros.engine.commands import CommandStatus
from samwise_ros.engine.overlay import draw_targets
from samwise_ros.engine.types import Event, FrameResult
from samwise_ros.files.atomic import AtomicFile
from samwise_ros.interface import messages, topics
from samwise_ros.interface.messages import EventPosition, MessageFields
from samwise_ros.interface.stamps import age_s
from samwise_ros.interface.state_message import TargetStates, target_state_array
from samwise_ros.interface.topics import Topic
from samwise_ros.vision.masks import label_mask

_INFINITE = QosTime(9_223_372_036, 854_775_807)  # as ROS 2 writes an infinite duration


@contextmanager
def mcap_writer(path: Path) -> Iterator[Writer]:
    """Write a new bag; the file appears when the block ends without an error.

    Args:
        path: the ``.mcap`` file; the folder is created.

    Raises:
        BagError: the file cannot be written; the message names the file and the reason.
    """
    try:
        with AtomicFile(path, durable=False) as stream:
            writer = Writer(stream, compression=CompressionType.ZSTD)
            writer.start(profile="ros2")
            yield writer
            writer.finish()
    except BrokenPipeError:
        raise  # of standard output
    except OSError as error:
        raise BagError(f"{path}: cannot write the bag: {error.strerror or error}") from error


class BagOutput:
    """Writes results on the topics of the node.

    Attributes:
        replaced: topics of the node from an earlier run, which are not copied.
        copied: number of copied messages by channel.
    """

    def __init__(self, writer: Writer, types: Typestore, camera: str) -> None:
        """Declare the topics of the node.

        Args:
            writer: writer of the bag.
            types: message types from `message_types`.
            camera: name of the camera in the topics.
        """
        self.replaced: list[Channel] = []
        self.copied: Counter[Channel] = Counter()
        self._writer, self._types = writer, types
        self._position = EventPosition()
        self._camera = camera
        self._states = TargetStates(camera)
        self._schemas: dict[tuple[str, str, bytes], int] = {}
        self._numbers: dict[Channel, int] = {}
        self._mask = self._topic(topics.MASK)
        self._label_mask = self._topic(topics.LABEL_MASK)
        self._targets = self._topic(topics.TARGETS)
        # Only as JPEG: rviz and Foxglove show it; raw images would be larger than the recording.
        self._overlay = self._topic(topics.COMPRESSED_OVERLAY)
        self._target_states = self._topic(topics.TARGET_STATES)
        self._events = self._topic(topics.EVENTS)
        self._commands = self._topic(topics.COMMANDS)
        self._own = {one.topic for one in self._numbers}

    def declare_copies(self, channels: Sequence[Channel]) -> list[Channel]:
        """Declare recorded channels to copy, and return them.

        Topics of the node from an earlier run are replaced, not copied. All others are copied
        with their type definition as it is, also those that no ROS program can read.
        """
        self.replaced = [one for one in channels if one.topic in self._own]
        copies = [one for one in channels if one.topic not in self._own]
        for channel in copies:
            self._declare(channel)
            self.copied[channel] = 0
        return copies

    def copy(self, message: Message) -> None:
        """Write a recorded message unchanged if its channel is declared."""
        if message.channel in self.copied:
            self._writer.add_message(
                self._numbers[message.channel],
                message.time_ns,
                message.data,
                message.publish_ns,
                message.sequence,
            )
            self.copied[message.channel] += 1

    def copy_extra(self, extra: records.Attachment | records.Metadata) -> None:
        """Write a recorded attachment or metadata record unchanged."""
        if isinstance(extra, records.Metadata):
            self._writer.add_metadata(extra.name, extra.metadata)
        else:
            self._writer.add_attachment(
                extra.create_time, extra.log_time, extra.name, extra.media_type, extra.data
            )

    def write_commands(
        self, commands: Sequence[CommandStatus], events: Sequence[Event], time_ns: int
    ) -> None:
        """Write the commands and their events."""
        header = header_at(time_ns)
        self._write(
            self._commands, time_ns, messages.command_array(commands, header, self._position)
        )
        self._write_events(events, commands, header, time_ns, time_ns)

    def write(
        self,
        result: FrameResult,
        commands: Sequence[CommandStatus],
        header: object,
        time_ns: int,
        *,
        inference_s: float,
        drops: int,
    ) -> None:
        """Write the results of one frame.

        Args:
            result: result of the engine.
            commands: with their states after the frame.
            header: header of the image.
            time_ns: time of the image in the bag.
            inference_s: computing time in seconds.
            drops: number of unusable and late images so far.
        """
        image = result.frame.image
        size = (image.shape[0], image.shape[1])
        masks = [target.mask for target in result.targets]
        labels = label_mask(size, masks, [target.label for target in result.targets])
        primary = masks[0] if masks else np.zeros(size, np.bool_)
        stamp_ns = result.frame.stamp_ns
        if result.events:
            self._write_events(result.events, commands, header, stamp_ns, time_ns)
        targets = messages.target_array(
            result,
            header,
            inference_s=inference_s,
            latency_s=age_s(stamp_ns, time_ns),
            dropped_frames=drops,
            position=self._position,
        )
        overlay = draw_targets(image, result.targets)
        self._write(self._mask, time_ns, messages.mask_image(primary, header))
        self._write(self._label_mask, time_ns, messages.image(labels, "mono8", header))
        self._write(self._targets, time_ns, targets)
        self._write(self._overlay, time_ns, messages.jpeg_image(overlay, header))

    def _write_events(
        self,
        events: Sequence[Event],
        commands: Sequence[CommandStatus],
        header: object,
        stamp_ns: int,
        time_ns: int,
    ) -> None:
        """Write events, and the states of the targets after them."""
        described = []
        for event in events:
            self._position = self._position.next()
            described.append(messages.target_event(event, header, self._position))
            self._write(self._events, time_ns, described[-1])
        self._states.update(commands, described, stamp_ns)
        states = target_state_array(
            self._camera, self._states.known, header_at(time_ns), self._position
        )
        self._write(self._target_states, time_ns, states)

    def _write(self, channel: Channel, time_ns: int, described: MessageFields) -> None:
        data = serialized(described, self._types)
        self._writer.add_message(self._numbers[channel], time_ns, data, time_ns)

    def _topic(self, topic: Topic) -> Channel:
        kind = topic.type_name
        qos = yaml.safe_dump(dump_qos_v9([_qos(topic)]), sort_keys=False)
        metadata = {"offered_qos_profiles": qos, "topic_type_hash": self._types.hash_rihs01(kind)}
        name = resolve_topic(topic.name, camera=self._camera)
        channel = Channel(name, kind, "cdr", metadata=metadata)
        self._declare(channel)
        return channel

    def _declare(self, channel: Channel) -> None:
        encoding, schema = channel.schema_encoding, channel.schema
        if channel.encoding == "cdr" and not schema:
            encoding, schema = self._definition(channel.type_name)
        key = (channel.type_name, encoding, schema)
        if not any(key):
            number = 0  # a channel without a schema
        elif key in self._schemas:
            number = self._schemas[key]
        else:
            number = self._schemas[key] = self._writer.register_schema(*key)
        self._numbers[channel] = self._writer.register_channel(
            channel.topic, channel.encoding, number, channel.metadata
        )

    def _definition(self, kind: str) -> tuple[str, bytes]:
        """Return the encoding and the definition of a type; empty if the type is unknown."""
        try:
            return "ros2msg", self._types.generate_msgdef(kind, ros_version=2)[0].encode()
        except (TypesysError, LookupError):
            return "", b""


def _qos(topic: Topic) -> Qos:
    latched = topic.durability == "transient_local"
    return Qos(
        QosHistory.KEEP_LAST,
        topic.depth,
        QosReliability.RELIABLE,
        QosDurability.TRANSIENT_LOCAL if latched else QosDurability.VOLATILE,
        _INFINITE,
        _INFINITE,
        QosLiveliness.AUTOMATIC,
        _INFINITE,
        False,
    )
