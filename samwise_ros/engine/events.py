"""Events about commands that were refused."""

from samwise_ros.engine.commands import shortened
from samwise_ros.engine.types import Command, Event, EventKind


def rejected(command: Command, reason: str) -> Event:
    """Tell that a command was refused; an enormous one is told in part."""
    return Event(EventKind.REJECTED, shortened(command), reason=reason)


def unknown(command_id: str) -> Event:
    """Tell that there is no command of that id."""
    return rejected(Command(command_id, ""), f"there is no command {command_id[:80]!r}")
