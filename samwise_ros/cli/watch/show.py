"""Watches a node: as a live view in a terminal, as lines elsewhere."""

import signal
import sys
from collections import deque
from datetime import datetime

from rich.console import Console
from rich.live import Live

from samwise_ros.cli.watch.view import health_line, rates, view
from samwise_ros.client.discovery import Graph, NodeNotFoundError, ros_session
from samwise_ros.client.event_text import box, event_line, quoted
from samwise_ros.client.monitor import CameraEar, NodeMonitor
from samwise_ros.engine.types import TargetState
from samwise_ros.msg import TargetEvent

_EVENTS = 10
_REDRAW_S = 0.2
_SUMMARY_S = 1.0


def show(wanted: str) -> int:
    """Watch until Ctrl-C.

    Args:
        wanted: the node's full name; empty as in `Graph.find`.

    Returns:
        Exit status: 0, or 1 if there is no node.

    Raises:
        ValueError: there are several nodes to choose from.
    """
    # As Ctrl-C: the terminal is left as it was.
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    console = Console()
    lively = console.is_terminal and not console.is_dumb_terminal
    try:
        with ros_session("samwise_watch") as graph:
            node = graph.find(wanted)
            if lively:
                _draw(graph, node, console)
            else:
                _print(graph, node)
    except NodeNotFoundError as error:
        print(f"samwise watch: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        pass  # how it is ended
    return 0


def _draw(graph: Graph, node: str, console: Console) -> None:
    events: deque[TargetEvent] = deque(maxlen=_EVENTS)
    ears = NodeMonitor(graph, node, events.append)
    with Live(console=console, screen=True, auto_refresh=False) as live:
        while True:
            live.update(view(ears, events), refresh=True)
            graph.listen(_REDRAW_S)
            ears.look_around()


def _print(graph: Graph, node: str) -> None:
    ears = NodeMonitor(graph, node, lambda event: print(event_line(event), flush=True))
    told: dict[str, str] = {}
    while True:
        graph.listen(_SUMMARY_S)
        ears.look_around()
        clock = datetime.now().isoformat(timespec="milliseconds")[-12:]
        for part, status in sorted(ears.health.items()):
            line = health_line(part, status).plain
            if told.get(part) != line:
                told[part] = line
                print(f"{clock}  {line}", flush=True)
        for name, camera in sorted(ears.cameras.items()):
            print(f"{clock}  {_summary(name, camera)}", flush=True)


def _summary(name: str, camera: CameraEar) -> str:
    targets = "; ".join(
        f"{quoted(one.sentence)} {TargetState(one.state).name.lower()} {one.score:.2f} "
        f"{box(one.roi)} {one.area} px"
        for one in camera.targets
    )
    return "  ".join([name, rates(camera), targets or "no targets"])
