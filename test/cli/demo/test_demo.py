"""`samwise demo` with the real node and camera in separate processes."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from running_nodes import PROGRAM

from samwise_ros.cli.demo.script import make_scene
from samwise_ros.vision.video_reader import VideoReader

SECONDS = 4


# Another node, whose errors must not stop the demo.
BROKEN_ARM = """
import time, rclpy
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus
rclpy.init()
publisher = rclpy.create_node("arm").create_publisher(DiagnosticArray, "/diagnostics", 10)
status = DiagnosticStatus(level=DiagnosticStatus.ERROR, name="arm: motor", message="hot")
while True:
    publisher.publish(DiagnosticArray(status=[status]))
    time.sleep(0.1)
"""


@pytest.fixture
def broken_arm() -> Iterator[None]:
    process = subprocess.Popen([sys.executable, "-c", BROKEN_ARM])
    yield
    process.kill()
    process.wait()


def start(folder: Path, *arguments: str, program: str = PROGRAM) -> subprocess.Popen[str]:
    """Start the demo without display; SAMWISE_TEST marks its processes with the folder."""
    environment = {key: value for key, value in os.environ.items() if key != "DISPLAY"}
    environment["SAMWISE_TEST"] = str(folder)
    return subprocess.Popen(
        [sys.executable, "-c", program, "demo", "--out", "out", "--device", "cpu", *arguments],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def running_processes(folder: Path) -> list[str]:
    """Return the processes of the demo in a folder that still run."""
    found = []
    for one in Path("/proc").glob("[0-9]*/environ"):
        try:
            if f"SAMWISE_TEST={folder}".encode() in one.read_bytes().split(b"\0"):
                found.append(one.parent.name)
        except OSError:
            continue  # the process has ended, or belongs to another user
    return found


def median_delay(frames: list[np.ndarray]) -> float:
    """Return the median delay of the video against the scene, in frames."""
    scene = make_scene(3)
    below = slice(40, None)  # the overlay draws the sentence above
    truth = [scene.frame(index)[0][below].astype(int) for index in range(len(frames) + 2)]
    found = [
        min(
            range(max(0, index - 2), index + 3),
            key=lambda other: np.abs(truth[other] - frames[index][below]).mean(),
        )
        for index in range(len(frames))
    ]
    return float(np.median(np.arange(len(frames)) - found))


@pytest.mark.usefixtures("broken_arm")
def test_demo_of_tabletop_scene(tmp_path: Path, model: str) -> None:
    demo = start(tmp_path, "--model", model, "--seconds", str(SECONDS), "--seed", "3")
    output, _ = demo.communicate(timeout=120)
    assert demo.returncode == 0, output
    assert len(re.findall(r"sent \"", output)) == 2, output
    assert len(re.findall(r"ADDED +\"", output)) == 2, output
    assert output.count("no window") == 1, output
    numbers = re.search(
        r"J&F [\d.]+   ([\d.]+) frames/s   stamp to mask p50 (\d+) ms p99 (\d+) ms", output
    )
    assert numbers, output
    assert 1.0 < float(numbers[1]) < 11.0
    assert int(numbers[2]) <= int(numbers[3])
    with VideoReader(tmp_path / "out" / "overlay.mp4") as video:
        frames = list(video)
    # 10 per second, minus frames that a busy machine drops at the end.
    assert 10 * SECONDS / 2 < len(frames) <= 10 * SECONDS
    assert frames[0].shape == (240, 320, 3)
    assert median_delay(frames) == 0
    sheet = cv2.imread(str(tmp_path / "out" / "overlay.png"))
    assert sheet is not None
    assert sheet.shape[1] == 4 * 320
    assert running_processes(tmp_path) == []


# The limit holds for this process only, and not before it is connected.
FULL_DISK = """
import resource, sys
from samwise_ros.cli.demo import run
from samwise_ros.cli.main import main
wait = run._Demo._wait_for_node
def wait_and_limit(demo):
    wait(demo)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, resource.RLIM_INFINITY))
run._Demo._wait_for_node = wait_and_limit
sys.exit(main(sys.argv[1:]))
"""


def test_full_disk_is_an_error_and_old_files_stay(tmp_path: Path, model: str) -> None:
    (tmp_path / "out").mkdir()
    for name in ("overlay.mp4", "overlay.png"):
        (tmp_path / "out" / name).write_text("old")
    demo = start(tmp_path, "--model", model, "--seconds", str(SECONDS), program=FULL_DISK)
    output, _ = demo.communicate(timeout=120)
    assert demo.returncode == 2, output
    error = output.splitlines()[-1]
    assert error.startswith(f"samwise demo: error: {tmp_path}/out/overlay.mp4: cannot write the")
    assert error.endswith("File too large")
    assert "wrote" not in output
    files = {path.name: path for path in (tmp_path / "out").iterdir()}
    assert files.keys() == {"node.log", "camera.log", "overlay.mp4", "overlay.png"}
    assert files["overlay.mp4"].read_text() == "old"
    assert running_processes(tmp_path) == []


def test_missing_model_is_reported(tmp_path: Path) -> None:
    demo = start(tmp_path, "--model", "nowhere", "--seconds", "1")
    output, _ = demo.communicate(timeout=120)
    assert demo.returncode == 1, output
    assert "the node does not start" in output
    assert "nowhere: no such model folder" in output
    assert running_processes(tmp_path) == []


def test_ctrl_c_stops_all_processes(tmp_path: Path, model: str) -> None:
    (tmp_path / "images").mkdir()
    for number in range(100):
        cv2.imwrite(str(tmp_path / "images" / f"{number:03}.png"), np.full((48, 64, 3), number))
    arguments = ["--source", "images", "--sentences", "the red ball; the blue one"]
    demo = start(tmp_path, "--model", model, *arguments)
    assert demo.stdout is not None
    assert any('sent "the red ball"' in line for line in demo.stdout)
    time.sleep(1.0)
    demo.send_signal(signal.SIGINT)
    output, _ = demo.communicate(timeout=60)
    assert demo.returncode == 130, output
    assert "J&F" not in output
    assert running_processes(tmp_path) == []
    with VideoReader(tmp_path / "out" / "overlay.mp4") as video:
        assert next(iter(video)).shape == (48, 64, 3)


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("--seconds", "0"), "--seconds: expected more than 0, got 0"),
        (("--source", "nowhere.mp4"), "nowhere.mp4: no such video file or folder of images"),
    ],
)
def test_invalid_arguments_are_rejected(
    tmp_path: Path, arguments: tuple[str, str], reason: str
) -> None:
    demo = start(tmp_path, *arguments)
    output, _ = demo.communicate(timeout=60)
    assert demo.returncode == 2, output
    assert reason in output
