"""The launch files under the real `ros2 launch`, which is not on PyPI.

Run it where ros2launch is installed: pytest test/ros/launch/check_launch.py
"""

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

TIMEOUT_S = 60


def launch(*words: str) -> subprocess.Popen[str]:
    """Start `ros2 launch` in its own process group."""
    return subprocess.Popen(
        ["ros2", "launch", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def group(process: subprocess.Popen[str]) -> list[str]:
    """Command lines of the processes that a launch has started and left behind."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if os.getsid(int(folder.name)) == process.pid:
                found.append((folder / "cmdline").read_text().replace("\0", " "))
        except OSError:
            continue  # it ended meanwhile
    return found


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["samwise.launch.py", "imgae:=/x"], "did you mean 'image'"),
        (["samwise.launch.py", "params_file:=none.yaml"], "none.yaml does not exist"),
        (["samwise.launch.py", "model:=none"], "model"),
        (["samwise.launch.py", "memory:=none/kitchen.samwise"], "none does not exist, create it"),
        (["samwise.launch.py", "rviz:=perhaps"], "perhaps"),
        (["samwise.launch.py", "target_frame:=base_link"], "add depth:=true"),
        (["samwise.launch.py", "cameras:=a,b", "image:=/image"], "expected CAMERA"),
        (["samwise.launch.py", "depth_transport:=compressed"], "compressedDepth"),
        (["bag.launch.py", "bag:=none.mcap"], "none.mcap does not exist"),
        (["bag.launch.py"], "add bag:=PATH"),
        (["follow_object.launch.py", "following_file:=none.yaml"], "none.yaml does not exist"),
        (["follow_object.launch.py", "cmd_vell:=/x"], "did you mean 'cmd_vel'"),
        (["demo.launch.py", "sed:=3"], "did you mean 'seed'"),
        (["bag.launch.py", "bga:=drive.mcap"], "did you mean 'bag'"),
    ],
)
def test_nothing_starts_if_anything_is_missing(words: list[str], message: str) -> None:
    process = launch("samwise_ros", *words)
    output, _ = process.communicate(timeout=TIMEOUT_S)
    assert process.returncode != 0
    assert message in output
    assert "process started" not in output
    assert group(process) == []


@pytest.mark.parametrize("included", [False, True])
def test_node_starts_and_ends_with_the_launch(included: bool, tmp_path: Path) -> None:
    words = ["samwise_ros", "samwise.launch.py", "autostart:=false"]
    if included:
        file = tmp_path / "robot.launch.xml"
        file.write_text(
            '<launch><arg name="robot_name"/>'
            '<include file="$(find-pkg-share samwise_ros)/launch/samwise.launch.py">'
            '<arg name="autostart" value="false"/></include></launch>'
        )
        words = [str(file), "robot_name:=arm"]
    process = launch(*words)
    deadline = time.monotonic() + TIMEOUT_S
    while not any("samwise_node" in one for one in group(process)[1:]):
        assert time.monotonic() < deadline
        assert process.poll() is None
        time.sleep(0.2)
    time.sleep(3)  # until the node handles signals
    process.send_signal(signal.SIGINT)
    output, _ = process.communicate(timeout=TIMEOUT_S)
    assert process.returncode == 0, output
    assert "process has finished cleanly" in output
    assert group(process) == []
