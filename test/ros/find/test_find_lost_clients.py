"""Goals whose client is killed: their commands do not stay."""

import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from find_rig import find_rig
from node_process import NodeProcess
from ros_harness import TIMEOUT_S, Robot, wait_for

from samwise_ros.client.process import ChildProcess

PROGRAM = Path(__file__).with_name("unfinished_client.py")
PROFILES = Path(__file__).parents[3] / "config" / "fastdds.xml"
NO_CLIENT_S = 5.0  # of the node
# The middleware notices a killed process when its lease is over: 20 s by default.
LEASE_S = 3


@contextmanager
def killed_client(node: NodeProcess, folder: Path, timeout_seconds: float) -> Iterator[None]:
    """Run a client until its goal is accepted, and kill it."""
    lease = f"<leaseDuration><sec>{LEASE_S}</sec></leaseDuration><leaseAnnouncement>"
    profiles = folder / "short_lease.xml"
    profiles.write_text(PROFILES.read_text().replace("<leaseAnnouncement>", lease))
    client = ChildProcess(
        [sys.executable, str(PROGRAM), f"{node.name}/find", str(timeout_seconds)],
        folder / "client.log",
        folder=folder,
        environment={**os.environ, "FASTRTPS_DEFAULT_PROFILES_FILE": str(profiles)},
    )
    with client:
        client.wait_for_output("accepted", TIMEOUT_S)
        os.kill(client.pid, signal.SIGKILL)
        yield


def test_command_goes_at_the_timeout(robot: Robot, find_node: NodeProcess, tmp_path: Path) -> None:
    with killed_client(find_node, tmp_path, 3.0):
        wait_for(lambda: "TIMEOUT: no image was processed for 3 s" in find_node.log)
    with find_rig(robot, find_node) as rig:
        rig.wait_for_no_commands()


def test_command_goes_without_subscribers(
    robot: Robot, find_node: NodeProcess, tmp_path: Path
) -> None:
    with killed_client(find_node, tmp_path, 3600.0):
        began = time.monotonic()
        text = "feedback had no subscriber for 5 s"
        wait_for(lambda: text in find_node.log, NO_CLIENT_S + LEASE_S + 10.0, what=text)
        assert time.monotonic() - began > NO_CLIENT_S
    with find_rig(robot, find_node) as rig:
        rig.wait_for_no_commands()
