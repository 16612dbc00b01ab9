"""Runs the demo: starts the processes, sends the sentences, shows and records the results."""

import sys
import time
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from types import TracebackType

from samwise_ros.cli.demo.demo_client import DemoClient
from samwise_ros.cli.demo.plan import DemoPlan, make_plan
from samwise_ros.cli.demo.recording import Recorder
from samwise_ros.cli.demo.script import ScriptLine
from samwise_ros.cli.demo.statistics import DemoStatistics
from samwise_ros.cli.demo.subcommand import DemoOptions
from samwise_ros.cli.demo.window import Window
from samwise_ros.client.process import ChildProcess, node_command
from samwise_ros.client.session import ros_session
from samwise_ros.engine.types import EventKind
from samwise_ros.interface.stamps import SECOND_NS, to_nanoseconds
from samwise_ros.msg import TargetEvent
from samwise_ros.network.checkpoints.model_home import is_shipped, shipped_model_note
from samwise_ros.vision.video_frame import VideoError

_CAMERA_DELAY_S = 0.5  # from the start line to the first frame
_NO_MASK_TIMEOUT_S = 20.0
_LAST_MASK_S = 1.0  # after the last frame
_STATUS_PERIOD_S = 5.0
_LOADING_PERIOD_S = 2.0


class _DemoError(Exception):
    """The demo cannot continue; the message states the reason."""


def run_demo(options: DemoOptions) -> int:
    """Run the demo from start to end.

    Returns:
        Exit code: 0 on success, 1 if the node or the camera failed.

    Raises:
        VideoError: the source cannot be read.
        OSError: a file cannot be written.
    """
    plan = make_plan(options)
    options.out.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        recorder = Recorder(options.out, plan.rate_hz, plan.lines)
        stack.push(partial(_close, recorder))
        _print(f"starting the camera and the node with model {options.model}")
        if options.source and is_shipped(options.model):
            _print(shipped_model_note(options.model))
        processes = _Processes(options, plan.seconds, stack)
        client = DemoClient(stack.enter_context(ros_session("demo_client")))
        stack.callback(client.close)
        try:
            _Demo(plan, recorder, client, processes).run()
        except _DemoError as error:
            print(f"samwise demo: {error}", file=sys.stderr, flush=True)
            return 1
    return 0


class _Processes:
    """The node and the camera."""

    def __init__(self, options: DemoOptions, seconds: float, stack: ExitStack) -> None:
        """Start both; the stack stops them."""
        parameters = {"model": options.model, "device": options.device, "autostart": True}
        source = ["--source", options.source] if options.source else ["--seed", str(options.seed)]
        camera = [sys.executable, "-m", "samwise_ros.cli.demo.camera", *source]
        camera += ["--seconds", str(seconds)]
        out = options.out
        # In the output folder, not in the source tree: see `node_command`.
        self.node = stack.enter_context(
            ChildProcess(node_command(parameters=parameters), out / "node.log", folder=out)
        )
        self.camera = stack.enter_context(ChildProcess(camera, out / "camera.log", folder=out))

    def check(self) -> None:
        """Raise `_DemoError` if a process failed."""
        if self.node.exit_code is not None:
            raise self.node_error(f"the node ended with code {self.node.exit_code}")
        if self.camera.exit_code:
            reason = self.camera.log_tail(1) or f"code {self.camera.exit_code}"
            raise _DemoError(f"the camera ended: {reason}")

    def node_error(self, problem: str) -> _DemoError:
        """Return an error with the last lines of the node's log."""
        log = _relative(self.node.log_file)
        return _DemoError(f"{problem}; last lines of {log}:\n{self.node.log_tail()}")


