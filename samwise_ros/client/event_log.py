"""The events that a client has received, numbered in the order of arrival."""

import threading
from collections import deque

from samwise_ros.msg import TargetEvent

MAX_EVENTS = 1000


class EventLog:
    """Keeps the last `MAX_EVENTS` events; safe to use from several threads."""

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
