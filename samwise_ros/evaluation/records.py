"""What was scored so far, kept in a folder from which an evaluation goes on."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from samwise_ros.evaluation.scoring import ExpressionScore, Similarity, Swap
from samwise_ros.files.atomic import write_atomically
from samwise_ros.files.documents import parse_json

_SETTINGS = "evaluation.json"


@dataclass(frozen=True)
class VideoRecord:
    """One video's scores.

    Attributes:
        index: of the video in its data set.
        video: its name.
        frames: how many it has.
        scores: for each way to run the model those of the expressions that tell what they mean.
    """

    index: int
    video: str
    frames: int
    scores: tuple[tuple[ExpressionScore, ...], ...]

    def to_line(self) -> str:
        """As one line of JSON; numbers keep all their digits."""
        return json.dumps(asdict(self))

    @classmethod
    def from_line(cls, line: str) -> "VideoRecord":
        """Read what ``to_line`` wrote.

        Raises:
            ValueError: the line is something else.
        """
        try:
            entry = parse_json(line)
            ways = tuple(tuple(_score(score) for score in way) for way in entry.pop("scores"))
            return cls(**entry, scores=ways)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise ValueError(f"expected one video's scores, got {line[:60]!r}") from error


class Records:
    """A folder of finished videos: ``evaluation.json`` says of what, ``scores*.jsonl`` are they.

    Each process adds to a file of its own. A process that is stopped while it writes leaves half a
    line, which does not count.
    """

    def __init__(self, folder: Path, settings: Mapping[str, Any], rank: int = 0) -> None:
        """Begin, or go on where an evaluation stopped; rank 0 comes first.

        Args:
            folder: made where it is missing.
            settings: what the scores are of, plain values.
            rank: of this process.

        Raises:
            ValueError: the folder holds another evaluation, or something else.
        """
        self.folder = folder
        if rank == 0:
            _claim(folder / _SETTINGS, dict(settings))
        self._own = folder / f"scores-{rank}.jsonl"

    def read(self) -> dict[int, VideoRecord]:
        """Read what all processes have finished, by the videos' indices.

        Raises:
            ValueError: naming the file and line that is damaged.
        """
        found = {}
        for file in sorted(self.folder.glob("scores-*.jsonl")):
            for number, line in enumerate(_whole_lines(file), 1):
                try:
                    record = VideoRecord.from_line(line)
                except ValueError as error:
                    raise ValueError(f"{file}, line {number}: {error}; remove the line") from error
                found[record.index] = record
        return found

    def add(self, record: VideoRecord) -> None:
        """Write down a finished video."""
        if self._own.exists() and not self._own.read_bytes().endswith(b"\n"):
            whole = "".join(f"{line}\n" for line in _whole_lines(self._own))
            write_atomically(self._own, whole.encode())
        with self._own.open("a") as file:
            file.write(record.to_line() + "\n")


def _claim(file: Path, settings: dict[str, Any]) -> None:
    """Write down what a folder's scores are of, or see that it is the same."""
    if not file.exists():
        if file.parent.exists() and any(file.parent.iterdir()):
            raise ValueError(f"{file.parent}: holds something else; name a new folder with --out")
        write_atomically(file, (json.dumps(settings, indent=1) + "\n").encode())
        return
    try:
        before = dict(parse_json(file.read_bytes()))
    except (TypeError, ValueError) as error:
        raise ValueError(f"{file}: is damaged: {error}; name another folder with --out") from error
    for name, value in settings.items():
        if before.get(name) != value:
            raise ValueError(
                f"{file}: belongs to another evaluation: {name} was {before.get(name)!r}, is now "
                f"{value!r}; name another folder with --out"
            )


def _whole_lines(file: Path) -> list[str]:
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
