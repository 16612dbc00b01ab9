"""The offline examples run on a short generated video."""

import re
import runpy
import sys
from pathlib import Path

import pytest
from recording import drive

from samwise_ros.data.open_dataset import open_dataset
from samwise_ros.data.painted.video import PaintedConfig, make_video
from samwise_ros.vision.video_reader import VideoReader
from samwise_ros.vision.video_writer import VideoWriter

EXAMPLES = Path(__file__).parents[2] / "examples"
FRAMES = 6
MAX_LINES = 40

# Arguments, and a part of the output.
RUNS = {
    "segment_video.py": (["{video}", "{folder}/out.mp4", "{sentence}"], "{sentence} TRACKING "),
    "image_stream.py": (["tabletop", "{sentence}", "{video}"], "TRACKING pixels: "),
    "save_and_resume.py": (
        ["{video}", "{folder}/memory.samwise", "{sentence}"],
        "resumed: {sentence} TRACKING",
    ),
    "two_cameras.py": (["{video}", "{video}"], "rejected: empty the sentence contains no word"),
    "count.py": (["{video}", "{sentence}"], "{sentence}: appeared 1 times, visible on "),
    "own_model.py": (["{model}", "{video}", "{sentence}"], "{sentence}: TRACKING"),
    "bag_to_dataset.py": (["{bag}", "{folder}/dataset", "{sentence}", "the red ball"], ""),
}


@pytest.fixture(scope="module")
def values(tmp_path_factory, model):
    """A video and a bag, the sentence of an object in them, and a folder for outputs."""
    folder = tmp_path_factory.mktemp("examples")
    scene = make_video("test", 3, PaintedConfig(frames=FRAMES))
    with VideoWriter(folder / "video.mp4", 10) as writer:
        for image in scene.frames:
            writer.write(image)
    bag = drive(folder / "bag", scene.frames)
    sentence = scene.expressions[0].sentence
    video = folder / "video.mp4"
    return {"folder": folder, "video": video, "bag": bag, "sentence": sentence, "model": model}


@pytest.mark.parametrize("name", RUNS)
def test_example_runs(name, values, monkeypatch, capsys):
    arguments, output = RUNS[name]
    monkeypatch.setattr(sys, "argv", [name, *(text.format(**values) for text in arguments)])
    runpy.run_path(str(EXAMPLES / name), run_name="__main__")
    assert output.format(**values) in capsys.readouterr().out


def test_bag_becomes_a_valid_data_set(values, monkeypatch):
    folder = values["folder"] / "from bag"
    arguments = [str(values["bag"]), str(folder), values["sentence"], "the red ball"]
    monkeypatch.setattr(sys, "argv", ["bag_to_dataset.py", *arguments])
    runpy.run_path(str(EXAMPLES / "bag_to_dataset.py"))
    dataset = open_dataset(f"mevis:{folder}:train")
    assert len(dataset) == 1
    assert len(dataset.video(0).frames) == FRAMES
    assert [one.sentence for one in dataset.video(0).expressions] == arguments[2:]
    masks = dataset.masks(0, [0], range(FRAMES))
    assert masks.any(axis=(0, 2, 3)).sum() >= FRAMES - 2


def test_readme_program_runs(values, monkeypatch, capsys):
    readme = EXAMPLES.parent / "README.md"
    (program,) = re.findall(r"```python\n(.*?)```", readme.read_text(), re.DOTALL)
    monkeypatch.chdir(values["folder"])
    program = program.replace("the red ball", values["sentence"])
    Path("readme.py").write_text(program.replace("table.mp4", "video.mp4"))
    runpy.run_path("readme.py")
    assert f"{values['sentence']} TRACKING " in capsys.readouterr().out


def test_segment_video_writes_every_frame(values, monkeypatch):
    arguments = [str(values["video"]), str(values["folder"] / "all.mp4"), values["sentence"]]
    monkeypatch.setattr(sys, "argv", ["segment_video.py", *arguments])
    runpy.run_path(str(EXAMPLES / "segment_video.py"))
    with VideoReader(values["folder"] / "all.mp4") as reader:
        assert len(list(reader)) == FRAMES


def test_offline_examples_are_short_and_tested():
    examples = [path for path in EXAMPLES.glob("*.py") if not path.name.startswith("ros_")]
    assert {path.name for path in examples} == set(RUNS)
    assert all(len(path.read_text().splitlines()) <= MAX_LINES for path in examples)
