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
        history: masks against true masks.
        events: kind's name and index of the frame, for each reported event of `EVENT_KINDS`.
        candidates: for each CANDIDATE, its frame and whether the candidate was on another object.
    """

    sentence: str
    kind: str
    history: MaskHistory
    events: list[tuple[str, int]]
    candidates: list[tuple[int, bool]]

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
    )
