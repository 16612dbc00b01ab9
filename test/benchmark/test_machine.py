"""The machine and the code are named, and the names are true."""

import os
import subprocess
from pathlib import Path

from samwise_ros.benchmark.machine import describe_machine


def test_the_machine_is_named() -> None:
    machine = describe_machine()
    assert machine["cpu"]
    assert machine["cores"] == os.cpu_count()
    done = subprocess.run(
        ["git", "rev-parse", "--short=12", "HEAD"],
        cwd=Path(__file__).parent,
        capture_output=True,
        text=True,
        check=False,
    )
    # The installed package may be links into the source, or a copy that knows no commit.
    assert machine["commit"] in ("", done.stdout.strip(), f"{done.stdout.strip()}+")