class _Demo:
    """A demo in progress."""

    def __init__(
        self, plan: DemoPlan, recorder: Recorder, client: DemoClient, processes: _Processes
    ) -> None:
        self._plan = plan
        self._recorder = recorder
        self._client = client
        self._processes = processes
        self._statistics = DemoStatistics()
        self._window = _open_window()
        self._begin_ns = 0

    def run(self) -> None:
        """Wait for the node, start the camera, send the sentences, and print the statistics."""
        self._wait_for_node()
        self._begin_ns = time.time_ns() + round(_CAMERA_DELAY_S * SECOND_NS)
        self._processes.camera.write_line(str(self._begin_ns))
        try:
            self._play()
        finally:
            if self._statistics.frames:
                _print("", *self._statistics.table(), "", self._statistics.line())

    def _wait_for_node(self) -> None:
        began = printed = time.monotonic()
        while not self._client.is_ready():
            self._client.spin_once(0.1)
            self._processes.check()
            if self._client.has_failed():
                raise self._node_error("the node does not start")
            now = time.monotonic()
            if now - printed > _LOADING_PERIOD_S:
                printed = now
                _print(f"... loading and warming up the model, {now - began:.0f} s")
        _print(f"node ready after {time.monotonic() - began:.1f} s")

    def _play(self) -> None:
        remaining = list(self._plan.lines)
        next_status_s = _STATUS_PERIOD_S
        last_mask = time.monotonic()
        end: float | None = None
        while end is None or time.monotonic() < end:
            now_s = self._seconds(time.time_ns())
            if remaining and now_s >= remaining[0].begin_s:
                self._send(remaining.pop(0))
            self._client.spin_once(0.02)
            if self._take_frames():
                last_mask = time.monotonic()
            self._take_overlays()
            for event in self._client.new_events():
                self._print_event(event)
            if time.monotonic() - last_mask > _NO_MASK_TIMEOUT_S:
                raise self._node_error(f"no mask within {_NO_MASK_TIMEOUT_S:g} s")
            if now_s > next_status_s:
                next_status_s += _STATUS_PERIOD_S
                _print(f"{now_s:5.1f} s  {self._statistics.line()}")
            self._processes.check()
            camera_ended = self._processes.camera.exit_code is not None
            if end is None and (now_s > self._plan.seconds or camera_ended):
                end = time.monotonic() + _LAST_MASK_S
        if not self._statistics.frames:
            raise self._node_error("the node published no mask")

    def _send(self, line: ScriptLine) -> None:
        self._client.send(line.sentence)
        _print(f'{line.begin_s:5.1f} s  sent "{line.sentence}"')

    def _take_frames(self) -> bool:
        """Score the frames that arrived; return whether there were any."""
        frames, scorer = self._client.frames, self._plan.scorer
        has_frames = bool(frames)
        while frames:
            frame = frames.popleft()
            score = None
            if scorer and frame.sentence:
                score = scorer.score(self._seconds(frame.stamp_ns), frame.sentence, frame.mask)
            self._statistics.add(frame, score)
        return has_frames

    def _take_overlays(self) -> None:
        """Record and show the overlays that arrived."""
        while self._client.overlays:
            stamp_ns, image = self._client.overlays.popleft()
            self._recorder.write(self._seconds(stamp_ns), image)
            if self._window is not None:
                self._window.show(image)

    def _print_event(self, event: TargetEvent) -> None:
        seconds = self._seconds(to_nanoseconds(event.header.stamp))
        reason = "" if event.reason == event.sentence else event.reason
        text = f'{EventKind(event.kind).name:9} "{event.sentence}" {reason}'.rstrip()
        _print(f"{seconds:5.1f} s  {text}")

    def _seconds(self, stamp_ns: int) -> float:
        """Return the time since the first frame of the camera."""
        return (stamp_ns - self._begin_ns) / SECOND_NS

    def _node_error(self, problem: str) -> _DemoError:
        reason = self._client.problem()
        return self._processes.node_error(f"{problem} ({reason})" if reason else problem)


def _open_window() -> Window | None:
    """Open a window if there is a display."""
    try:
        return Window()
    except OSError as error:
        _print(f"no window: {error}")
    return None


def _close(
    recorder: Recorder,
    kind: type[BaseException] | None,
    error: BaseException | None,
    trace: TracebackType | None,
) -> None:
    """Complete the files. On a full disk, report the first error only."""
    try:
        _print(*(f"wrote {_relative(path)}" for path in recorder.close()))
    except VideoError:
        if not isinstance(error, VideoError):
            raise


def _relative(path: Path) -> Path:
    """Return the path relative to the current folder if it is inside."""
    current = Path.cwd()
    return path.relative_to(current) if path.is_relative_to(current) else path


def _print(*lines: str) -> None:
    for line in lines:
        print(line, flush=True)
