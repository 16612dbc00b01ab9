"""Watches a node: as a live view in a terminal, else as lines of text."""

import signal
import sys
from collections import deque
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from threading import Event
from types import FrameType

from rich.console import Console
from rich.live import Live

from samwise_ros.cli.watch.view import diagnostics_line, rates, view
from samwise_ros.client.event_text import box_text, event_line, quoted
from samwise_ros.client.monitor import CameraMonitor, NodeMonitor
from samwise_ros.client.session import ros_session
from samwise_ros.engine.types import TargetState
from samwise_ros.errors import NodeNotFoundError
from samwise_ros.msg import TargetEvent

_SHOWN_EVENTS = 10
_REDRAW_S = 0.2
_SUMMARY_S = 1.0
_EVENTS_S = 0.1


def watch(node_name: str) -> int:
    """Watch until Ctrl-C.

    Args:
        node_name: full name of the node; empty selects it as in `SamwiseClient`.

    Returns:
        Exit code: 0, or 1 if there is no node.

    Raises:
        ValueError: there are several nodes to choose from.
    """
    console = Console()
    try:
        with ros_session("samwise_watch") as node:
            monitor = NodeMonitor(node, node_name)
            with closing(monitor.client), _stop_signals() as stopped:
                if console.is_terminal and not console.is_dumb_terminal:
                    _draw(monitor, console, stopped)
                else:
                    _print(monitor, stopped)
    except NodeNotFoundError as error:
        print(f"samwise watch: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 0
    return 0


@contextmanager
def _stop_signals() -> Iterator[Event]:
    """Set an event on Ctrl-C, SIGTERM and SIGHUP.

    An exception at a random place would leave the terminal as the view has it, or come out of a
    library as another exception. A second signal raises `KeyboardInterrupt`.
    """
    stopped = Event()

    def stop(number: int, _: FrameType | None) -> None:
        stopped.set()
        signal.signal(number, signal.default_int_handler)

    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    previous = {number: signal.signal(number, stop) for number in numbers}
    try:
        yield stopped
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


def _draw(monitor: NodeMonitor, console: Console, stopped: Event) -> None:
    events: deque[TargetEvent] = deque(maxlen=_SHOWN_EVENTS)
    with Live(console=console, screen=True, auto_refresh=False) as live:
        while not stopped.is_set():
            events.extend(monitor.client.events(timeout_s=0.0))
            live.update(view(monitor, events), refresh=True)
            monitor.client.spin_for(_REDRAW_S)
            monitor.update()


def _print(monitor: NodeMonitor, stopped: Event) -> None:
    printed: dict[str, str] = {}
    while True:
        for _ in range(round(_SUMMARY_S / _EVENTS_S)):
            if stopped.is_set():
                return
            monitor.client.spin_for(_EVENTS_S)
            for event in monitor.client.events(timeout_s=0.0):
                print(event_line(event), flush=True)
        monitor.update()
        now = datetime.now().isoformat(timespec="milliseconds")[-12:]
        for part, status in sorted(monitor.client.diagnostics.items()):
            line = diagnostics_line(part, status).plain
            if printed.get(part) != line:
                printed[part] = line
                print(f"{now}  {line}", flush=True)
        for name, camera in sorted(monitor.cameras.items()):
            print(f"{now}  {_summary(name, camera)}", flush=True)


def _summary(name: str, camera: CameraMonitor) -> str:
    targets = "; ".join(
        f"{quoted(target.sentence)} {TargetState(target.state).name.lower()} {target.score:.2f} "
        f"{box_text(target.roi)} {target.area} px"
        for target in camera.targets
    )
    return "  ".join([name, rates(camera), targets or "no targets"])
