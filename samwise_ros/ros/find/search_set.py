"""The searches of all goals in the worker's thread: their commands, frames and removals."""

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from geometry_msgs.msg import PoseStamped
from std_msgs.msg import Header

from samwise_ros.engine.types import Event, EventKind, FrameResult
from samwise_ros.ros.find.search import Ending, Outcome, Search, TargetReport

if TYPE_CHECKING:
    from samwise_ros.engine.engine import Engine  # importing it imports torch


class SearchSet:
    """The searches whose commands the engine has, or receives at the next `settle`.

    Only `add` and `request_settle` may be called from another thread than the one that owns the
    engine.
    """

    def __init__(
        self, on_change: Callable[[], object], submit_settle: Callable[[], object]
    ) -> None:
        """Start without searches.

        Args:
            on_change: called after a search has a report or has ended; must not block.
            submit_settle: makes the thread that owns the engine call `settle`; a call that is
                discarded because too many others wait does no harm, as they call it too.
        """
        self._on_change = on_change
        self._submit_settle = submit_settle
        self._new: deque[Search] = deque()
        self._active: dict[str, Search] = {}  # by command id
        self._is_requested = False

    @property
    def command_ids(self) -> frozenset[str]:
        """Ids of the commands that are searched for."""
        return frozenset(self._active)

    def add(self, search: Search) -> None:
        """Add the command of a search soon."""
        self._new.append(search)
        self.request_settle()

    def request_settle(self) -> None:
        """Request a call of `settle`, unless one is requested already."""
        if not self._is_requested:
            self._is_requested = True
            self._submit_settle()

    def settle(self, engine: "Engine") -> tuple[Event, ...]:
        """Add the commands of new searches, and remove those of ended searches.

        Returns:
            The events of the engine.
        """
        self._is_requested = False  # first: what changes from now on requests another call
        events: list[Event] = []
        while self._new:
            search = self._new.popleft()
            if search.ending is None:
                events.extend(self._start(search, engine))
        for name, search in list(self._active.items()):
            if search.ending is not None:
                del self._active[name]
                if search.keeps_command:
                    engine.add(replace(search.command, temporary=False))
                else:
                    events.extend(engine.remove(name))
        return tuple(events)

    def note_removals(self, events: Iterable[Event], cause: str) -> None:
        """End the searches whose commands another call removed.

        Args:
            events: of the call.
            cause: what removed the commands, for people.
        """
        removed = [event.command.id for event in events if event.kind is EventKind.REMOVED]
        searches = [self._active.pop(name) for name in removed if name in self._active]
        for search in searches:
            search.end(Ending(Outcome.REMOVED, f"the command was removed by {cause}"))
        if searches:
            self._on_change()

    def report(self, result: FrameResult, header: Header, poses: Mapping[str, PoseStamped]) -> None:
        """Report the targets of a frame to their searches.

        Args:
            result: of the engine.
            header: of the image.
            poses: of the targets with reliable depth, by command id.
        """
        targets = [one for one in result.targets if one.command.id in self._active]
        for target in targets:
            name = target.command.id
            report = TargetReport(result.frame.camera, header, target, poses.get(name))
            self._active[name].report(report)
        if targets:
            self._on_change()

    def _start(self, search: Search, engine: "Engine") -> tuple[Event, ...]:
        name = search.command.id
        events: tuple[Event, ...]
        if any(active.command.id == name for active in engine.commands):
            reason = f"the id {name!r} is in use"
            events = (Event(EventKind.REJECTED, search.command, reason=reason),)
        else:
            events = engine.add(search.command)
        rejections = [event for event in events if event.kind is EventKind.REJECTED]
        if rejections:
            search.end(Ending(Outcome.REJECTED, rejections[0].reason))
            self._on_change()
        else:
            self._active[name] = search
        return events
