"""`samwise watch` in a terminal and in a pipe, with a real node and a camera."""

import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from running_nodes import PROGRAM, TIMEOUT_S, RosDomain

from samwise_ros.client.process import ChildProcess
from samwise_ros.vision.overlay import colour_of

_LAST = 1 << 16  # characters: several redraws
TIME = r"^\d\d:\d\d:\d\d\.\d{3}  "


@pytest.fixture(scope="module")
def domain(tmp_path_factory: pytest.TempPathFactory, model: str) -> RosDomain:
    return RosDomain(tmp_path_factory.mktemp("domain"), model)


@pytest.fixture(scope="module")
def node(domain: RosDomain) -> Iterator[ChildProcess]:
    with domain.node("/") as process:
        yield process


class Terminal:
    """A terminal that runs `samwise watch`."""

    def __init__(self, domain: RosDomain) -> None:
        self._master, inside = pty.openpty()
        settings = {"TERM": "xterm", "COLORTERM": "truecolor", "COLUMNS": "120", "LINES": "40"}
        self.process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, "watch"],
            stdin=inside,
            stdout=inside,
            stderr=inside,
            cwd=domain.folder,
            env={**domain.environment, **settings},
        )
        os.close(inside)
        self.shown = ""

    def wait(self, *patterns: str) -> None:
        """Wait until one redraw of the view matches all patterns."""
        end = time.monotonic() + TIMEOUT_S
        while time.monotonic() < end and self._read():
            # Without colours. Each redraw starts at the top left; the last one may be incomplete.
            redraws = re.sub(r"\x1b\[[\d;]*m", "", self.shown[-_LAST:]).split("\x1b[H")[:-1]
            if any(all(re.search(one, redraw) for one in patterns) for redraw in redraws[-3:]):
                return
        raise AssertionError(f"{patterns}: {self.shown[-4000:]}")

    def end(self, number: int = signal.SIGINT) -> int:
        self.process.send_signal(number)
        while self._read():
            pass
        return self.process.wait(TIMEOUT_S)

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self._master)

    def _read(self) -> bool:
        """Read new output; return whether the process can still write."""
        if not select.select([self._master], [], [], 0.2)[0]:
            return self.process.poll() is None
        try:
            self.shown += os.read(self._master, 1 << 16).decode(errors="replace")
        except OSError:  # the process has closed the terminal
            return False
        return True


@contextmanager
def terminal(domain: RosDomain) -> Iterator[Terminal]:
    one = Terminal(domain)
    try:
        yield one
    finally:
        one.close()


@pytest.mark.usefixtures("node")
def test_watch_writes_lines_to_a_pipe(domain: RosDomain) -> None:
    rates = r"camera  \d+\.\d frames/s  latency p50 \d+ ms  \d+ dropped  "
    with domain.start_samwise("watch") as watch:
        watch.wait_for_output(rf"(?m){TIME}model  OK  active on cpu$", TIMEOUT_S)
        watch.wait_for_output(rf"(?m){TIME}{rates}no targets$", TIMEOUT_S)
        assert domain.samwise("say", "the red ball", "--seconds", "1")[0] == 0
        watch.wait_for_output(rf'(?m){TIME}-  ADDED      "the red ball"  searching  -$', TIMEOUT_S)
        acquired = r'camera  ACQUIRED   "the red ball"  tracking  \d+x\d+ at \d+,\d+$'
        watch.wait_for_output(rf"(?m){TIME}{acquired}", TIMEOUT_S)
        target = r'"the red ball" tracking [01]\.\d\d \d+x\d+ at \d+,\d+ \d+ px$'
        output = watch.wait_for_output(rf"(?m){TIME}{rates}{target}", TIMEOUT_S)
        assert "\x1b" not in output
        # Once, not in every summary.
        assert output.count("active on cpu") == 1
        assert watch.stop(signal.SIGTERM, TIMEOUT_S) == 0
        assert "Traceback" not in watch.log


@pytest.mark.usefixtures("node")
def test_watch_ends_without_error_when_pipe_closes(domain: RosDomain) -> None:
    watch = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, "watch"],
        cwd=domain.folder,
        env=domain.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert watch.stdout is not None
    assert watch.stderr is not None
    assert watch.stdout.readline()
    watch.stdout.close()
    assert watch.wait(TIMEOUT_S) == 0
    assert watch.stderr.read() == ""


@pytest.mark.usefixtures("node")
def test_watch_draws_view_in_terminal(domain: RosDomain) -> None:
    assert domain.samwise("say", "the red ball", "--seconds", "1")[0] == 0
    with terminal(domain) as view:
        view.wait(
            r"/samwise_node +\r\n",
            r"model  OK  active on cpu",
            r"camera  [1-9]\d*\.\d frames/s  latency p50 \d+ ms  \d+ dropped",
            r' 1 +"the red ball" +tracking +[01]\.\d\d +\d+x\d+ at \d+,\d+ +\d+ px',
            r' 1 +the-red-ball +"the red ball" +every camera +active',
        )
        red, green, blue = colour_of(1)
        assert f"48;2;{red};{green};{blue}m 1 " in view.shown
        assert domain.samwise("say", "?!", "--seconds", "1")[0] == 1
        view.wait(r'REJECTED   "\?!"')
        pause = ("--id", "the-red-ball", "--action", "pause", "--seconds", "1")
        assert domain.samwise("say", *pause)[0] == 0
        view.wait(r"the-red-ball .*paused")
        assert view.end() == 0, view.shown[-4000:]
        # The terminal shows the cursor and the previous screen again.
        assert view.shown.endswith("\x1b[?25h\x1b[?1049l")
        assert "Traceback" not in view.shown


def test_watch_reports_that_node_has_ended(
    domain: RosDomain, node: ChildProcess
) -> None:  # the last test, because it stops the node
    with terminal(domain) as view:
        view.wait("/samwise_node +\r\n")
        node.stop()
        view.wait("/samwise_node  has ended", r"camera  0\.0 frames/s")
        assert view.end() == 0, view.shown[-4000:]
