"""Bags for tests: records images like a camera, and reads the written bags."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from rosbags.highlevel import AnyReader
from rosbags.rosbag2 import StoragePlugin, Writer
from rosbags.typesys import Stores, get_typestore

TYPES = get_typestore(Stores.ROS2_JAZZY)
IMAGE, COMPRESSED = "sensor_msgs/msg/Image", "sensor_msgs/msg/CompressedImage"
TOPIC = "/camera/image_raw"
NODE = "/samwise_node"
SENTENCES = ("the red ball", "the cup")
BEGIN_NS = 1_700_000_000_000_000_000
PERIOD_NS = 100_000_000
DELAY_NS = 7_000_000  # from the stamp of an image to its time in the bag

TIMES = [BEGIN_NS + index * PERIOD_NS + DELAY_NS for index in range(9)]  # times in the bag

Recorded = tuple[str, str, int, bytes]  # topic, type, time in the bag in nanoseconds, message


def header(index: int, stamp_ns: int | None = None) -> Any:
    """Return the header of an image; each image has a different frame id."""
    stamp_ns = BEGIN_NS + index * PERIOD_NS if stamp_ns is None else stamp_ns
    seconds, nanoseconds = divmod(stamp_ns, 10**9)
    stamp = TYPES.types["builtin_interfaces/msg/Time"](sec=seconds, nanosec=nanoseconds)
    return TYPES.types["std_msgs/msg/Header"](stamp=stamp, frame_id=f"optical{index}")


def raw(
    index: int,
    pixels: NDArray[Any],
    encoding: str = "rgb8",
    padding: int = 0,
    stamp_ns: int | None = None,
) -> bytes:
    """Return a serialized image of (H, W, channels)."""
    rows = np.ascontiguousarray(pixels).view(np.uint8).reshape(pixels.shape[0], -1)
    rows = np.pad(rows, ((0, 0), (0, padding)), constant_values=99)
    message = TYPES.types[IMAGE](
        header=header(index, stamp_ns),
        height=pixels.shape[0],
        width=pixels.shape[1],
        encoding=encoding,
        is_bigendian=0,
        step=rows.shape[1],
        data=rows.reshape(-1),
    )
    return bytes(TYPES.serialize_cdr(message, IMAGE))


def compressed(index: int, pixels: NDArray[np.uint8], suffix: str = ".png") -> bytes:
    """Return a serialized compressed image of (H, W, 3) RGB pixels."""
    data = cv2.imencode(suffix, np.ascontiguousarray(pixels[:, :, ::-1]))[1].reshape(-1)
    message = TYPES.types[COMPRESSED](header=header(index), format=suffix[1:], data=data)
    return bytes(TYPES.serialize_cdr(message, COMPRESSED))


def text(words: str) -> bytes:
    """Return a serialized string message."""
    kind = "std_msgs/msg/String"
    return bytes(TYPES.serialize_cdr(TYPES.types[kind](data=words), kind))


def filmed(
    frames: Iterable[NDArray[np.uint8]], topic: str = TOPIC, **options: Any
) -> list[Recorded]:
    """Return the messages of a camera; `options` are those of `raw`."""
    return [
        (topic, IMAGE, BEGIN_NS + index * PERIOD_NS + DELAY_NS, raw(index, frame, **options))
        for index, frame in enumerate(frames)
    ]


def record(
    folder: Path,
    messages: Iterable[Recorded],
    plugin: StoragePlugin = StoragePlugin.MCAP,
    definitions: dict[str, str] | None = None,
) -> Path:
    """Write a bag like `ros2 bag record`, and return its file.

    Args:
        folder: a new folder.
        messages: in the order of time.
        plugin: storage format.
        definitions: definitions of types that are not part of ROS 2.
    """
    with Writer(folder, version=9, storage_plugin=plugin) as writer:
        connections: dict[str, Any] = {}
        for topic, kind, time_ns, message in messages:
            if topic not in connections:
                own = (definitions or {}).get(kind)
                known = {"typestore": TYPES} if own is None else {"msgdef": own, "rihs01": "none"}
                connections[topic] = writer.add_connection(topic, kind, **known)
            writer.write(connections[topic], time_ns, message)
    return next(path for path in folder.iterdir() if path.suffix in (".mcap", ".db3"))


def drive(folder: Path, frames: Iterable[NDArray[np.uint8]]) -> Path:
    """Write a bag with images on `TOPIC` and text on `/words`, and return its folder."""
    words = [("/words", "std_msgs/msg/String", time + 1, text(str(time))) for time in TIMES]
    record(folder, sorted([*filmed(frames), *words], key=lambda one: one[2]))
    return folder


def written(path: Path, beginning: str = "/") -> dict[str, list[tuple[int, Any]]]:
    """Read a bag with its own type definitions; return times and messages by topic."""
    found: dict[str, list[tuple[int, Any]]] = {}
    with AnyReader([path]) as reader:
        wanted = [one for one in reader.connections if one.topic.startswith(beginning)]
        for connection, time_ns, message in reader.messages(wanted):
            read = reader.deserialize(message, connection.msgtype)
            found.setdefault(connection.topic, []).append((time_ns, read))
    return found


def pixels(message: Any) -> NDArray[np.uint8]:
    """Return the (H, W) pixels of a mono8 message."""
    assert message.encoding == "mono8"
    return np.asarray(message.data, np.uint8).reshape(message.height, message.step)


def masks(path: Path, topic: str = "mask") -> NDArray[np.uint8]:
    """Return the pixels of a result topic, (frames, H, W)."""
    return np.stack([pixels(message) for _, message in written(path)[f"{NODE}/camera/{topic}"]])
