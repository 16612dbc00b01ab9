"""Commands that cannot write a file name the file and the reason, and leave nothing half-made."""

import subprocess
import sys
from pathlib import Path

import torch
from released_form import released_state
from test_killed_writers import RECIPE

from samwise_ros.data.painted.video import PaintedConfig, make_video
from samwise_ros.network.text.tokenizer import SentenceTokenizer
from samwise_ros.vision.image_writer import write_image

LIMITED = """
import resource, sys
from samwise_ros.cli.main import main
limit = int(sys.argv[1])
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
sys.exit(main(sys.argv[2:]))
"""


def _error_of(arguments: list[str], limit: int) -> str:
    """Run a command that may write files up to a size; return its last line."""
    command = [sys.executable, "-c", LIMITED, str(limit), *arguments]
    process = subprocess.run(command, capture_output=True, text=True, check=False)
    assert process.returncode == 2, process.stderr
    assert "Traceback" not in process.stderr
    return process.stderr.splitlines()[-1]


def test_segment_masks(model: str, tmp_path: Path) -> None:
    video = make_video("test", 3, PaintedConfig(frames=2, width=96, height=72))
    for index, frame in enumerate(video.frames):
        write_image(tmp_path / "frames" / f"{index}.png", frame)
    masks, out = tmp_path / "masks", tmp_path / "out.mp4"
    argv = ["segment", str(tmp_path / "frames"), "the red ball", "--model", model]
    argv += ["--masks", str(masks), "--out", str(out)]
    error = _error_of(argv, 60)
    assert error.startswith(f"samwise segment: error: {masks}/")
    assert error.endswith("cannot write the image: File too large")
    assert [path.name for path in tmp_path.iterdir()] == ["frames"]


def test_convert(tmp_path: Path) -> None:
    torch.save({"model": released_state()}, tmp_path / "released.pth")
    SentenceTokenizer.from_words(["red", "ball"]).save(tmp_path / "tokenizer.json")
    before = sorted(tmp_path.iterdir())
    argv = ["convert", "released", str(tmp_path / "released.pth"), "--preset", "mini"]
    argv += ["--trained-frames", "8", "--tokenizer", str(tmp_path / "tokenizer.json")]
    argv += ["--out", str(tmp_path / "model")]
    for limit, name in ((100, "config.json"), (20_000, "model.safetensors")):
        error = _error_of(argv, limit)
        assert f"{tmp_path}/" in error
        assert name in error
        assert "File too large" in error
        assert sorted(tmp_path.iterdir()) == before


def test_train(tmp_path: Path) -> None:
    (tmp_path / "recipe.yaml").write_text(RECIPE)
    argv = ["train", str(tmp_path / "recipe.yaml"), "--data", "painted:train", "--device", "cpu"]
    # The tensors that the data loader passes through shared memory are smaller.
    error = _error_of([*argv, "--out", str(tmp_path / "run")], 4 << 20)
    assert str(tmp_path / "run" / "model" / "model.safetensors") in error
    assert "File too large" in error
    assert not list(tmp_path.rglob("*.part"))
