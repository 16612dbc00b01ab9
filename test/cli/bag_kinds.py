"""Small valid bags of each kind that rosbag2 and other recorders write, for tests and fuzzing."""

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import yaml
import zstandard
from mcap.writer import CompressionType, IndexType, Writer
from numpy.typing import NDArray
from recording import IMAGE, TIMES, TOPIC, TYPES, Recorded, filmed, text
from rosbags.interfaces import (
    Qos,
    QosDurability,
    QosHistory,
    QosLiveliness,
    QosReliability,
    QosTime,
)
from rosbags.rosbag2 import CompressionFormat, CompressionMode, StoragePlugin
from rosbags.rosbag2 import Writer as RosbagsWriter
from rosbags.rosbag2.metadata import dump_qos_v9

WORDS = "std_msgs/msg/String"
FOREIGN = {
    # topic: type, encoding of the messages, encoding and text of the definition, a message
    "/state": ("State", "json", "jsonschema", b'{"type": "object"}', b'{"speed": 1.5}'),
    "/pose": ("demo.Pose", "protobuf", "protobuf", b"\n\x0bdemo\xff", b"\x08\x96\x01"),
    "/raw": ("", "application/octet-stream", "", b"", b"\x00\xff\x28\xb5\x2f\xfd"),
    "/grip": ("robot/msg/Grip", "cdr", "ros2idl", b"struct Grip {};", b"\0\1\0\0\7\0\0\0"),
}

Frames = Iterable[NDArray[np.uint8]]
Kind = Callable[[Path, Frames], Path]


def recorded(frames: Frames) -> list[Recorded]:
    """Return images on `TOPIC`, and a text after each image on /words."""
    images = filmed(frames)
    words = [("/words", WORDS, time + 1, text(str(time))) for _, _, time, _ in images]
    return sorted([*images, *words], key=lambda one: one[2])


