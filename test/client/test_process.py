"""Processes that end early or ignore signals."""

import signal
import sys
from pathlib import Path

import pytest

from samwise_ros.client.process import ChildProcess

IGNORES_SIGINT = (
    "import signal, time; signal.signal(signal.SIGINT, signal.SIG_IGN);"
    "print('ready', flush=True); time.sleep(60)"
)


def test_log_shows_why_process_ended(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "import sys; sys.exit('no camera 7')"]
    with ChildProcess(command, tmp_path / "camera.log") as process:
        assert process.wait(60.0) == 1
        process.write_line("begin")  # ignored
        assert process.exit_code == 1
        assert process.log_tail() == "no camera 7"
        with pytest.raises(RuntimeError, match=r"(?s)'ready' .* ended with code 1.*no camera 7"):
            process.wait_for_output("ready", 60.0)


def test_stop_kills_process_that_ignores_signal(tmp_path: Path) -> None:
    with ChildProcess([sys.executable, "-c", IGNORES_SIGINT], tmp_path / "log") as process:
        process.wait_for_output("ready", 60.0)
        with pytest.raises(TimeoutError, match="expected 'steady'"):
            process.wait_for_output("steady", 0.0)
        assert process.stop(timeout_s=0.1) == -signal.SIGKILL
