"""Reads one ``.db3`` file, as the SQLite storage of rosbag2 writes it."""

import os
import shutil
import sqlite3
from collections import Counter
from collections.abc import Container, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote

from samwise_ros.cli.bag.channel import BagError, Channel, Message

_COLUMNS = {
    "topics": {"id", "name", "type", "serialization_format"},
    "messages": {"id", "topic_id", "timestamp", "data"},
}
_JOURNALS = ("-wal", "-journal")  # messages that an interrupted recorder did not merge yet


class SqliteFile:
    """A ``.db3`` file of any rosbag2 version, read in order of time.

    Attributes:
        path: the file.
        recorded: number of messages by channel.
        undeclared: number of messages whose topic the file does not declare.
        start_ns: time of the first message; 0 without a message.
        end_ns: time of the last message.
    """

    def __init__(self, path: Path, plain: Path | None = None) -> None:
        """Read the topics and count the messages.

        Args:
            path: the file, which errors name.
            plain: the file to read instead, if the file is compressed as a whole.

        Raises:
            BagError: the file is damaged, or not a bag.
        """
        self.path = path
        self._plain = Path(os.path.realpath(plain or path))  # the journals lie beside the file
        self.recorded: Counter[Channel] = Counter()
        with self._database() as database:
            columns = _columns(database)
            for table, needed in _COLUMNS.items():
                if not needed <= columns.get(table, set()):
                    raise BagError(
                        f"{path}: expected a bag with the tables topics and messages, got no table "
                        f"{table} with the columns {', '.join(sorted(needed))}"
                    )
            self._channels = _channels(database, columns)
            counts = database.execute("SELECT topic_id, COUNT(*) FROM messages GROUP BY topic_id")
            found = Counter(dict(counts))
            (span,) = database.execute("SELECT MIN(timestamp), MAX(timestamp) FROM messages")
            self.start_ns, self.end_ns = (_whole(path, value or 0) for value in span)
        for number, channel in self._channels.items():
            self.recorded[channel] += found.pop(number, 0)
        self.undeclared = found.total()

    def messages(self, wanted: Container[Channel]) -> Iterator[Message]:
        """Yield the messages of some channels in order of time.

        Raises:
            BagError: the rest of the file is damaged.
        """
        query = "SELECT topic_id, timestamp, data FROM messages ORDER BY timestamp, id"
        with self._database() as database:
            for number, time_ns, data in database.execute(query):
                channel = self._channels.get(number)
                if channel is None or channel not in wanted:
                    continue
                if not isinstance(data, bytes):
                    raise BagError(
                        f"{self.path}: the file is damaged: "
                        f"expected bytes on {channel.topic}, got {type(data).__name__}"
                    )
                whole_ns = _whole(self.path, time_ns)
                yield Message(channel, whole_ns, whole_ns, 0, data)

    @contextmanager
    def _database(self) -> Iterator[sqlite3.Connection]:
        """Open the file for reading; the file and its folder are not changed."""
        with ExitStack() as stack:
            try:
                path, mode = self._plain, "immutable=1"
                if self._is_interrupted():
                    path, mode = stack.enter_context(self._copied()), "mode=rw"
                uri = f"file:{quote(str(path.absolute()))}?{mode}"
                database = stack.enter_context(closing(sqlite3.connect(uri, uri=True)))
                database.execute("PRAGMA trusted_schema = OFF")
                yield database
            except (sqlite3.Error, UnicodeDecodeError, OverflowError) as error:
                raise BagError(
                    f"{self.path}: the file is damaged: {error}; "
                    "the `.recover` command of sqlite3 may save a part"
                ) from error
            except OSError as error:
                reason = error.strerror or error
                raise BagError(f"{self.path}: cannot read the bag: {reason}") from error

    def _is_interrupted(self) -> bool:
        journals = [Path(f"{self._plain}{suffix}") for suffix in _JOURNALS]
        return any(one.is_file() and one.stat().st_size for one in journals)

    @contextmanager
    def _copied(self) -> Iterator[Path]:
        """Copy the file with its journals, which SQLite merges into the copy."""
        with TemporaryDirectory() as folder:
            copy = Path(folder, "bag.db3")
            for suffix in ("", *_JOURNALS):
                source = Path(f"{self._plain}{suffix}")
                if source.is_file():
                    shutil.copyfile(source, f"{copy}{suffix}")
            yield copy


def _columns(database: sqlite3.Connection) -> dict[str, set[str]]:
    """Return the stored columns of each table.

    Views, virtual tables and generated columns are left out: they could compute without end.
    """
    found = database.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND rootpage > 0")
    query = "SELECT name FROM pragma_table_info(?)"
    return {name: {column for (column,) in database.execute(query, (name,))} for (name,) in found}


def _channels(database: sqlite3.Connection, columns: dict[str, set[str]]) -> dict[int, Channel]:
    """Return the channels by the number of their topic."""
    definitions = {}
    if "message_definitions" in columns:
        query = "SELECT topic_type, encoding, encoded_message_definition FROM message_definitions"
        definitions = {name: (encoding, text) for name, encoding, text in database.execute(query)}
    known = [
        (column, key)
        for column, key in (
            ("offered_qos_profiles", "offered_qos_profiles"),
            ("type_description_hash", "topic_type_hash"),
        )
        if column in columns["topics"]
    ]
    names = ["id", "name", "type", "serialization_format", *(column for column, _ in known)]
    channels = {}
    for number, topic, kind, encoding, *values in database.execute(
        f"SELECT {', '.join(names)} FROM topics"
    ):
        schema_encoding, text = definitions.get(kind, ("", ""))
        metadata = {key: str(value) for (_, key), value in zip(known, values, strict=True)}
        channels[number] = Channel(
            str(topic), str(kind), str(encoding), str(schema_encoding), str(text).encode(), metadata
        )
    return channels


def _whole(path: Path, time_ns: object) -> int:
    if not isinstance(time_ns, int):
        raise BagError(f"{path}: the file is damaged: expected a time in ns, got {time_ns!r}")
    return time_ns