def write_mcap(
    path: Path,
    messages: Iterable[Recorded],
    foreign: Iterable[str] = (),
    declare: bool = True,
    **options: Any,
) -> Path:
    """Write an ``.mcap`` file with the mcap package.

    Args:
        path: the file.
        messages: in the order of the file, which may differ from the order of time.
        foreign: topics of `FOREIGN` to add, with one message each at `TIMES[0]`.
        declare: whether the summary repeats schemas, channels and statistics.
        options: of `mcap.writer.Writer`.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    summary = dict.fromkeys(("repeat_channels", "repeat_schemas", "use_statistics"), declare)
    with path.open("wb") as stream:
        writer = Writer(stream, **summary, **options)
        writer.start(profile="ros2")
        channels: dict[str, int] = {}
        for number, (topic, kind, time_ns, data) in enumerate(messages):
            if topic not in channels:
                definition = TYPES.generate_msgdef(kind, ros_version=2)[0].encode()
                schema = writer.register_schema(kind, "ros2msg", definition)
                qos = {"offered_qos_profiles": yaml.safe_dump(dump_qos_v9([_QOS]))}
                channels[topic] = writer.register_channel(topic, "cdr", schema, qos)
            writer.add_message(channels[topic], time_ns, data, time_ns - 5, number)
        for topic in foreign:
            kind, encoding, schema_encoding, definition, data = FOREIGN[topic]
            schema = writer.register_schema(kind, schema_encoding, definition) if kind else 0
            channel = writer.register_channel(topic, encoding, schema, {"made": "by a test"})
            writer.add_message(channel, TIMES[0], data, TIMES[0], 7)
        if foreign:
            writer.add_attachment(1, 2, "calibration.txt", "text/plain", b"fx 600")
            writer.add_metadata("vehicle", {"name": "arm"})
            writer.add_metadata("rosbag2", {"serialized_metadata": "of this file only"})
        writer.finish()
    return path


def write_folder(
    folder: Path,
    messages: Iterable[Recorded],
    plugin: StoragePlugin = StoragePlugin.MCAP,
    mode: CompressionMode = CompressionMode.NONE,
) -> Path:
    """Write a folder like ``ros2 bag record``, with the package rosbags."""
    writer = RosbagsWriter(folder, version=9, storage_plugin=plugin)
    if mode is not CompressionMode.NONE:
        writer.set_compression(mode, CompressionFormat.ZSTD)
    with writer:
        connections: dict[str, Any] = {}
        for topic, kind, time_ns, data in messages:
            if topic not in connections:
                connections[topic] = writer.add_connection(
                    topic, kind, typestore=TYPES, offered_qos_profiles=[_QOS]
                )
            writer.write(connections[topic], time_ns, data)
    return folder


def write_metadata(
    folder: Path,
    files: Sequence[str],
    counts: dict[tuple[str, str], int],
    storage: str = "mcap",
    mode: str = "",
) -> Path:
    """Write metadata.yaml with the given files and counts; return the folder."""
    topics = [
        {
            "topic_metadata": {
                "name": topic,
                "type": kind,
                "serialization_format": "cdr",
                "offered_qos_profiles": "",
            },
            "message_count": count,
        }
        for (topic, kind), count in counts.items()
    ]
    information = {
        "version": 5,
        "storage_identifier": storage,
        "relative_file_paths": list(files),
        "duration": {"nanoseconds": 1},
        "starting_time": {"nanoseconds_since_epoch": TIMES[0]},
        "message_count": sum(counts.values()),
        "topics_with_message_count": topics,
        "compression_format": "zstd" if mode else "",
        "compression_mode": mode,
    }
    content = yaml.safe_dump({"rosbag2_bagfile_information": information})
    (folder / "metadata.yaml").write_text(content)
    return folder


def write_old_sqlite(path: Path, messages: Iterable[Recorded], journal: str = "DELETE") -> Path:
    """Write a ``.db3`` file with the tables of ROS 2 Dashing, which has no type definitions."""
    path.parent.mkdir(parents=True, exist_ok=True)
    database = sqlite3.connect(path)
    database.execute(f"PRAGMA journal_mode = {journal}")
    database.execute("PRAGMA synchronous = OFF")
    database.execute(
        "CREATE TABLE topics (id INTEGER PRIMARY KEY, name TEXT, type TEXT, "
        "serialization_format TEXT)"
    )
    database.execute(
        "CREATE TABLE messages (id INTEGER PRIMARY KEY, topic_id INTEGER, timestamp INTEGER, "
        "data BLOB)"
    )
    topics: dict[str, int] = {}
    for topic, kind, time_ns, data in messages:
        if topic not in topics:
            topics[topic] = len(topics) + 1
            row = (topics[topic], topic, kind, "cdr")
            database.execute("INSERT INTO topics VALUES (?, ?, ?, ?)", row)
        row = (topics[topic], time_ns, data)
        database.execute("INSERT INTO messages (topic_id, timestamp, data) VALUES (?, ?, ?)", row)
    database.commit()
    if journal == "WAL":
        # As if the recorder was killed: the messages are in the journal only.
        whole = {suffix: Path(f"{path}{suffix}").read_bytes() for suffix in ("", "-wal")}
        database.close()
        for suffix, content in whole.items():
            Path(f"{path}{suffix}").write_bytes(content)
    database.close()
    return path


def _link(folder: Path, target: Path) -> Path:
    """Return a link to a bag, without one to its journal."""
    link = folder / "link.db3"
    link.symlink_to(target)
    return link


def _split(folder: Path, frames: Frames) -> Path:
    """Write three files: 2 sorts before 10, and the last message of a file overlaps the next."""
    messages = recorded(frames)
    cuts = [messages[:2] + messages[3:4], messages[2:3], messages[4:]]
    names = ["drive_1.mcap", "drive_2.mcap", "drive_10.mcap"]
    for name, part in zip(names, cuts, strict=True):
        write_mcap(folder / name, part)
    half = len(messages) // 2
    return write_metadata(folder, names, {(TOPIC, IMAGE): half, ("/words", WORDS): half})


def _other_qos(folder: Path, frames: Frames) -> Path:
    """Write files whose QoS metadata.yaml does not repeat, as after ``ros2 bag reindex``."""
    write_folder(folder, recorded(frames))
    file = folder / "metadata.yaml"
    content = yaml.safe_load(file.read_text())
    for topic in content["rosbag2_bagfile_information"]["topics_with_message_count"]:
        topic["topic_metadata"]["offered_qos_profiles"] = []
    file.write_text(yaml.safe_dump(content))
    return folder


def _listed_twice(folder: Path, frames: Frames) -> Path:
    write_mcap(folder / "drive.mcap", recorded(frames))
    count = len(recorded(frames)) // 2
    return write_metadata(
        folder, ["drive.mcap"] * 2, {(TOPIC, IMAGE): count, ("/words", WORDS): count}
    )


def _both_forms(folder: Path, frames: Frames) -> Path:
    """Write a file and its compressed form without metadata.yaml, as ``zstd -d`` leaves them."""
    plain = write_mcap(folder / "drive.mcap", recorded(frames))
    (folder / "drive.mcap.zstd").write_bytes(zstandard.compress(plain.read_bytes()))
    return folder


def _no_metadata(folder: Path, frames: Frames) -> Path:
    path = _split(folder, frames)
    (path / "metadata.yaml").unlink()
    return path


def _folder(plugin: StoragePlugin, mode: CompressionMode = CompressionMode.NONE) -> Kind:
    return lambda folder, frames: write_folder(folder / "drive", recorded(frames), plugin, mode)


def _file(**options: Any) -> Kind:
    return lambda folder, frames: write_mcap(folder / "drive.mcap", recorded(frames), **options)


def _inner(plugin: StoragePlugin, mode: CompressionMode) -> Kind:
    def write(folder: Path, frames: Frames) -> Path:
        whole = _folder(plugin, mode)(folder, frames)
        return next(path for path in whole.iterdir() if path.suffix != ".yaml")

    return write


def _unordered(folder: Path, frames: Frames) -> Path:
    messages = recorded(frames)
    shuffled = messages[::2][::-1] + messages[1::2]
    return write_mcap(folder / "drive.mcap", shuffled, use_chunking=False)


_MCAP, _SQLITE = StoragePlugin.MCAP, StoragePlugin.SQLITE3
_INFINITE = QosTime(9_223_372_036, 854_775_807)
_QOS = Qos(
    QosHistory.KEEP_LAST,
    5,
    QosReliability.BEST_EFFORT,
    QosDurability.VOLATILE,
    _INFINITE,
    _INFINITE,
    QosLiveliness.AUTOMATIC,
    _INFINITE,
    False,
)

BAG_KINDS: dict[str, Kind] = {
    "mcap_zstd": _file(),
    "mcap_lz4_small_chunks": _file(compression=CompressionType.LZ4, chunk_size=100),
    "mcap_no_chunks": _file(use_chunking=False),
    "mcap_no_chunks_unordered": _unordered,
    "mcap_no_summary": _file(declare=False, index_types=IndexType.NONE, use_summary_offsets=False),
    "mcap_no_summary_no_chunks": _file(
        declare=False, index_types=IndexType.NONE, use_summary_offsets=False, use_chunking=False
    ),
    "mcap_foreign_channels": _file(foreign=FOREIGN),
    "mcap_folder": _folder(_MCAP),
    "mcap_messages_compressed": _folder(_MCAP, CompressionMode.MESSAGE),
    "mcap_file_compressed": _folder(_MCAP, CompressionMode.FILE),
    "mcap_split_overlapping": _split,
    "sqlite_folder": _folder(_SQLITE),
    "sqlite_messages_compressed": _folder(_SQLITE, CompressionMode.MESSAGE),
    "sqlite_file_compressed": _folder(_SQLITE, CompressionMode.FILE),
    "sqlite_old": lambda folder, frames: write_old_sqlite(
        folder / "100%25?#.db3", recorded(frames)
    ),
    "sqlite_interrupted": lambda folder, frames: write_old_sqlite(
        folder / "drive.db3", recorded(frames), "WAL"
    ),
    "sqlite_interrupted_link": lambda folder, frames: _link(
        folder, write_old_sqlite(folder / "real" / "drive.db3", recorded(frames), "WAL")
    ),
    "metadata_other_qos": _other_qos,
    "metadata_missing": _no_metadata,
    "metadata_lists_a_file_twice": _listed_twice,
    "file_and_its_compressed_form": _both_forms,
    "inner_file_of_messages_compressed": _inner(_MCAP, CompressionMode.MESSAGE),
    "inner_file_of_file_compressed": _inner(_SQLITE, CompressionMode.FILE),
}
"""By name: a function that writes a bag of this kind into a new folder, and returns what to pass
to `samwise bag`. Each bag has an image on `TOPIC` and a text on /words for each frame."""
