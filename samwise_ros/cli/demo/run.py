"""Runs the demo: starts the processes, says the sentences, shows and writes what comes."""

import signal
import sys
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import rclpy
from ament_index_python import get_package_prefix
from rclpy.signals import SignalHandlerOptions

from samwise_ros.cli.demo.camera import is_live
from samwise_ros.cli.demo.demo_client import SECOND_NS, DemoClient
from samwise_ros.cli.demo.process import DemoProcess
from samwise_ros.cli.demo.recording import Recorder
from samwise_ros.cli.demo.script import RATE_HZ, Judge, Line, even_lines, make_scene, tabletop_lines
from samwise_ros.cli.demo.statistics import Tally
from samwise_ros.cli.demo.subcommand import DemoOptions
from samwise_ros.cli.demo.window import Window
from samwise_ros.engine.types import EventKind
from samwise_ros.msg import TargetEvent
from samwise_ros.vision.video_reader import VideoReader

_START_S = 0.5  # from the order to the camera's first frame
_PATIENCE_S = 20.0  # without a mask
_AFTER_S = 1.0  # for the last mask
_STATUS_S = 5.0


class _FailureError(Exception):
    """The demo cannot go on; the message says why."""


@dataclass(frozen=True)
class _Plan:
    """What is shown, said and known."""

    rate_hz: float
    seconds: float
    lines: list[Line]
    judge: Judge | None


def show(options: DemoOptions) -> int:
    """Run the demo from start to end.

    Returns:
        Exit status: 0 if masks came all the way, 1 if not; why is on the standard error.

    Raises:
        VideoError: the source cannot be read.
        OSError: nothing can be written.
    """
    plan = _plan(options)
    options.out.mkdir(parents=True, exist_ok=True)
    # As Ctrl-C: what was started is ended, what was written is finished.
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    with ExitStack() as stack:
        recorder = Recorder(options.out, plan.rate_hz, plan.lines)
        stack.callback(_say_written, recorder)
        rclpy.init(signal_handler_options=SignalHandlerOptions.NO)
        stack.callback(rclpy.shutdown)
        _say(f"starting the node with the model {options.model}, and the camera")
        node = stack.enter_context(_node(options))
        camera = stack.enter_context(_camera(options, plan.seconds))
        director = DemoClient()
        stack.callback(director.close)
        try:
            _Show(plan, recorder, director, node, camera).run()
        except _FailureError as error:
            print(f"samwise demo: {error}", file=sys.stderr, flush=True)
            return 1
    return 0


