"""Writes a bag: the topics that the node would publish, and copies of recorded topics."""

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from rosbags.interfaces import (
    Connection,
    ConnectionExtRosbag2,
    MessageDefinitionFormat,
    Qos,
    QosDurability,
    QosHistory,
    QosLiveliness,
    QosReliability,
    QosTime,
)
from rosbags.rosbag2 import CompressionFormat, CompressionMode, StoragePlugin, Writer
from rosbags.typesys import TypesysError, get_types_from_msg
from rosbags.typesys.store import Typestore

from samwise_ros.cli.bag.messages import NANOSECONDS, Messages
from samwise_ros.client.names import DEFAULT_NODE
from samwise_ros.engine.commands import CommandStatus
from samwise_ros.engine.types import Event, FrameResult, Target
from samwise_ros.vision.masks import label_mask
from samwise_ros.vision.overlay import Layer, draw_overlay

_INFINITE = QosTime(9_223_372_036, 854_775_807)  # as ROS 2 writes an infinite duration


@contextmanager
def mcap_writer(path: Path) -> Iterator[Writer]:
    """Write a new bag; the file appears when the block ends without an error.

    Args:
        path: the ``.mcap`` file; the folder is created.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    # The library writes a folder; the .mcap file in the folder is complete by itself.
    with _new_folder(path.with_name(f".{path.name}.part")) as place:
        folder = place / path.stem
        writer = Writer(folder, version=Writer.VERSION_LATEST, storage_plugin=StoragePlugin.MCAP)
        writer.set_compression(CompressionMode.STORAGE, CompressionFormat.ZSTD)
        with writer:
            yield writer
        os.replace(folder / f"{path.stem}.mcap", path)


@contextmanager
def _new_folder(path: Path) -> Iterator[Path]:
    """Create a folder and remove it at the end; a killed process may have left an earlier one."""
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir()
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


class BagOutput:
    """Writes results on the topics of the node.

    Attributes:
        not_copied: topics that cannot be copied, with their types.
    """

    def __init__(self, writer: Writer, types: Typestore, camera: str) -> None:
        """Declare the topics of the node.

        Args:
            writer: writer of the bag.
            types: message types from `message_types`.
            camera: name of the camera in the topics.
        """
        self.not_copied: dict[str, str] = {}
        self._writer, self._types = writer, types
        self._messages = Messages(types)
        self._copies: dict[tuple[str, str], Connection] = {}
        self._mask = self._topic(f"{camera}/mask", "sensor_msgs/msg/Image", 2)
        self._label_mask = self._topic(f"{camera}/label_mask", "sensor_msgs/msg/Image", 2)
        self._targets = self._topic(f"{camera}/targets", "samwise_ros/msg/TargetArray", 2)
        # Only as JPEG: rviz and Foxglove show it; raw images would be larger than the recording.
        self._overlay = self._topic(
            f"{camera}/overlay/compressed", "sensor_msgs/msg/CompressedImage", 1
        )
        self._events = self._topic("events", "samwise_ros/msg/TargetEvent", 50)
        self._commands = self._topic("commands", "samwise_ros/msg/CommandArray", 1, latched=True)
        self._own = {one.topic for one in writer.connections}

    def declare_copies(self, connections: Sequence[Connection]) -> list[Connection]:
        """Declare recorded topics to copy, and return those that can be copied.

        Topics of the node from an earlier run are replaced, not copied. A topic without a known
        type definition is not copied: no program could read it.
        """
        wanted = [one for one in connections if one.topic not in self._own]
        return [one for one in wanted if self._declare_copy(one)]

    def copy(self, connection: Connection, time_ns: int, message: bytes) -> None:
        """Write a recorded message unchanged if its topic is declared."""
        copy = self._copies.get((connection.topic, connection.msgtype))
        if copy is not None:
            self._writer.write(copy, time_ns, message)

    def write_commands(
        self, commands: Sequence[CommandStatus], events: Sequence[Event], time_ns: int
    ) -> None:
        """Write the commands and their events."""
        header = self._messages.header(time_ns)
        self._write(self._commands, time_ns, self._messages.commands(commands, header))
        self._write_events(events, header, time_ns)

    def write(
        self, result: FrameResult, header: Any, time_ns: int, inference_s: float, drops: int
    ) -> None:
        """Write the results of one frame.

        Args:
            result: result of the engine.
            header: header of the image.
            time_ns: time of the image in the bag.
            inference_s: computing time in seconds.
            drops: number of unusable images so far.
        """
        image, messages = result.frame.image, self._messages
        size = (image.shape[0], image.shape[1])
        masks = [target.mask for target in result.targets]
        labels = label_mask(size, masks, [target.label for target in result.targets])
        primary = masks[0] if masks else np.zeros(size, np.bool_)
        latency_s = (time_ns - result.frame.stamp_ns) / NANOSECONDS
        targets = messages.targets(result, header, inference_s, latency_s, drops)
        overlay = draw_overlay(image, [_layer(target) for target in result.targets])
        self._write(self._mask, time_ns, messages.mask(primary, header))
        self._write(self._label_mask, time_ns, messages.grey(labels, header))
        self._write(self._targets, time_ns, targets)
        self._write(self._overlay, time_ns, messages.jpeg(overlay, header))
        self._write_events(result.events, header, time_ns)

    def _write_events(self, events: Sequence[Event], header: Any, time_ns: int) -> None:
        for event in events:
            self._write(self._events, time_ns, self._messages.event(event, header))

    def _write(self, connection: Connection, time_ns: int, message: object) -> None:
        data = self._types.serialize_cdr(message, connection.msgtype)
        self._writer.write(connection, time_ns, data)

    def _topic(self, name: str, kind: str, depth: int, latched: bool = False) -> Connection:
        return self._writer.add_connection(
            f"{DEFAULT_NODE}/{name}",
            kind,
            typestore=self._types,
            offered_qos_profiles=[_qos(depth, latched)],
        )

    def _declare_copy(self, connection: Connection) -> bool:
        key, extra = (connection.topic, connection.msgtype), connection.ext
        assert isinstance(extra, ConnectionExtRosbag2)
        definition = self._definition(connection)
        if definition is None:
            self.not_copied[connection.topic] = connection.msgtype
            return False
        if key not in self._copies:
            self._copies[key] = self._writer.add_connection(
                *key,
                msgdef=definition[0],
                rihs01=definition[1],
                serialization_format=extra.serialization_format,
                offered_qos_profiles=extra.offered_qos_profiles,
            )
        return True

    def _definition(self, connection: Connection) -> tuple[str, str] | None:
        """Return the definition and hash of a type: those in the bag, else the known ones."""
        kind, definition = connection.msgtype, connection.msgdef
        if definition.format != MessageDefinitionFormat.NONE and connection.digest:
            return definition.data, connection.digest
        types = self._types
        try:
            if definition.format == MessageDefinitionFormat.MSG:
                # The hash needs only the fields; `register` would execute code generated from them.
                types = Typestore()
                types.fielddefs.update(get_types_from_msg(definition.data, kind))
            return types.generate_msgdef(kind, ros_version=2)[0], types.hash_rihs01(kind)
        except (TypesysError, LookupError):
            return None


def _qos(depth: int, latched: bool) -> Qos:
    return Qos(
        QosHistory.KEEP_LAST,
        depth,
        QosReliability.RELIABLE,
        QosDurability.TRANSIENT_LOCAL if latched else QosDurability.VOLATILE,
        _INFINITE,
        _INFINITE,
        QosLiveliness.AUTOMATIC,
        _INFINITE,
        False,
    )


def _layer(target: Target) -> Layer:
    state = target.state.name.lower()
    return Layer(target.mask, target.label, target.command.sentence, target.score, state)
