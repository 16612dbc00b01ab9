"""`samwise ablation` trains, scores and compares variants, and resumes."""

import json
import shutil
from pathlib import Path

import pytest

from samwise_ros.cli.main import main
from samwise_ros.data.formats.write_mevis import write_mevis
from samwise_ros.data.painted.video import PaintedConfig
from samwise_ros.network.checkpoints.fingerprint import fingerprint
from samwise_ros.network.checkpoints.model_folder import load_model
from samwise_ros.training.recipe import Recipe
from samwise_ros.training.trainer import Trainer

RECIPE = """
seed: 1
data: painted:train
stages:
  - {name: look, task: sentences, steps: 2, frames: 2, warmup: 1}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A recipe and a small test set."""
    folder = tmp_path_factory.mktemp("ablation")
    (folder / "recipe.yaml").write_text(RECIPE)
    write_mevis(folder / "mevis", {"train": 1}, PaintedConfig(8, 64, 48))
    return folder


@pytest.fixture(scope="module")
def argv(folder: Path, model: str) -> list[str]:
    """The command with two variants."""
    command = ["ablation", str(folder / "recipe.yaml"), "--data", f"mevis:{folder / 'mevis'}"]
    return [*command, "--init", model, "--variants", "prompt", "selective"]


@pytest.fixture(scope="module")
def done(argv: list[str], folder: Path) -> Path:
    """The folder of a complete ablation."""
    assert main([*argv, "--out", str(folder / "run")]) == 0
    return folder / "run"


def test_ablation_trains_and_scores_each_variant(done: Path, model: str) -> None:
    table = (done / "ablation.md").read_text()
    assert table.count("\n| both + HSA") == 4
    assert table.count("\n| prompt alone | never | 0 |") == 1
    data = json.loads((done / "ablation.json").read_text())
    assert [variant["name"] for variant in data["variants"]] == ["prompt", "selective"]
    assert [len(variant["results"]["runs"]) for variant in data["variants"]] == [2, 8]
    base, _ = load_model(model)
    for variant in ("prompt", "selective"):
        untrained, _ = load_model(str(done / variant / "untrained"))
        network, _ = load_model(str(done / variant / "trained" / "model"))
        assert fingerprint(network.sam) == fingerprint(base.sam)
        assert fingerprint(network.text_encoder) == fingerprint(base.text_encoder)
        assert fingerprint(network.prompt) != fingerprint(untrained.prompt)


def test_complete_ablation_is_not_repeated(
    argv: list[str], done: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    written = {path: path.stat().st_mtime_ns for path in done.rglob("*/trained/**/*")}
    scores = sorted(done.rglob("scores-*.jsonl"))
    before = [path.read_text() for path in scores]
    assert main([*argv, "--out", str(done)]) == 0
    assert capsys.readouterr().out == (done / "ablation.md").read_text()
    assert {path: path.stat().st_mtime_ns for path in done.rglob("*/trained/**/*")} == written
    assert [path.read_text() for path in scores] == before


def test_interrupted_training_resumes(argv: list[str], done: Path, tmp_path: Path) -> None:
    untrained, trained = tmp_path / "prompt" / "untrained", tmp_path / "prompt" / "trained"
    shutil.copytree(done / "prompt" / "untrained", untrained)
    assert not Trainer(Recipe.read(Path(argv[1])), trained, init=str(untrained)).run(steps=1)
    assert main([*argv, "--variants", "prompt", "--out", str(tmp_path)]) == 0
    models = [out / "prompt" / "trained" / "model" for out in (done, tmp_path)]
    complete, resumed = (load_model(str(model))[0] for model in models)
    assert fingerprint(complete) == fingerprint(resumed)


def test_changed_settings_are_rejected(
    argv: list[str], done: Path, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = folder / "other.yaml"
    other.write_text(RECIPE.replace("seed: 1", "seed: 2"))
    assert main([argv[0], str(other), *argv[2:], "--out", str(done)]) == 2
    assert "untrained: expected the initial model of this seed" in capsys.readouterr().err
    other.write_text(RECIPE.replace("steps: 2", "steps: 3"))
    assert main([argv[0], str(other), *argv[2:], "--out", str(done)]) == 2
    assert "belongs to another recipe: in stage look, steps was 2" in capsys.readouterr().err
    assert main([*argv, "--data", "painted:val", "--out", str(done)]) == 2
    assert "belongs to another evaluation: data was" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        (("--threads", "0"), "--threads: expected 1 or more, got 0"),
        (("--videos", "0"), "videos: expected 1 or more, got 0"),
        (("--data", "moon:test"), "'moon:test': expected one of"),
        (("--init", "moon"), "moon: no such model folder"),
    ],
)
def test_invalid_arguments_are_rejected_before_training(
    argv: list[str],
    more: tuple[str, str],
    reason: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main([*argv, "--out", str(tmp_path / "run"), *more]) == 2
    assert reason in capsys.readouterr().err
    assert not (tmp_path / "run").exists()
