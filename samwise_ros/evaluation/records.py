"""Scores of finished videos, stored in a folder to resume an evaluation from."""

import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from samwise_ros.evaluation.scoring import ExpressionScore, Similarity, Swap
from samwise_ros.files.atomic import is_part, write_atomically
from samwise_ros.files.documents import parse_json, write_json

_SETTINGS = "evaluation.json"


RecordT = TypeVar("RecordT", bound="Record")


@dataclass(frozen=True)
class Record(ABC):
    """What a finished video leaves behind.

    Attributes:
        index: index of the video in its data set.
        video: name of the video.
    """

    index: int
    video: str

    def to_line(self) -> str:
        """Return the record as one line of JSON, without rounding."""
        return json.dumps(asdict(self))

    @classmethod
    def from_line(cls: type[RecordT], line: str) -> RecordT:
        """Parse a line written by ``to_line``.

        Raises:
            ValueError: the line is not a record.
        """
        try:
            return cls._from_entry(parse_json(line))
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise ValueError(f"expected the record of a video, got {line[:60]!r}") from error

    @classmethod
    @abstractmethod
    def _from_entry(cls: type[RecordT], entry: dict[str, Any]) -> RecordT:
        """Build a record from parsed JSON; any mismatch raises one of the errors of `from_line`."""


@dataclass(frozen=True)
class VideoRecord(Record):
    """Scores of one video.

    Attributes:
        frames: number of frames.
        scores: for each run configuration the scores of the expressions with known objects.
    """

    frames: int
    scores: tuple[tuple[ExpressionScore, ...], ...]

    @classmethod
    def _from_entry(cls, entry: dict[str, Any]) -> "VideoRecord":
        scores = tuple(tuple(_score(score) for score in run) for run in entry.pop("scores"))
        return cls(**entry, scores=scores)


class Records(Generic[RecordT]):
    """A folder with the settings (``evaluation.json``) and scores (``scores-*.jsonl``) of a run.

    Each process appends to a separate file. A process that is stopped while it writes leaves an
    incomplete line, which is ignored.
    """

    def __init__(
        self,
        parse: Callable[[str], RecordT],
        folder: Path,
        settings: Mapping[str, Any],
        rank: int = 0,
    ) -> None:
        """Create the folder, or open it to resume; rank 0 must be the first.

        Args:
            parse: ``from_line`` of the records' class.
            folder: created if missing.
            settings: settings that the scores depend on, plain values.
            rank: rank of this process.

        Raises:
            ValueError: the folder belongs to another evaluation, or holds other files.
        """
        self.folder, self._parse = folder, parse
        if rank == 0:
            _write_or_check_settings(folder / _SETTINGS, dict(settings))
        self._file = folder / f"scores-{rank}.jsonl"

    def read(self) -> dict[int, RecordT]:
        """Read the records of all processes, by index of the video.

        Raises:
            ValueError: a line is damaged.
        """
        found = {}
        for file in sorted(self.folder.glob("scores-*.jsonl")):
            for number, line in enumerate(_complete_lines(file), 1):
                try:
                    record = self._parse(line)
                except ValueError as error:
                    raise ValueError(f"{file}, line {number}: {error}; remove the line") from error
                found[record.index] = record
        return found

    def add(self, record: RecordT) -> None:
        """Append the record of a finished video.

        Raises:
            OSError: the file cannot be written; names it.
        """
        if self._file.exists() and not self._file.read_bytes().endswith(b"\n"):
            complete = "".join(f"{line}\n" for line in _complete_lines(self._file))
            write_atomically(self._file, complete.encode())
        try:
            with self._file.open("a") as file:
                file.write(record.to_line() + "\n")
        except OSError as error:  # that of a full disk has no name
            error.filename = error.filename or str(self._file)
            raise


def _write_or_check_settings(file: Path, settings: dict[str, Any]) -> None:
    """Write the settings of a new folder, or check that they equal those of an existing one."""
    if not file.exists():
        if file.parent.exists() and any(not is_part(path) for path in file.parent.iterdir()):
            raise ValueError(
                f"{file.parent}: expected a new folder or an evaluation, found other files; "
                "name a new folder with --out"
            )
        write_json(file, settings)
        return
    try:
        stored = dict(parse_json(file.read_bytes()))
    except (TypeError, ValueError) as error:
        raise ValueError(f"{file}: is damaged: {error}; name another folder with --out") from error
    for name, value in settings.items():
        if stored.get(name) != value:
            raise ValueError(
                f"{file}: belongs to another evaluation: {name} was {stored.get(name)!r}, is now "
                f"{value!r}; name another folder with --out"
            )


def _complete_lines(file: Path) -> list[str]:
    lines = file.read_text().split("\n")
    return lines[:-1]


def _score(entry: dict[str, Any]) -> ExpressionScore:
    swap = entry.pop("swap")
    return ExpressionScore(
        **{**entry, "own": Similarity(**entry["own"])}, swap=swap and _swap(swap)
    )


def _swap(entry: dict[str, Any]) -> Swap:
    other, original = Similarity(**entry["other"]), Similarity(**entry["original"])
    return Swap(entry["sentence"], other, original)
