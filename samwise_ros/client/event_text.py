"""Formats an event as one line of text."""

from datetime import datetime

from builtin_interfaces.msg import Time
from sensor_msgs.msg import RegionOfInterest

from samwise_ros.engine.types import EventKind, TargetState
from samwise_ros.interface import printable as text_safety
from samwise_ros.msg import TargetEvent

MAX_CHARACTERS = 80


def event_line(event: TargetEvent) -> str:
    """Return time, camera, kind, sentence, state, box and reason; a dash marks an empty field.

    An event without a sentence shows the command's id instead.

    >>> lost = TargetEvent(kind=TargetEvent.LOST, camera="left", sentence="the mug", label=1)
    >>> lost.state = 2
    >>> event_line(lost)[14:]
    'left  LOST       "the mug"  lost  -'
    """
    parts = [
        time_of_day(event.header.stamp),
        event.camera or "-",
        f"{EventKind(event.kind).name:9}",
        quoted(event.sentence) if event.sentence else printable(event.command_id) or "-",
        TargetState(event.state).name.lower() if event.label else "-",
        box_text(event.roi),
    ]
    # ADDED events repeat the sentence as the reason.
    if event.reason and event.reason != event.sentence:
        parts.append(printable(event.reason))
    return "  ".join(parts)


def time_of_day(stamp: Time) -> str:
    """Return the local time of day of a stamp, with milliseconds."""
    moment = datetime.fromtimestamp(stamp.sec + stamp.nanosec / 1e9)
    return moment.isoformat(timespec="milliseconds")[-12:]


def box_text(roi: RegionOfInterest) -> str:
    """Return size and top left corner of a box in pixels; a dash for an empty box.

    >>> box_text(RegionOfInterest(x_offset=120, y_offset=80, width=44, height=30))
    '44x30 at 120,80'
    """
    return f"{roi.width}x{roi.height} at {roi.x_offset},{roi.y_offset}" if roi.width else "-"


def quoted(sentence: str) -> str:
    """Return a sentence in quotation marks, safe to print."""
    return f'"{printable(sentence)}"'


def printable(text: str, max_characters: int = MAX_CHARACTERS) -> str:
    r"""Make received text safe for a terminal: replace control characters and limit the length.

    >>> printable("red\x1b[2J mug")
    'red?[2J mug'
    """
    return text_safety.printable(text, max_characters)
