"""Reads metadata.yaml of a bag's folder: its files, and the number of messages."""

from collections import Counter
from pathlib import Path, PurePath
from typing import Any

from samwise_ros.files.documents import parse_yaml

METADATA = "metadata.yaml"
_MAX_BYTES = 4 * 2**20
_INVALID = (
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
)


class MetadataFile:
    """What metadata.yaml states.

    Attributes:
        files: names of the bag's files, without folders.
        counts: number of messages by topic and type.
        problem: why the file cannot be used; ``None`` if it can.
    """

    def __init__(self, path: Path) -> None:
        """Read the file; a missing or damaged file is a `problem`, not an error."""
        self.files: list[str] = []
        self.counts: Counter[tuple[str, str]] = Counter()
        self.problem = self._read(path)

    def _read(self, path: Path) -> str | None:
        if not path.is_file():
            return f"{path.parent}: the folder has no {path.name}"
        try:
            if path.stat().st_size > _MAX_BYTES:
                raise ValueError(f"expected at most {_MAX_BYTES} bytes")
            self._take(parse_yaml(path.read_text("utf-8"), _MAX_BYTES))
        except _INVALID as error:
            reason = " ".join(str(error).split()) or type(error).__name__
            return f"{path}: cannot use the file: {type(error).__name__}: {reason}"
        except OSError as error:
            return f"{path}: cannot read the file: {error.strerror}"
        return None

    def _take(self, content: Any) -> None:
        found = content["rosbag2_bagfile_information"]
        # Old versions wrote the folder too. Only names count: no file outside the folder is read.
        self.files = [PurePath(_text(name)).name for name in found["relative_file_paths"]]
        for topic in found.get("topics_with_message_count") or ():
            described, count = topic["topic_metadata"], topic["message_count"]
            if not isinstance(count, int):
                raise ValueError(f"message_count: expected a whole number, got {count!r}")
            self.counts[_text(described["name"]), _text(described["type"])] += count


def _text(value: object) -> str:
    if not isinstance(value, str) or "\0" in value:
        raise ValueError(f"expected a text, got {value!r}")
    return value
