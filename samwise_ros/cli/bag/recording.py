"""The files of a bag as one stream of messages, and the count of what is lost."""

import heapq
import shutil
from collections import Counter
from collections.abc import Container, Iterable, Iterator
from operator import attrgetter
from pathlib import Path
from tempfile import TemporaryDirectory

import zstandard
from mcap import records

from samwise_ros.cli.bag.channel import ZSTD_MAGIC, BagError, Channel, Message, decompress_zstd
from samwise_ros.cli.bag.mcap_file import McapFile
from samwise_ros.cli.bag.metadata_file import METADATA, MetadataFile
from samwise_ros.cli.bag.sqlite_file import SqliteFile
from samwise_ros.vision.image_folder import natural_key

_READERS: dict[str, type[McapFile] | type[SqliteFile]] = {".mcap": McapFile, ".db3": SqliteFile}
_COMPRESSED = ".zstd"
_DISK_SHARE = 0.9  # of the free disk space; a few bytes can decompress to more than any disk holds
_PIECE_BYTES = 2**20


class Recording:
    """A bag: one file, or a folder of files that ``ros2 bag record`` split.

    Files and messages that rosbag2 compressed are decompressed. The files state their channels:
    metadata.yaml lists the files and the counts, and may disagree about the rest.

    Attributes:
        path: the file or the folder.
        recorded: number of messages by channel, as the files state it.
        notes: lines for the user about files that are left out or incomplete.
    """

    def __init__(self, path: Path) -> None:
        """Open a bag.

        Raises:
            BagError: a file is missing or damaged, or has another format.
        """
        self.path = path
        self.notes: list[str] = []
        self._read: Counter[Channel] = Counter()
        self._announced: dict[tuple[str, str], int] = {}
        self._decompressed = False
        self._temporary = TemporaryDirectory()
        try:
            self._files = [self._opened(file) for file in self._paths()]
        except BaseException:
            self.close()
            raise
        self.recorded = sum((file.recorded for file in self._files), Counter())

    def close(self) -> None:
        """Remove decompressed files."""
        self._temporary.cleanup()

    @property
    def start_ns(self) -> int:
        """Time of the first message."""
        return min((file.start_ns for file in self._files if file.recorded.total()), default=0)

    def messages(self, wanted: Container[Channel]) -> Iterator[Message]:
        """Yield the messages of some channels in order of time, decompressed.

        Raises:
            BagError: the rest of the bag cannot be read.
        """
        for group in _overlapping(self._files):
            streams = [file.messages(wanted) for file in group]
            for stored in heapq.merge(*streams, key=attrgetter("time_ns")):
                message = self._decompressed_message(stored)
                if message is not None:
                    self._read[message.channel] += 1
                    yield message

    def _decompressed_message(self, message: Message) -> Message | None:
        """Return a message as it was published; `None`, a loss, if it cannot be decompressed."""
        if message.data[:4] != ZSTD_MAGIC or message.channel.encoding != "cdr":
            return message
        self._decompressed = True
        try:
            return message._replace(data=decompress_zstd(message.data))
        except zstandard.ZstdError:
            return None

    def extras(self) -> Iterator[records.Attachment | records.Metadata]:
        """Yield the attachments and metadata records of ``.mcap`` files."""
        for file in self._files:
            if isinstance(file, McapFile):
                yield from file.extras()

    def losses(self, wanted: Iterable[Channel], is_copied: bool) -> list[str]:
        """Return a line for each topic with messages that were recorded but not read.

        Args:
            wanted: the channels that were read to the end.
            is_copied: whether all topics are copied, so that a topic without a channel is lost.
        """
        read, recorded = _by_name(self._read, wanted), _by_name(self.recorded, wanted)
        known = {(one.topic, one.type_name) for one in self.recorded}
        lines = []
        for key in recorded | {key: 0 for key in self._announced if is_copied and key not in known}:
            expected = max(recorded.get(key, 0), self._announced.get(key, 0))
            count = read.get(key, 0)
            if count < expected:
                line = f"{key[0]} ({key[1]}): {count} of {expected} recorded messages read"
                if recorded.get(key, 0) < expected:
                    line += (
                        f": {METADATA} announces {expected}, the files have {recorded.get(key, 0)}"
                        f"; if no file is missing, `ros2 bag reindex` corrects {METADATA}"
                    )
                lines.append(line)
        undeclared = sum(file.undeclared for file in self._files)
        if undeclared:
            messages = "1 message" if undeclared == 1 else f"{undeclared} messages"
            lines.append(f"{messages} of an undeclared topic: the bag is damaged")
        return lines

    def advice(self) -> str | None:
        """Return what to pass instead, if a file was passed whose folder has more information."""
        folder = self.path.absolute().parent
        if self._decompressed and self.path.is_file() and (folder / METADATA).is_file():
            return (
                f"{self.path}: the messages are compressed one by one and were decompressed; "
                f"pass the folder {folder} to compare the counts with {METADATA}"
            )
        return None

    def _paths(self) -> list[Path]:
        if not self.path.exists():
            raise BagError(f"{self.path}: no such bag")
        if not self.path.is_dir():
            return [self.path]
        there = sorted(
            filter(_is_bag_file, self.path.iterdir()), key=lambda path: natural_key(path.name)
        )
        # `zstd -d` keeps the compressed file.
        there = [path for path in there if path.with_suffix("") not in there]
        metadata = MetadataFile(self.path / METADATA)
        if metadata.problem:
            if not there:
                raise BagError(
                    f"{metadata.problem}; expected {METADATA}, or .mcap or .db3 files in the folder"
                )
            names = ", ".join(path.name for path in there)
            self.notes.append(f"{metadata.problem}; reading {names}")
            return there
        self._announced = metadata.counts
        paths = list(dict.fromkeys(self._listed(name) for name in metadata.files))
        unlisted = [path.name for path in there if path not in paths]
        if unlisted:
            self.notes.append(
                f"not read, because {METADATA} does not list the files: {', '.join(unlisted)}; "
                f"`ros2 bag reindex` adds them to {METADATA}"
            )
        return paths

    def _listed(self, name: str) -> Path:
        """Return the path of a listed file, which may have been compressed or decompressed."""
        names = [name, f"{name}{_COMPRESSED}", name.removesuffix(_COMPRESSED)]
        for path in (self.path / one for one in names):
            if _is_bag_file(path):
                return path
        raise BagError(
            f"{self.path / name}: no such file, but {METADATA} lists it; pass a file instead of "
            f"the folder, or run `ros2 bag reindex` to use the files that are there"
        )

    def _opened(self, path: Path) -> McapFile | SqliteFile:
        if not _is_bag_file(path):
            raise BagError(f"{path}: expected an .mcap or .db3 file, or a folder with {METADATA}")
        plain = self._decompressed_file(path) if path.suffix == _COMPRESSED else path
        return _READERS[plain.suffix](path, plain)

    def _decompressed_file(self, path: Path) -> Path:
        plain = Path(self._temporary.name, path.stem)
        limit = int(_DISK_SHARE * shutil.disk_usage(plain.parent).free)
        try:
            with path.open("rb") as source, plain.open("wb") as target:
                size = zstandard.frame_content_size(source.read(_PIECE_BYTES))
                source.seek(0)
                stream = zstandard.ZstdDecompressor().stream_reader(source, read_across_frames=True)
                while size <= limit and (piece := stream.read(_PIECE_BYTES)):
                    size = max(size, target.tell() + len(piece))
                    target.write(piece)
        except zstandard.ZstdError as error:
            raise BagError(f"{path}: the file is damaged: {error}") from error
        except OSError as error:
            reason = error.strerror or error
            raise BagError(f"{path}: cannot decompress to {plain}: {reason}") from error
        if size > limit:
            raise BagError(
                f"{path}: cannot decompress to {plain}: expected at most {limit} bytes, got {size} "
                "or more; set TMPDIR to a folder with more space"
            )
        return plain


def _is_bag_file(path: Path) -> bool:
    return path.name.removesuffix(_COMPRESSED).endswith(tuple(_READERS)) and path.is_file()


def _by_name(counts: Counter[Channel], wanted: Iterable[Channel]) -> Counter[tuple[str, str]]:
    found: Counter[tuple[str, str]] = Counter()
    for channel in wanted:
        found[channel.topic, channel.type_name] += counts[channel]
    return found


def _overlapping(
    files: Iterable[McapFile | SqliteFile],
) -> Iterator[list[McapFile | SqliteFile]]:
    """Group files whose times overlap; the groups follow each other in time.

    Only the files of one group are open at a time.
    """
    group: list[McapFile | SqliteFile] = []
    end_ns = 0
    for file in sorted(files, key=attrgetter("start_ns")):
        if group and file.start_ns > end_ns:
            yield group
            group = []
        group.append(file)
        end_ns = max(end_ns, file.end_ns)
    if group:
        yield group
