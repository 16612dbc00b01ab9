"""Events about commands: added, removed, rejected, or with a restarted memory."""

import warnings
from collections.abc import Callable, Iterable

from samwise_ros.engine.commands import TrackedCommand, shortened
from samwise_ros.engine.sentences import unknown_words_note
from samwise_ros.engine.types import Command, Event, EventKind, Frame, TargetState
from samwise_ros.errors import CommandRejectedError, UnknownWordsWarning


def added(tracked: TrackedCommand, state: TargetState) -> Event:
    """Return the event of a new command; its state is that of a kept memory, if there is one.

    The reason lists the unknown words, or repeats the sentence if there are none.
    """
    unknown_words = tracked.unknown_words
    return Event(
        EventKind.ADDED,
        tracked.command,
        tracked.label,
        previous_state=state,
        state=state,
        reason=unknown_words_note(unknown_words) if unknown_words else tracked.command.sentence,
    )


def removed(tracked: TrackedCommand, state: TargetState) -> Event:
    """Return the event of a removed command."""
    return Event(
        EventKind.REMOVED, tracked.command, tracked.label, previous_state=state, state=state
    )


def restarted(
    tracked: TrackedCommand,
    reason: str,
    camera: str | None = None,
    *,
    stamp_ns: int = 0,
    previous_state: TargetState = TargetState.SEARCHING,
    state: TargetState = TargetState.SEARCHING,
) -> Event:
    """Return the event of a memory that restarts or is replaced, of one camera or of all."""
    return Event(
        EventKind.RESET,
        tracked.command,
        tracked.label,
        stamp_ns,
        camera or "",
        previous_state=previous_state,
        state=state,
        reason=reason,
    )


def interrupted(
    commands: Iterable[TrackedCommand],
    frame: Frame,
    reason: str,
    state_of: Callable[[Command, str], TargetState],
) -> tuple[Event, ...]:
    """Return the events of a camera's memories that restart, because its stream was interrupted.

    Args:
        commands: the active ones.
        frame: the first one after the interruption.
        reason: of the interruption.
        state_of: returns the state of a command on a camera before.
    """
    return tuple(
        restarted(
            tracked,
            reason,
            frame.camera,
            stamp_ns=frame.stamp_ns,
            previous_state=state_of(tracked.command, frame.camera),
        )
        for tracked in commands
        if tracked.covers(frame.camera)
    )


def rejected(command: Command, reason: str) -> Event:
    """Return the event of a rejected command; a long id or sentence is cut."""
    return Event(EventKind.REJECTED, shortened(command), reason=reason)


def raise_or_warn(events: Iterable[Event]) -> None:
    """Raise for a rejected command, and warn the caller's caller of unknown words.

    Raises:
        CommandRejectedError: a command was rejected.
    """
    for event in events:
        if event.kind is EventKind.REJECTED:
            raise CommandRejectedError(f"{event.command.sentence!r}: {event.reason}")
        if event.warning:
            message = f"{event.command.sentence!r}: {event.warning}"
            warnings.warn(message, UnknownWordsWarning, stacklevel=3)


def unknown(command_id: str) -> Event:
    """Return the event of a request for an id that no active command has."""
    return rejected(Command(command_id, ""), f"there is no command {command_id[:80]!r}")
