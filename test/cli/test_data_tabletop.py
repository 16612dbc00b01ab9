"""`samwise data tabletop` as a separate process: written, killed, continued, read."""

import json
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from samwise_ros.cli.main import main
from samwise_ros.data.open_dataset import open_dataset

SCRIPT = Path(__file__).parents[2] / "scripts" / "samwise"
SIZE = ["--frames", "8", "--width", "64", "--height", "48", "--processes", "1"]


def _argv(out: Path, *more: str) -> list[str]:
    return ["data", "tabletop", "--out", str(out), *SIZE, *more]


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _is_alive(pid: int) -> bool:
    try:
        return ") Z " not in Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False


@pytest.mark.gl
def test_a_killed_writer_continues(tmp_path: Path) -> None:
    out = tmp_path / "out"
    argv = _argv(out, "--videos", "3")
    # The installed program: its processes import it.
    process = subprocess.Popen([sys.executable, str(SCRIPT), *argv])
    entries = out / "train" / "entries"
    deadline = time.monotonic() + 60
    while not list(entries.glob("*.json")) and time.monotonic() < deadline:
        time.sleep(0.02)
    workers = _children(process.pid)
    assert workers
    process.send_signal(signal.SIGKILL)
    process.wait(10)
    while any(_is_alive(worker) for worker in workers):
        assert time.monotonic() < deadline, workers
        time.sleep(0.02)
    kept = {path.name: path.stat().st_mtime_ns for path in entries.glob("*.json")}
    assert kept

    assert main(argv) == 0
    for name, written in kept.items():
        assert (entries / name).stat().st_mtime_ns == written
    dataset = open_dataset(f"mevis:{out}:train")
    assert len(dataset) == 3
    for index in range(3):
        video = dataset.video(index)
        truth = np.load(out / "train" / "truth" / f"{video.name}.npz")
        listed = json.loads((entries / f"{video.name}.json").read_text())["expressions"]
        for each in video.expressions:
            (masks,) = dataset.masks(index, each.objects, range(8))
            target = listed[each.id]["obj_id"]  # complete masks; none of what is absent
            labels = truth["labels"] == (target[0] + 1 if target else 254)
            assert (masks == labels).all()
            assert bool(target) == (each.kind != "absent")
            assert each.span(8) == range(listed[each.id]["start"], listed[each.id]["stop"])
        assert truth["depth_mm"].shape == (8, 48, 64)
        assert truth["contact"].shape == truth["motion"].shape
    assert main(["data", "check", str(out)]) == 0
    versions = json.loads((out / "tabletop.json").read_text())["versions"]
    assert set(versions) == {"mujoco", "gl_renderer", "gl_version"}

    other = tmp_path / "other"
    assert main(_argv(other, "--videos", "1", "--first", "2")) == 0
    (entry,) = (other / "train" / "entries").iterdir()
    assert entry.read_bytes() == (entries / entry.name).read_bytes()
    assert open_dataset(f"mevis:{other}:train").video(0).name == dataset.video(2).name


@pytest.mark.gl
def test_another_size_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "tabletop.json").write_text('{"settings": {"width": 320}}')
    assert main(_argv(tmp_path)) == 2
    assert "choose a new folder" in capsys.readouterr().err


def test_missing_gl_is_one_line_that_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "mujoco.egl", None)  # its import fails without the library
    assert main(_argv(tmp_path / "out")) == 2
    error = capsys.readouterr().err
    assert "apt install libegl1" in error
    assert error.count("\n") == 1
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("argv", "reason"),
    [
        (["--split", "test", "--videos", "101"], "at most 100 of the split test"),
        (["--frames", "7"], "--frames: expected 8 to 96"),
        (["--processes", "0"], "processes: expected 1 or more"),
        (["--first", "-1"], "first: expected 0 or more"),
        (["--width", "16"], "at least 32 pixels"),
    ],
)
def test_invalid_arguments_are_refused(
    argv: list[str], reason: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(_argv(tmp_path / "out", *argv)) == 2
    assert reason in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.mark.gl
def test_look_book_refuses_another_format_before_it_renders(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["data", "look-book", "--out", str(tmp_path / "book.txt")]) == 2
    assert "book.txt: expected a name that ends in .webp, .png, .jpg" in capsys.readouterr().err


@pytest.mark.gl
def test_full_disk_names_the_file_and_what_is_complete_stays(tmp_path: Path) -> None:
    out = tmp_path / "out"
    argv = [sys.executable, str(SCRIPT), *_argv(out, "--split", "train", "--videos", "1")]
    for limit, name in ((500, "00000.jpg"), (6000, "train000000.npz")):

        def fill(limit: int = limit) -> None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

        done = subprocess.run(argv, preexec_fn=fill, capture_output=True, text=True, check=False)
        assert done.returncode == 2
        last = done.stderr.splitlines()[-1]
        assert f"{out}/train/" in last
        assert name in last
        assert not list(out.glob("train/truth/*"))
    subprocess.run(argv, check=True, capture_output=True)
    assert [path.name for path in out.glob("train/truth/*")] == ["train000000.npz"]
