"""Events about commands: those that come, go or start afresh, and those that were refused."""

from samwise_ros.engine.commands import TrackedCommand, shortened
from samwise_ros.engine.types import Command, Event, EventKind, TargetState


def added(one: TrackedCommand, state: TargetState) -> Event:
    """Tell that a command came; what it remembers from before may give it a state."""
    reason = one.command.sentence
    return Event(
        EventKind.ADDED, one.command, one.label, previous_state=state, state=state, reason=reason
    )


def removed(one: TrackedCommand, state: TargetState) -> Event:
    """Tell that a command went."""
    return Event(EventKind.REMOVED, one.command, one.label, previous_state=state, state=state)


def restarted(
    one: TrackedCommand,
    reason: str,
    camera: str,
    stamp_ns: int = 0,
    previous_state: TargetState = TargetState.SEARCHING,
) -> Event:
    """Tell that a command's memory of a camera, or of all, starts afresh."""
    return Event(
        EventKind.RESET,
        one.command,
        one.label,
        stamp_ns,
        camera,
        previous_state=previous_state,
        reason=reason,
    )


def rejected(command: Command, reason: str) -> Event:
    """Tell that a command was refused; an enormous one is told in part."""
    return Event(EventKind.REJECTED, shortened(command), reason=reason)


def unknown(command_id: str) -> Event:
    """Tell that there is no command of that id."""
    return rejected(Command(command_id, ""), f"there is no command {command_id[:80]!r}")
