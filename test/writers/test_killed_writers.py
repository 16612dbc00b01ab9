"""Commands killed at random moments leave old or new files, never a mixture, and run again."""

import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from killed_commands import Commands, kill_at_moments
from recording import drive
from released_form import released_state

from samwise_ros.data.painted.video import PaintedConfig, make_video
from samwise_ros.network.text.tokenizer import SentenceTokenizer
from samwise_ros.vision.image_writer import write_image

MOMENTS = pytest.mark.parametrize(
    "moments", [pytest.param(2, id="2"), pytest.param(50, id="50", marks=pytest.mark.slow)]
)
Tree = dict[str, bytes]


def _tree(path: Path) -> Tree:
    """Return the content of all files below a path, by name."""
    files = [path] if path.is_file() else sorted(path.rglob("*"))
    return {str(file.relative_to(path)): file.read_bytes() for file in files if file.is_file()}


@pytest.fixture(scope="module")
def frames() -> list[np.ndarray]:
    return list(make_video("test", 3, PaintedConfig(frames=5, width=96, height=72)).frames)


@MOMENTS
def test_segment(
    commands: Commands, model: str, frames: list[np.ndarray], tmp_path: Path, moments: int
) -> None:
    outputs = [tmp_path / "results" / name for name in ("out.mp4", "masks", "sheet.png")]
    overlay, masks, sheet = map(str, outputs)
    states: list[list[Tree]] = []
    for name, count in (("new", 3), ("old", 5)):
        for index in range(count):
            write_image(tmp_path / name / f"{index}.png", frames[index])
        argv = ["segment", str(tmp_path / name), "the red ball", "the cup", "--model", model]
        argv += ["--out", overlay, "--masks", masks, "--sheet", sheet]
        commands.run(argv)
        states.append([_tree(path) for path in outputs])
        if name == "new":
            new = argv
            shutil.copytree(tmp_path / "results", tmp_path / "first")
            shutil.rmtree(tmp_path / "results")
    seconds = commands.run(new)
    commands.run(argv)
    parts = [outputs[0].with_name(".out.mp4.*.part"), outputs[1] / ".1.part"]
    for _ in kill_at_moments(commands, new, seconds, moments, parts):
        for path, new_tree, old_tree in zip(outputs, *states, strict=True):
            got = {name: data for name, data in _tree(path).items() if ".part" not in name}
            if path.name == "masks":
                for number in ("1/", "2/"):
                    expected = [_below(tree, number) for tree in (new_tree, old_tree)]
                    assert _below(got, number) in expected
            else:
                assert got in (new_tree, old_tree), path
        commands.run(new)
        assert [_tree(path) for path in outputs] == states[0]
        assert sorted(path.name for path in (tmp_path / "results").iterdir()) == [
            "masks",
            "out.mp4",
            "sheet.png",
        ]
        commands.run(argv)


@MOMENTS
def test_save(commands: Commands, tmp_path: Path, moments: int) -> None:
    memory = tmp_path / "results" / "memory"
    old, new = (["save", str(memory), count] for count in "12")
    seconds = commands.run(new)
    new_bytes = memory.read_bytes()
    commands.run(old)
    old_bytes = memory.read_bytes()
    assert old_bytes != new_bytes
    parts = [memory.with_name(".memory.*.part")]
    for _ in kill_at_moments(commands, new, seconds, moments, parts):
        assert memory.read_bytes() in (old_bytes, new_bytes)
        commands.run(new)
        assert _tree(memory.parent) == {"memory": new_bytes}
        commands.run(old)


def _below(tree: Tree, folder: str) -> Tree:
    return {name: data for name, data in tree.items() if name.startswith(folder)}


def _kill_and_repeat(
    commands: Commands, argv: list[str], out: Path, moments: int, parts: list[Path]
) -> None:
    """Check that a new output is absent or complete, and that the next try succeeds."""
    seconds = commands.run(argv)
    complete = _tree(out)
    _remove(out)
    for _ in kill_at_moments(commands, argv, seconds, moments, parts):
        if out.exists():
            assert _tree(out).keys() == complete.keys()
            assert _size(_tree(out)) == pytest.approx(_size(complete), rel=0.02)
            _remove(out)
        commands.run(argv)
        assert [path.name for path in out.parent.iterdir()] == [out.name]
        _remove(out)


def _remove(path: Path) -> None:
    shutil.rmtree(path) if path.is_dir() else path.unlink()


def _size(tree: Tree) -> int:
    return sum(map(len, tree.values()))


@MOMENTS
def test_bag(
    commands: Commands, model: str, frames: list[np.ndarray], tmp_path: Path, moments: int
) -> None:
    bag, out = drive(tmp_path / "drive", frames), tmp_path / "results" / "out.mcap"
    argv = ["bag", str(bag), "the red ball", "--model", model, "--out", str(out)]
    _kill_and_repeat(commands, argv, out, moments, [out.with_name(".out.mcap.*.part")])


@MOMENTS
def test_convert(commands: Commands, tmp_path: Path, moments: int) -> None:
    torch.save({"model": released_state()}, tmp_path / "released.pth")
    SentenceTokenizer.from_words(["red", "ball"]).save(tmp_path / "tokenizer.json")
    out = tmp_path / "results" / "model"
    argv = ["convert", "released", str(tmp_path / "released.pth"), "--preset", "mini"]
    argv += ["--trained-frames", "8", "--tokenizer", str(tmp_path / "tokenizer.json")]
    argv += ["--out", str(out)]
    _kill_and_repeat(commands, argv, out, moments, [out.with_name(".model.part")])


RECIPE = """
preset: tabletop
seed: 1
losses: {focal: 20, score: 1, over: frame}
stages:
  - {name: one, task: sentences, steps: 1, batch: 1, frames: 2, targets: 1}
  - {name: two, task: sentences, steps: 1, batch: 1, frames: 2, targets: 1}
"""


@MOMENTS
def test_train(commands: Commands, tmp_path: Path, moments: int) -> None:
    (tmp_path / "recipe.yaml").write_text(RECIPE)
    out = tmp_path / "run"
    argv = ["train", str(tmp_path / "recipe.yaml"), "--data", "painted:train", "--device", "cpu"]
    argv += ["--out", str(out)]
    seconds = commands.run(argv)
    expected = _tree(out / "model")
    shutil.rmtree(out)
    parts = [out / "state.pt", out / "model"]
    for _ in kill_at_moments(commands, argv, seconds, moments, parts):
        for name in {"config.json", "model.safetensors"} & _tree(out / "model").keys():
            assert len((out / "model" / name).read_bytes()) == len(expected[name])
        commands.run(argv)  # resumes
        assert _tree(out / "model") == expected
        assert {path.name for path in out.iterdir()} == {
            "log.jsonl",
            "model",
            "state.pt",
            "tensorboard",
        }
        shutil.rmtree(out)
