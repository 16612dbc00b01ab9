"""Description of the machine and the commit."""

import os
import subprocess
from pathlib import Path

from samwise_ros.benchmark.machine import describe_machine


def test_machine_is_described() -> None:
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
    # The installed package may consist of links to the source, or be a copy without a commit.
    assert machine["commit"] in ("", done.stdout.strip(), f"{done.stdout.strip()}+")
