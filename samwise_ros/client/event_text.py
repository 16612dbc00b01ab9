"""An event of the node as a line for people."""

from datetime import datetime

from builtin_interfaces.msg import Time
from sensor_msgs.msg import RegionOfInterest

from samwise_ros.engine.types import EventKind, TargetState
from samwise_ros.msg import TargetEvent

MAX_CHARACTERS = 80


def event_line(event: TargetEvent) -> str:
    """Give time, camera, kind, sentence, state, box and reason; a dash for what there is not.

    A command that is not known has no sentence, and is told by its id.

    >>> lost = TargetEvent(kind=TargetEvent.LOST, camera="left", sentence="the mug", label=1)
    >>> lost.state = 2
    >>> event_line(lost)[14:]
    'left  LOST       "the mug"  lost  -'
    """
    known = TargetState(event.state).name.lower() if event.label else "-"
    parts = [
        clock(event.header.stamp),
        event.camera or "-",
        f"{EventKind(event.kind).name:9}",
        quoted(event.sentence) if event.sentence else printable(event.command_id) or "-",
        known,
        box(event.roi),
    ]
    # Of some events the reason is the sentence.
    if event.reason and event.reason != event.sentence:
        parts.append(printable(event.reason))
    return "  ".join(parts)


def clock(stamp: Time) -> str:
    """Give a stamp as the time of day here, to the millisecond."""
    moment = datetime.fromtimestamp(stamp.sec + stamp.nanosec / 1e9)
    return moment.isoformat(timespec="milliseconds")[-12:]


def box(roi: RegionOfInterest) -> str:
    """Give a box's size and top left corner in pixels; a dash for none.

    >>> box(RegionOfInterest(x_offset=120, y_offset=80, width=44, height=30))
    '44x30 at 120,80'
    """
    return f"{roi.width}x{roi.height} at {roi.x_offset},{roi.y_offset}" if roi.width else "-"


def quoted(sentence: str) -> str:
    """Give a sentence in quotation marks."""
    return f'"{printable(sentence)}"'


def printable(text: str) -> str:
    r"""Make text that anybody may have sent fit for a terminal: no control characters, not long.

    >>> printable("red\x1b[2J mug")
    'red?[2J mug'
    """
    shown = text if len(text) <= MAX_CHARACTERS else f"{text[: MAX_CHARACTERS - 2]}.."
    return "".join(one if one.isprintable() else "?" for one in shown)
