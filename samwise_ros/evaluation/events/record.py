"""What happened in one video: masks against true masks, and the reported events."""

from dataclasses import dataclass
from typing import Any

from samwise_ros.engine.types import EventKind
from samwise_ros.evaluation.events.mask_history import MaskHistory
from samwise_ros.evaluation.records import Record

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
class EventRecord(Record):
    """Events of one video.

    Attributes:
        sentences: in the order of the data set.
    """

    sentences: tuple[SentenceRecord, ...]

    @classmethod
    def _from_entry(cls, entry: dict[str, Any]) -> "EventRecord":
        return cls(entry["index"], entry["video"], tuple(map(_sentence, entry["sentences"])))


def _sentence(entry: dict[str, Any]) -> SentenceRecord:
    return SentenceRecord(
        entry["sentence"],
        entry["kind"],
        MaskHistory(**entry["history"]),
        [(str(kind), int(frame)) for kind, frame in entry["events"]],
        [(int(frame), bool(other)) for frame, other in entry["candidates"]],
        int(entry["start"]),
    )
