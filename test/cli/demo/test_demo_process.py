"""The demo's other processes, where they end before they should."""

import sys
import time
from pathlib import Path

from samwise_ros.cli.demo.process import DemoProcess


def test_one_that_has_ended_is_told_nothing_and_tells_why(tmp_path: Path) -> None:
    program = "import sys; sys.exit('no camera 7')"
    with DemoProcess([sys.executable, "-c", program], tmp_path / "camera.log") as process:
        while process.exit_code is None:
            time.sleep(0.01)
        process.tell("begin")
        assert process.exit_code == 1
        assert process.log_tail() == "no camera 7"
