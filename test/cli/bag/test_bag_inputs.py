"""`samwise bag` on bags of other storages, encodings and types, and without ROS."""

import math
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from recording import (
    BEGIN_NS,
    COMPRESSED,
    IMAGE,
    NODE,
    SENTENCES,
    TIMES,
    TOPIC,
    compressed,
    filmed,
    masks,
    pixels,
    raw,
    record,
    written,
)
from rosbags.rosbag2 import Reader, StoragePlugin

from samwise_ros.cli.main import main
from samwise_ros.msg import TargetEvent


@pytest.mark.parametrize("named", ["folder", "file"])
def test_bag_in_sqlite(
    named: str, frames: list[np.ndarray], out: Path, model: str, tmp_path: Path
) -> None:
    file = record(tmp_path / "drive", filmed(frames[:4]), StoragePlugin.SQLITE3)
    assert file.suffix == ".db3"
    source = file if named == "file" else file.parent
    argv = ["bag", str(source), *SENTENCES, "--model", model, "--out", str(tmp_path / "o.mcap")]
    assert main(argv) == 0
    assert np.array_equal(masks(tmp_path / "o.mcap"), masks(out)[:4])


@pytest.mark.parametrize("way", ["bgr8", "rgba8", "png"])
def test_other_encodings_have_the_same_masks(
    way: str, frames: list[np.ndarray], out: Path, model: str, tmp_path: Path
) -> None:
    if way == "png":
        topic = f"{TOPIC}/compressed"
        messages = [
            (topic, COMPRESSED, time, compressed(index, frame))
            for index, (time, frame) in enumerate(zip(TIMES[:3], frames, strict=False))
        ]
    else:
        order = [2, 1, 0] if way == "bgr8" else [0, 1, 2, 0]
        coded = [frame[:, :, order] for frame in frames[:3]]
        messages = filmed(coded, "/arm/color", encoding=way, padding=5)
    file = record(tmp_path / "drive", messages)
    argv = ["bag", str(file), *SENTENCES, "--model", model, "--out", str(tmp_path / "o.mcap")]
    assert main([*argv, "--camera", "arm"]) == 0
    found = written(tmp_path / "o.mcap")[f"{NODE}/arm/mask"]
    assert np.array_equal(np.stack([pixels(one) for _, one in found]), masks(out)[:3])


def test_unknown_words_are_named(
    bag: Path, model: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = ["--model", model, "--out", str(tmp_path / "out.mcap")]
    assert main(["bag", str(bag), "la taza", *place]) == 2
    error = "samwise bag: error: sentence 'la taza': unknown words: 'la', 'taza'; expected at least"
    assert error in capsys.readouterr().err
    assert main(["bag", str(bag), "the shiny cup", *place]) == 0
    warning = "samwise bag: warning: sentence 'the shiny cup': unknown words: 'shiny'; the model"
    assert capsys.readouterr().err.startswith(warning)


def test_stamps_that_jump_back_restart_the_memory(
    frames: list[np.ndarray], model: str, tmp_path: Path
) -> None:
    messages = [
        *filmed(frames[:2]),
        (TOPIC, IMAGE, TIMES[2], raw(2, frames[2], stamp_ns=BEGIN_NS - 10**9)),
    ]
    file = record(tmp_path / "drive", messages)
    argv = ["bag", str(file), SENTENCES[0], "--model", model, "--out", str(tmp_path / "o.mcap")]
    assert main(argv) == 0
    events = written(tmp_path / "o.mcap")[f"{NODE}/events"]
    (reset,) = [one for one in events if one[1].kind == TargetEvent.RESET]
    assert reset[0] == TIMES[2]
    assert "jumped back by 1.100 s" in reset[1].reason


def test_late_images_are_skipped_and_counted(
    frames: list[np.ndarray], model: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    order = [0, 2, 1, 3]
    messages = [
        (TOPIC, IMAGE, time, raw(index, frames[index]))
        for time, index in zip(TIMES, order, strict=False)
    ]
    file = record(tmp_path / "drive", messages)
    argv = ["bag", str(file), SENTENCES[0], "--model", model, "--out", str(tmp_path / "o.mcap")]
    assert main(argv) == 0
    assert "1 late image skipped" in capsys.readouterr().out.splitlines()
    found = written(tmp_path / "o.mcap")
    assert not [one for _, one in found[f"{NODE}/events"] if one.kind == TargetEvent.RESET]
    targets = [one for _, one in found[f"{NODE}/camera/targets"]]
    assert [one.dropped_frames for one in targets] == [0, 0, 1]


def test_zero_stamps_have_no_latency(frames: list[np.ndarray], model: str, tmp_path: Path) -> None:
    message = (TOPIC, IMAGE, TIMES[0], raw(0, frames[0], stamp_ns=0))
    file = record(tmp_path / "drive", [message])
    argv = ["bag", str(file), SENTENCES[0], "--model", model, "--out", str(tmp_path / "o.mcap")]
    assert main(argv) == 0
    ((_, targets),) = written(tmp_path / "o.mcap")[f"{NODE}/camera/targets"]
    assert math.isnan(targets.latency_seconds)


def test_topics_of_unknown_types_are_copied(
    frames: list[np.ndarray], model: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own = ("/grip", "robot/msg/Grip", TIMES[0], b"\0\1\0\0\7\0\0\0")
    strange = ("/strange", "robot/msg/Strange", TIMES[0], b"\0\1\0\0\7\0\0\0")
    definitions = {"robot/msg/Grip": "uint32 force", "robot/msg/Strange": "robot/Nowhere where"}
    file = record(tmp_path / "drive", [own, strange, *filmed(frames[:1])], definitions=definitions)
    argv = ["bag", str(file), SENTENCES[0], "--model", model, "--out", str(tmp_path / "o.mcap")]
    assert main(argv) == 0
    assert "copied 3 messages of 3 topics" in capsys.readouterr().out.splitlines()
    with Reader(tmp_path / "o.mcap") as reader:
        found = {one.topic: (one, bytes(data)) for one, _, data in reader.messages()}
    for topic, kind, _, data in (own, strange):
        connection, copy = found[topic]
        assert (connection.msgtype, connection.msgdef.data) == (kind, definitions[kind])
        assert copy == data


def test_bag_needs_no_ros(bag: Path, model: str, tmp_path: Path) -> None:
    script = (
        "import sys\n"
        "for name in ('rclpy', 'sensor_msgs', 'std_msgs', 'samwise_ros.msg', 'samwise_ros.ros'):\n"
        "    sys.modules[name] = None\n"  # importing them fails
        "from samwise_ros.cli.main import main\n"
        "sys.exit(main(sys.argv[1:]))"
    )
    argv = ["bag", str(bag), SENTENCES[0], "--model", model, "--out", str(tmp_path / "o.mcap")]
    done = subprocess.run(
        [sys.executable, "-c", script, *argv],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0].split() == ["sentence", "frames", "visible", "events"]
    assert lines[1].startswith("the red ball")
    assert "ACQUIRED 1" in lines[1]
    assert lines[2].startswith("9 frames in ")
    assert lines[3] == "copied 18 messages of 2 topics"
    assert lines[4].startswith(f"wrote {tmp_path / 'o.mcap'}, ")
