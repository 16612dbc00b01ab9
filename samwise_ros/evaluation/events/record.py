"""What happened in one video: masks against true masks, and the reported events."""

import json
from dataclasses import asdict, dataclass

from samwise_ros.engine.types import EventKind
from samwise_ros.evaluation.events.mask_history import MaskHistory
from samwise_ros.files.documents import parse_json

EVENT_KINDS = (EventKind.ACQUIRED, EventKind.LOST, EventKind.RECOVERED, EventKind.SWITCHED)
"""The kinds that are scored as events."""


@dataclass(frozen=True)
class SentenceRecord:
    """One sentence of a video.

    Attributes:
        sentence: the text.
        kind: group in the data set; empty for none.
        history: masks against true masks, on the frames on which the sentence holds.
        events: kind's name and index of the frame in ``history``, for each reported event of
            `EVENT_KINDS`.
        candidates: for each CANDIDATE, its frame and whether the candidate was on another object.
        start: index in the video of the first frame of ``history``.
    """

    sentence: str
    kind: str
    history: MaskHistory
    events: list[tuple[str, int]]
    candidates: list[tuple[int, bool]]
    start: int = 0

    def add_event(self, kind: EventKind, frame: int) -> None:
        """Add an event that was reported on a frame of the video.

        A target that was seen and lost before the sentence held is acquired when it returns.
        """
        if kind is EventKind.RECOVERED and not self.frames_of(EventKind.ACQUIRED):
            kind = EventKind.ACQUIRED
        self.events.append((kind.name, frame - self.start))

    def frames_of(self, kind: EventKind) -> list[int]:
        """Return the frames of the reported events of a kind."""
        return [frame for name, frame in self.events if name == kind.name]


@dataclass(frozen=True)
class EventRecord:
    """One video.

    Attributes:
        index: index of the video in its data set.
        video: name of the video.
        sentences: in the order of the data set.
    """

    index: int
    video: str
    sentences: tuple[SentenceRecord, ...]

    def to_line(self) -> str:
        """Return the record as one line of JSON."""
        return json.dumps(asdict(self))

    @classmethod
    def from_line(cls, line: str) -> "EventRecord":
        """Parse a line written by ``to_line``.

        Raises:
            ValueError: the line is not a record.
        """
        try:
            entry = parse_json(line)
            sentences = tuple(
                SentenceRecord(
                    one["sentence"],
                    one["kind"],
                    MaskHistory(**one["history"]),
                    [(str(kind), int(frame)) for kind, frame in one["events"]],
                    [(int(frame), bool(other)) for frame, other in one["candidates"]],
                    int(one["start"]),
                )
                for one in entry["sentences"]
            )
            return cls(entry["index"], entry["video"], sentences)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise ValueError(f"expected one video's events, got {line[:60]!r}") from error
