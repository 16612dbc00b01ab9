"""The demo as people run it: the real node, the camera and the script, each in its process."""

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
import torch

from samwise_ros.cli.demo.script import make_scene
from samwise_ros.data.tabletop.video import vocabulary
from samwise_ros.network.checkpoints.model_folder import save_model
from samwise_ros.network.presets import preset
from samwise_ros.network.samwise import Samwise
from samwise_ros.network.text.tokenizer import SentenceTokenizer
from samwise_ros.vision.video_reader import VideoReader

SECONDS = 4


@pytest.fixture(scope="module")
def model_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model of random weights: what it sees means nothing, but all of it is computed."""
    folder = tmp_path_factory.mktemp("model")
    torch.manual_seed(0)
    save_model(
        folder, Samwise(preset("tabletop")), SentenceTokenizer.from_words(tuple(vocabulary()))
    )
    return folder


# Another node of the robot, whose troubles are not the demo's.
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


def start(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    """Start the demo in a folder; no display, and whatever it starts bears the folder's name."""
    environment = {key: value for key, value in os.environ.items() if key != "DISPLAY"}
    environment["SAMWISE_TEST"] = str(folder)
    program = (
        # Where the tests run in a script's background, Ctrl-C would be ignored from birth.
        "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler);"
        "from samwise_ros.cli.main import main; sys.exit(main())"
    )
    return subprocess.Popen(
        [sys.executable, "-c", program, "demo", "--out", "out", "--device", "cpu", *arguments],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def left_over(folder: Path) -> list[str]:
    """Give the processes that still run, of those that the demo in a folder started."""
    found = []
    for one in Path("/proc").glob("[0-9]*/environ"):
        try:
            if f"SAMWISE_TEST={folder}".encode() in one.read_bytes().split(b"\0"):
                found.append(one.parent.name)
        except OSError:
            continue  # it has ended, or is another user's
    return found


def lateness(frames: list[np.ndarray]) -> float:
    """Give how many frames the video is behind the scene that it is scored against, as median."""
    scene = make_scene(3)
    below = slice(40, None)  # the sentence stands above
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
def test_a_few_seconds_of_a_tabletop(tmp_path: Path, model_folder: Path) -> None:
    demo = start(tmp_path, "--model", str(model_folder), "--seconds", str(SECONDS), "--seed", "3")
    said, _ = demo.communicate(timeout=120)
    assert demo.returncode == 0, said
    assert len(re.findall(r"said \"", said)) == 2, said
    assert len(re.findall(r"ADDED +\"", said)) == 2, said
    assert said.count("no window") == 1, said
    numbers = re.search(
        r"J&F [\d.]+   ([\d.]+) frames/s   stamp to mask p50 (\d+) ms p99 (\d+) ms", said
    )
    assert numbers, said
    assert 1.0 < float(numbers[1]) < 11.0
    assert int(numbers[2]) <= int(numbers[3])
    with VideoReader(tmp_path / "out" / "overlay.mp4") as video:
        frames = list(video)
    # Ten a second, less those that a busy machine drops at the very end.
    assert 10 * SECONDS / 2 < len(frames) <= 10 * SECONDS
    assert frames[0].shape == (240, 320, 3)
    assert lateness(frames) == 0
    sheet = cv2.imread(str(tmp_path / "out" / "overlay.png"))
    assert sheet is not None
    assert sheet.shape[1] == 4 * 320
    assert left_over(tmp_path) == []


def test_a_model_that_is_not_there_is_named(tmp_path: Path) -> None:
    demo = start(tmp_path, "--model", "nowhere", "--seconds", "1")
    said, _ = demo.communicate(timeout=120)
    assert demo.returncode == 1, said
    assert "the node does not start" in said
    assert "nowhere: no such model folder" in said
    assert left_over(tmp_path) == []


def test_interrupted_it_takes_its_processes_along(tmp_path: Path, model_folder: Path) -> None:
    (tmp_path / "images").mkdir()
    for number in range(100):
        cv2.imwrite(str(tmp_path / "images" / f"{number:03}.png"), np.full((48, 64, 3), number))
    arguments = ["--source", "images", "--sentences", "the red ball; the blue one"]
    demo = start(tmp_path, "--model", str(model_folder), *arguments)
    assert demo.stdout is not None
    assert any('said "the red ball"' in line for line in demo.stdout)
    time.sleep(1.0)
    demo.send_signal(signal.SIGINT)
    said, _ = demo.communicate(timeout=60)
    assert demo.returncode == 130, said
    assert "J&F" not in said
    assert left_over(tmp_path) == []
    with VideoReader(tmp_path / "out" / "overlay.mp4") as video:
        assert next(iter(video)).shape == (48, 64, 3)


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("--seconds", "0"), "--seconds: expected more than 0, got 0"),
        (("--source", "nowhere.mp4"), "nowhere.mp4: no such video file or folder of images"),
    ],
)
def test_what_cannot_be_shown_is_said(
    tmp_path: Path, arguments: tuple[str, str], reason: str
) -> None:
    demo = start(tmp_path, *arguments)
    said, _ = demo.communicate(timeout=60)
    assert demo.returncode == 2, said
    assert reason in said
