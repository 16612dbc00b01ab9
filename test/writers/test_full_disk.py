"""Commands that cannot write a file name the file and the reason, and leave nothing half-made."""

import subprocess
import sys
from pathlib import Path

import torch
from killed_commands import Commands
from released_form import released_state
from test_killed_writers import RECIPE
from write_ref_davis17 import write_ref_davis17

from samwise_ros.data.formats.write_mevis import write_mevis
from samwise_ros.data.painted.video import PaintedConfig, make_video
from samwise_ros.network.text.tokenizer import SentenceTokenizer
from samwise_ros.vision.image_writer import write_image


def test_segment_masks(commands: Commands, model: str, tmp_path: Path) -> None:
    video = make_video("test", 3, PaintedConfig(frames=2, width=96, height=72))
    for index, frame in enumerate(video.frames):
        write_image(tmp_path / "frames" / f"{index}.png", frame)
    masks, out = tmp_path / "masks", tmp_path / "out.mp4"
    argv = ["segment", str(tmp_path / "frames"), "the red ball", "--model", model]
    argv += ["--masks", str(masks), "--out", str(out)]
    error = commands.fail(argv, 60)
    assert error.startswith(f"samwise segment: error: {masks}/")
    assert error.endswith("cannot write the image: File too large")
    assert [path.name for path in tmp_path.iterdir()] == ["frames"]


def test_convert(commands: Commands, tmp_path: Path) -> None:
    torch.save({"model": released_state()}, tmp_path / "released.pth")
    SentenceTokenizer.from_words(["red", "ball"]).save(tmp_path / "tokenizer.json")
    before = sorted(tmp_path.iterdir())
    argv = ["convert", "released", str(tmp_path / "released.pth"), "--preset", "mini"]
    argv += ["--trained-frames", "8", "--tokenizer", str(tmp_path / "tokenizer.json")]
    argv += ["--out", str(tmp_path / "model")]
    for limit, name in ((100, "config.json"), (20_000, "model.safetensors")):
        error = commands.fail(argv, limit)
        assert f"{tmp_path}/" in error
        assert name in error
        assert "File too large" in error
        assert sorted(tmp_path.iterdir()) == before


def test_data_painted(commands: Commands, tmp_path: Path) -> None:
    argv = ["data", "painted", "--out", str(tmp_path / "set"), "--videos", "1", "--frames", "2"]
    argv += ["--width", "64", "--height", "48"]
    error = commands.fail(argv, 200)
    assert f"{tmp_path}/" in error
    assert "File too large" in error
    assert list(tmp_path.iterdir()) == []
    commands.run(argv)


def _write_formats(folder: Path) -> dict[str, str]:
    """Write one small video in two formats; return the values of ``--data``."""
    config = PaintedConfig(2, 64, 48)
    write_mevis(folder / "mevis", {"train": 1}, config)
    write_ref_davis17(folder / "davis", {"train": 1}, config)
    return {name: f"{name}:{folder / place}:train" for name, place in FORMATS.items()}


FORMATS = {"mevis": "mevis", "ref_davis17": "davis"}


def test_evaluate(commands: Commands, model: str, tmp_path: Path) -> None:
    data = _write_formats(tmp_path)
    out = tmp_path / "out"
    scores = out / "scores.json"
    out.mkdir()
    scores.write_text("old")
    for option, data_format, limit, reason in (
        (["--json", str(scores)], "mevis", 100, f"'{scores}'"),
        (["--predictions", str(out)], "mevis", 60, "cannot write the image: File too large"),
        (["--predictions", str(out)], "ref_davis17", 60, "File too large"),
        (["--save-overlays", str(out)], "mevis", 200, "cannot write the video: File too large"),
        (["--out", str(out / "records")], "mevis", 300, "scores-0.jsonl"),
    ):
        argv = ["evaluate", "--model", model, "--data", data[data_format], "--mode", "online"]
        error = commands.fail([*argv, *option], limit)
        assert f"{out}/" in error
        assert reason in error
        assert scores.read_text() == "old"
        assert not [path for path in out.rglob("*") if ".part" in path.name]
    commands.run([*argv, "--out", str(out / "records"), "--json", str(scores)])  # resumes


REPORT = """
import resource, sys
from pathlib import Path
from samwise_ros.benchmark.report import Table, write_report
resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))
write_report(Path(sys.argv[1]), "engine", {}, {}, [Table("frames", (), [{"fps": 30.0}] * 100)])
"""


def test_benchmark_report(tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    report.write_text("old")
    command = [sys.executable, "-c", REPORT, report]
    process = subprocess.run(command, capture_output=True, text=True, check=False)
    assert f"File too large: '{report}'" in process.stderr
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [(report.name, "old")]


def test_train(commands: Commands, tmp_path: Path) -> None:
    (tmp_path / "recipe.yaml").write_text(RECIPE)
    argv = ["train", str(tmp_path / "recipe.yaml"), "--data", "painted:train", "--device", "cpu"]
    # The tensors that the data loader passes through shared memory are smaller.
    error = commands.fail([*argv, "--out", str(tmp_path / "run")], 4 << 20)
    assert str(tmp_path / "run" / "model" / "model.safetensors") in error
    assert "File too large" in error
    assert not list(tmp_path.rglob("*.part"))
