"""The offline examples run on a short generated video."""

import re
import runpy
import sys
from pathlib import Path

import pytest

from samwise_ros.data.painted.video import PaintedConfig, make_video
from samwise_ros.vision.video_reader import VideoReader
from samwise_ros.vision.video_writer import VideoWriter

EXAMPLES = Path(__file__).parents[2] / "examples"
FRAMES = 6
MAX_LINES = 40

# Arguments, and a part of the output.
RUNS = {
    "segment_video.py": (["{video}", "{folder}/out.mp4", "{sentence}"], "{sentence} TRACKING "),
    "image_stream.py": (["{sentence}", "{video}"], "TRACKING pixels: "),
    "save_and_resume.py": (
        ["{video}", "{folder}/memory.samwise", "{sentence}"],
        "resumed: {sentence} TRACKING",
    ),
    "two_cameras.py": (["{video}", "{video}"], "rejected: empty the sentence holds no word"),
}


@pytest.fixture(scope="module")
def values(tmp_path_factory):
    """A video, the sentence of an object in it, and a folder for outputs."""
    folder = tmp_path_factory.mktemp("examples")
    scene = make_video("test", 3, PaintedConfig(frames=FRAMES))
    with VideoWriter(folder / "video.mp4", 10) as writer:
        for image in scene.frames:
            writer.write(image)
    sentence = scene.expressions[0].sentence
    return {"folder": folder, "video": folder / "video.mp4", "sentence": sentence}


@pytest.mark.parametrize("name", RUNS)
def test_example_runs(name, values, monkeypatch, capsys):
    arguments, output = RUNS[name]
    monkeypatch.setattr(sys, "argv", [name, *(text.format(**values) for text in arguments)])
    runpy.run_path(str(EXAMPLES / name), run_name="__main__")
    assert output.format(**values) in capsys.readouterr().out


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
