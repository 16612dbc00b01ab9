"""How `samwise watch` looks in a terminal."""

from collections.abc import Sequence

from diagnostic_msgs.msg import DiagnosticStatus
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from samwise_ros.client.event_text import box, event_line, printable, quoted
from samwise_ros.client.monitor import CameraEar, NodeMonitor
from samwise_ros.engine.types import TargetState
from samwise_ros.msg import Target, TargetEvent
from samwise_ros.vision.overlay import colour_of

_LEVELS = {
    DiagnosticStatus.OK: ("OK", "green"),
    DiagnosticStatus.WARN: ("WARN", "yellow"),
    DiagnosticStatus.ERROR: ("ERROR", "bold red"),
    DiagnosticStatus.STALE: ("STALE", "yellow"),
}
_STATES = {
    TargetState.SEARCHING: "yellow",
    TargetState.TRACKING: "green",
    TargetState.LOST: "red",
}


def view(ears: NodeMonitor, events: Sequence[TargetEvent]) -> RenderableType:
    """Lay out what was heard.

    Args:
        ears: what was heard.
        events: the last ones, oldest first.
    """
    gone = "" if ears.present else "  is not there any more"
    parts: list[RenderableType] = [Text.assemble((ears.node, "bold"), (gone, "bold red"))]
    parts += [health_line(part, status) for part, status in sorted(ears.health.items())]
    for name, camera in sorted(ears.cameras.items()):
        parts += ["", _cut(Text.assemble((name, "bold"), f"  {rates(camera)}")), _targets(camera)]
    parts += ["", Text("commands", "bold"), _commands(ears)]
    parts += ["", Text("events", "bold"), *(_cut(Text(event_line(one))) for one in events)]
    return Group(*parts)


def health_line(part: str, status: DiagnosticStatus) -> Text:
    """Give a diagnosis as a line: of what, its level, its reason, and the device if any."""
    level, style = _LEVELS[status.level]
    device = f" on {printable(status.hardware_id)}" if status.hardware_id else ""
    words = f"  {printable(status.message)}{device}"
    return _cut(Text.assemble(f"{part}  ", (level, style), words))


def rates(camera: CameraEar) -> str:
    """Give a camera's numbers in a line."""
    latency_s = camera.latency_s()
    latency = "-" if latency_s is None else f"{1000.0 * latency_s:.0f} ms"
    frames = f"{camera.frames_per_second():.1f} frames/s"
    return f"{frames}  latency p50 {latency}  {camera.dropped} dropped"


def _targets(camera: CameraEar) -> Table:
    # What a silent camera showed last is not what is there now.
    style = "" if camera.frames_per_second() else "dim"
    table = Table(box=None, padding=(0, 2, 0, 0), style=style)
    for column in ("", "sentence", "state", "score", "box", "area"):
        table.add_column(
            column, no_wrap=column != "sentence"
        )  # what gives way in a narrow terminal
    for target in camera.targets:
        table.add_row(*_row(target))
    return table


def _row(target: Target) -> list[Text]:
    state = TargetState(target.state)
    return [
        _label(target.label),
        _cut(Text(quoted(target.sentence))),
        Text(state.name.lower(), _STATES[state]),
        Text(f"{target.score:.2f}"),
        Text(box(target.roi)),
        Text(f"{target.area} px"),
    ]


def _commands(ears: NodeMonitor) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), show_header=False)
    for command, label, paused in ears.commands:
        cameras = " ".join(command.cameras) or "every camera"
        known = Text("paused", "yellow") if paused else Text("active")
        table.add_row(
            _label(label),
            _cut(Text(printable(command.id))),
            _cut(Text(quoted(command.sentence))),
            _cut(Text(printable(cameras))),
            known,
        )
    return table


def _label(label: int) -> Text:
    """Give a label on the colour that its mask has in the overlay."""
    red, green, blue = colour_of(label)
    return Text(f" {label} ", f"black on rgb({red},{green},{blue})")


def _cut(text: Text) -> Text:
    """Keep a line one line."""
    text.no_wrap, text.overflow = True, "ellipsis"
    return text
