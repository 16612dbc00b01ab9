"""`samwise watch` in a terminal and in a pipe, on a real node with a camera."""

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
from running_nodes import PATIENCE_S, PROGRAM, Field

from samwise_ros.vision.overlay import colour_of

_LAST = 1 << 16  # characters: some drawings
TIME = r"^\d\d:\d\d:\d\d\.\d{3}  "


@pytest.fixture(scope="module")
def field(tmp_path_factory: pytest.TempPathFactory, model: str) -> Field:
    return Field(tmp_path_factory.mktemp("field"), model)


@pytest.fixture(scope="module")
def node(field: Field) -> Iterator[subprocess.Popen[bytes]]:
    with field.node("/") as process:
        yield process


class Terminal:
    """A terminal with `samwise watch` in it."""

    def __init__(self, field: Field) -> None:
        self._master, inside = pty.openpty()
        settings = {"TERM": "xterm", "COLORTERM": "truecolor", "COLUMNS": "120", "LINES": "40"}
        self.process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, "watch"],
            stdin=inside,
            stdout=inside,
            stderr=inside,
            cwd=field.folder,
            env={**field.environment, **settings},
        )
        os.close(inside)
        self.shown = ""

    def wait(self, *patterns: str) -> None:
        """Wait until one drawing of the whole view shows all patterns."""
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end and self._read():
            # Without colours. Each drawing begins at the top left; the last may not be whole.
            drawings = re.sub(r"\x1b\[[\d;]*m", "", self.shown[-_LAST:]).split("\x1b[H")[:-1]
            if any(all(re.search(one, whole) for one in patterns) for whole in drawings[-3:]):
                return
        raise AssertionError(f"{patterns}: {self.shown[-4000:]}")

    def end(self, number: int = signal.SIGINT) -> int:
        self.process.send_signal(number)
        while self._read():
            pass
        return self.process.wait(PATIENCE_S)

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self._master)

    def _read(self) -> bool:
        """Take what is written within a moment; say whether the process still can write."""
        if not select.select([self._master], [], [], 0.2)[0]:
            return self.process.poll() is None
        try:
            self.shown += os.read(self._master, 1 << 16).decode(errors="replace")
        except OSError:  # it has closed the terminal
            return False
        return True


@contextmanager
def terminal(field: Field) -> Iterator[Terminal]:
    one = Terminal(field)
    try:
        yield one
    finally:
        one.close()


def test_without_a_node_that_is_said(field: Field) -> None:
    code, said = field.samwise("watch")
    assert code == 1
    assert "samwise watch: no samwise node is there; waited 10 s" in said


@pytest.mark.usefixtures("node")
def test_a_pipe_gets_lines(field: Field) -> None:
    watch = field.start("watch")
    watch.wait(rf"(?m){TIME}model  OK  active on cpu$")
    watch.wait(rf"(?m){TIME}camera  \d+\.\d frames/s  latency p50 \d+ ms  \d+ dropped  no targets$")
    assert field.samwise("say", "the red ball", "--seconds", "1")[0] == 0
    watch.wait(rf'(?m){TIME}-  ADDED      "the red ball"  searching  -$')
    watch.wait(rf'(?m){TIME}camera  ACQUIRED   "the red ball"  tracking  \d+x\d+ at \d+,\d+$')
    said = watch.wait(
        rf"(?m){TIME}camera  \d+\.\d frames/s  latency p50 \d+ ms  \d+ dropped  "
        r'"the red ball" tracking [01]\.\d\d \d+x\d+ at \d+,\d+ \d+ px$'
    )
    assert "\x1b" not in said
    # Once, not with every summary.
    assert said.count("active on cpu") == 1
    assert watch.end(signal.SIGTERM) == 0
    assert "Traceback" not in watch.text


@pytest.mark.usefixtures("node")
def test_a_reader_that_has_enough_ends_it(field: Field) -> None:
    watch = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, "watch"],
        cwd=field.folder,
        env=field.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert watch.stdout is not None
    assert watch.stderr is not None
    assert watch.stdout.readline()
    watch.stdout.close()
    assert watch.wait(PATIENCE_S) == 0
    assert watch.stderr.read() == ""


@pytest.mark.usefixtures("node")
def test_a_terminal_gets_a_view(field: Field) -> None:
    assert field.samwise("say", "the red ball", "--seconds", "1")[0] == 0
    with terminal(field) as view:
        view.wait(
            r"/samwise_node +\r\n",
            r"model  OK  active on cpu",
            r"camera  [1-9]\d*\.\d frames/s  latency p50 \d+ ms  \d+ dropped",
            r' 1 +"the red ball" +tracking +[01]\.\d\d +\d+x\d+ at \d+,\d+ +\d+ px',
            r' 1 +the-red-ball +"the red ball" +every camera +active',
        )
        red, green, blue = colour_of(1)
        assert f"48;2;{red};{green};{blue}m 1 " in view.shown
        assert field.samwise("say", "?!", "--seconds", "1")[0] == 1
        view.wait(r'REJECTED   "\?!"')
        pause = ("--id", "the-red-ball", "--action", "pause", "--seconds", "1")
        assert field.samwise("say", *pause)[0] == 0
        view.wait(r"the-red-ball .*paused")
        assert view.end() == 0
        # The cursor is back, and so is what stood there before.
        assert view.shown.endswith("\x1b[?25h\x1b[?1049l")
        assert "Traceback" not in view.shown


def test_a_node_that_leaves_is_missed(
    field: Field, node: subprocess.Popen[bytes]
) -> None:  # the last test, since it ends the node
    with terminal(field) as view:
        view.wait("/samwise_node +\r\n")
        node.send_signal(signal.SIGINT)
        view.wait("/samwise_node  is not there any more", r"camera  0\.0 frames/s")
        assert view.end() == 0
