"""The live view of `samwise watch` in a terminal."""

from collections.abc import Sequence

from diagnostic_msgs.msg import DiagnosticStatus
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from samwise_ros.client.event_text import box_text, event_line, printable, quoted
from samwise_ros.client.monitor import CameraMonitor, NodeMonitor
from samwise_ros.engine.types import TargetState
from samwise_ros.msg import Target, TargetEvent
from samwise_ros.vision.overlay import colour_of

_LEVELS = {
    DiagnosticStatus.OK: ("OK", "green"),
    DiagnosticStatus.WARN: ("WARN", "yellow"),
    DiagnosticStatus.ERROR: ("ERROR", "bold red"),
    DiagnosticStatus.STALE: ("STALE", "yellow"),
}
_DIAGNOSTICS_CHARACTERS = 300
_STATES = {
    TargetState.SEARCHING: "yellow",
    TargetState.TRACKING: "green",
    TargetState.LOST: "red",
}


def view(monitor: NodeMonitor, events: Sequence[TargetEvent]) -> RenderableType:
    """Lay out the state of a node.

    Args:
        monitor: state of the node.
        events: latest events, oldest first.
    """
    client = monitor.client
    ended = "" if monitor.is_running else "  has ended"
    parts: list[RenderableType] = [Text.assemble((client.name, "bold"), (ended, "bold red"))]
    parts += [diagnostics_line(part, one) for part, one in sorted(client.diagnostics.items())]
    for name, camera in sorted(monitor.cameras.items()):
        heading = Text.assemble((name, "bold"), f"  {rates(camera)}")
        parts += ["", _one_line(heading), _target_table(camera)]
    parts += ["", Text("commands", "bold"), _command_table(monitor)]
    parts += ["", Text("events", "bold"), *(_one_line(Text(event_line(one))) for one in events)]
    return Group(*parts)


def diagnostics_line(part: str, status: DiagnosticStatus) -> Text:
    """Return a status as one line: part of the node, level, message, and the device if known."""
    level, style = _LEVELS[status.level]
    device = f" on {printable(status.hardware_id)}" if status.hardware_id else ""
    words = f"  {printable(status.message, _DIAGNOSTICS_CHARACTERS)}{device}"
    return _one_line(Text.assemble(f"{part}  ", (level, style), words))


def rates(camera: CameraMonitor) -> str:
    """Return frame rate, latency and dropped frames of a camera as text."""
    latency_s = camera.latency_s()
    latency = "-" if latency_s is None else f"{1000.0 * latency_s:.0f} ms"
    frames = f"{camera.frames_per_second():.1f} frames/s"
    return f"{frames}  latency p50 {latency}  {camera.dropped} dropped"


def _target_table(camera: CameraMonitor) -> Table:
    # Dimmed if no images arrive: the targets are then out of date.
    style = "" if camera.frames_per_second() else "dim"
    table = Table(box=None, padding=(0, 2, 0, 0), style=style)
    for column in ("", "sentence", "state", "score", "box", "area"):
        # In a narrow terminal, only the sentence wraps.
        table.add_column(column, no_wrap=column != "sentence")
    for target in camera.targets:
        table.add_row(*_row(target))
    return table


def _row(target: Target) -> list[Text]:
    state = TargetState(target.state)
    return [
        _label(target.label),
        _one_line(Text(quoted(target.sentence))),
        Text(state.name.lower(), _STATES[state]),
        Text(f"{target.score:.2f}"),
        Text(box_text(target.roi)),
        Text(f"{target.area} px"),
    ]


def _command_table(monitor: NodeMonitor) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), show_header=False)
    for command, label, paused in monitor.commands():
        cameras = " ".join(command.cameras) or "every camera"
        table.add_row(
            _label(label),
            _one_line(Text(printable(command.id))),
            _one_line(Text(quoted(command.sentence))),
            _one_line(Text(printable(cameras))),
            Text("paused", "yellow") if paused else Text("active"),
        )
    return table


def _label(label: int) -> Text:
    """Return a label on the colour of its mask in the overlay."""
    red, green, blue = colour_of(label)
    return Text(f" {label} ", f"black on rgb({red},{green},{blue})")


def _one_line(text: Text) -> Text:
    """Cut a line with an ellipsis instead of wrapping it."""
    text.no_wrap, text.overflow = True, "ellipsis"
    return text
