"""The events that a client has received, and the search for an event of a target."""

import threading
from collections import deque

from samwise_ros.engine.types import EventKind
from samwise_ros.msg import TargetEvent

MAX_EVENTS = 1000


class EventLog:
    """Keeps the last `MAX_EVENTS` events with their numbers; safe to use from several threads."""

    def __init__(self) -> None:
        """Start without events."""
        self._lock = threading.Lock()
        self._events: deque[tuple[int, TargetEvent]] = deque(maxlen=MAX_EVENTS)
        self._last_number = 0

    @property
    def last_number(self) -> int:
        """Number of the last event; 0 before the first one."""
        return self._last_number

    def append(self, event: TargetEvent) -> None:
        """Add an event."""
        with self._lock:
            self._last_number += 1
            self._events.append((self._last_number, event))

    def after(self, number: int) -> list[tuple[int, TargetEvent]]:
        """Return the events with a larger number, each with its number, oldest first."""
        if number >= self._last_number:
            return []
        with self._lock:
            return [entry for entry in self._events if entry[0] > number]


class EventMatcher:
    """Finds events of targets, each event at most once."""

    def __init__(self) -> None:
        """Start without matches."""
        self._last_numbers: dict[str, int] = {}  # by command id

    def start(self, command_id: str, number: int) -> None:
        """Ignore the events of a command up to a number."""
        self._last_numbers[command_id] = number

    def new_events(self, log: EventLog, target: str) -> list[tuple[int, TargetEvent]]:
        """Return the events of a target, by id or sentence, after the last match."""
        return [
            (number, event)
            for number, event in log.after(0)
            if target in (event.command_id, event.sentence)
            and number > self._last_numbers.get(event.command_id, 0)
        ]

    def match(self, log: EventLog, kind: EventKind, target: str) -> TargetEvent | None:
        """Return the first new event of a kind, and ignore the events up to it from now on."""
        for number, event in self.new_events(log, target):
            if event.kind == kind:
                self._last_numbers[event.command_id] = number
                return event
        return None