class _Show:
    """The demo while it runs."""

    def __init__(
        self,
        plan: _Plan,
        recorder: Recorder,
        director: DemoClient,
        node: DemoProcess,
        camera: DemoProcess,
    ) -> None:
        self._plan = plan
        self._recorder = recorder
        self._director = director
        self._node = node
        self._camera = camera
        self._tally = Tally()
        self._window = _window()
        self._begin_ns = 0

    def run(self) -> None:
        """Wait for the node, start the camera, and go on to the end; say the numbers."""
        self._await_node()
        self._begin_ns = time.time_ns() + round(_START_S * SECOND_NS)
        self._camera.tell(str(self._begin_ns))
        try:
            self._play()
        finally:
            if self._tally.frames:
                _say("", *self._tally.table(), "", self._tally.line())

    def _await_node(self) -> None:
        began = told = time.monotonic()

        while not self._director.is_heard():
            self._director.listen(0.1)
            self._check()
            if self._director.failed:
                raise self._failure("the node does not start")
            now = time.monotonic()
            if now - told > 2.0:
                told = now
                _say(f"... loading and warming up the model, {now - began:.0f} s")
        _say(f"the node is ready after {time.monotonic() - began:.1f} s")

    def _play(self) -> None:
        to_say = list(self._plan.lines)
        next_status_s = _STATUS_S
        last_mask = time.monotonic()
        over_at: float | None = None
        while over_at is None or time.monotonic() < over_at:
            now_s = self._seconds(time.time_ns())
            if to_say and now_s >= to_say[0].begin_s:
                self._say_line(to_say.pop(0))
            self._director.listen(0.02)
            if self._take():
                last_mask = time.monotonic()
            if time.monotonic() - last_mask > _PATIENCE_S:
                raise self._failure(f"no mask for {_PATIENCE_S:g} s")
            if now_s > next_status_s:
                next_status_s += _STATUS_S
                _say(f"{now_s:5.1f} s  {self._tally.line()}")
            self._check()
            if over_at is None and (
                now_s > self._plan.seconds or self._camera.exit_code is not None
            ):
                over_at = time.monotonic() + _AFTER_S
        if not self._tally.frames:
            raise self._failure("no mask came")

    def _say_line(self, line: Line) -> None:
        self._director.say(line.sentence)
        _say(f'{line.begin_s:5.1f} s  said "{line.sentence}"')

    def _take(self) -> bool:
        """Score, show and write what came; say whether a mask did."""
        director = self._director
        came = bool(director.findings)
        while director.findings:
            finding = director.findings.popleft()
            score = None
            if self._plan.judge and finding.sentence:
                seconds = self._seconds(finding.stamp_ns)
                score = self._plan.judge.score(seconds, finding.sentence, finding.mask)
            self._tally.add(finding, score)
        while director.overlays:
            stamp_ns, image = director.overlays.popleft()
            self._recorder.write(self._seconds(stamp_ns), image)
            if self._window is not None:
                self._window.show(image)
        while director.events:
            self._tell(director.events.popleft())
        return came

    def _tell(self, event: TargetEvent) -> None:
        stamp_ns = event.header.stamp.sec * SECOND_NS + event.header.stamp.nanosec
        reason = "" if event.reason == event.sentence else event.reason
        words = f'{EventKind(event.kind).name:9} "{event.sentence}" {reason}'.rstrip()
        _say(f"{self._seconds(stamp_ns):5.1f} s  {words}")

    def _seconds(self, stamp_ns: int) -> float:
        return (stamp_ns - self._begin_ns) / SECOND_NS

    def _check(self) -> None:
        """Notice a process that has died."""
        if self._node.exit_code is not None:
            raise self._failure(f"the node ended with code {self._node.exit_code}")
        if self._camera.exit_code:
            reason = self._camera.log_tail(1) or f"code {self._camera.exit_code}"
            raise _FailureError(f"the camera ended: {reason}")

    def _failure(self, what: str) -> _FailureError:
        trouble = f" ({self._director.trouble})" if self._director.trouble else ""
        log = _shown(self._node.log_file)
        return _FailureError(f"{what}{trouble}; the end of {log}:\n{self._node.log_tail()}")


def _plan(options: DemoOptions) -> _Plan:
    if options.source and not is_live(options.source):
        with VideoReader(options.source) as reader:
            length_s = reader.count / reader.fps if reader.count else options.seconds
            rate_hz, seconds = reader.fps, min(length_s, options.seconds)
    else:
        rate_hz, seconds = RATE_HZ, options.seconds
    if options.sentences:
        return _Plan(rate_hz, seconds, even_lines(options.sentences, seconds), None)
    scene = make_scene(options.seed)
    lines = tabletop_lines(scene, seconds)
    return _Plan(rate_hz, seconds, lines, Judge(scene, lines))


def _node(options: DemoOptions) -> DemoProcess:
    program = Path(get_package_prefix("samwise_ros")) / "lib" / "samwise_ros" / "samwise_node"
    parameters = {"model": options.model, "device": options.device, "autostart": "true"}
    given = [part for key, value in parameters.items() for part in ("-p", f"{key}:={value}")]
    command = [sys.executable, str(program), "--ros-args", *given]
    return DemoProcess(command, options.out / "node.log")


def _camera(options: DemoOptions, seconds: float) -> DemoProcess:
    what = ["--source", options.source] if options.source else ["--seed", str(options.seed)]
    command = [sys.executable, "-m", "samwise_ros.cli.demo.camera", *what, "--seconds"]
    # There, since Python would look for modules here first: the source folder has no messages.
    return DemoProcess([*command, str(seconds)], options.out / "camera.log", options.out)


def _window() -> Window | None:
    """Open a window, if that is possible."""
    try:
        return Window()
    except OSError as error:
        _say(f"no window: {error}")
    return None


def _say_written(recorder: Recorder) -> None:
    _say(*(f"wrote {_shown(path)}" for path in recorder.close()))


def _shown(path: Path) -> Path:
    """Shorten a path that lies below here."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path


def _say(*lines: str) -> None:
    for line in lines:
        print(line, flush=True)
