"""`samwise train`: a model at the end, and the same command goes on."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from samwise_ros.cli.main import main
from samwise_ros.network.checkpoints.model_folder import load_model

SMOKE = Path(__file__).parent / "train_smoke.sh"
RECIPE = """
preset: tabletop
seed: 1
stages:
  - {name: words, task: words, steps: 2, batch: 4}
"""


@pytest.fixture
def argv(tmp_path: Path) -> list[str]:
    """Train two steps on generated sentences."""
    recipe = tmp_path / "recipe.yaml"
    recipe.write_text(RECIPE)
    out = str(tmp_path / "run")
    return ["train", str(recipe), "--data", "tabletop:train", "--out", out, "--device", "cpu"]


def test_it_trains_goes_on_and_then_knows_that_it_has(
    argv: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = tmp_path / "run"
    assert main([*argv, "--stop-after", "1"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        f"{run}: begins at stage 1 of 1, step 0",
        "stopped; the same command goes on",
    ]
    assert main(argv) == 0
    assert capsys.readouterr().out.splitlines() == [
        f"{run}: goes on at stage 1 of 1, step 1",
        f"the model is in {run / 'model'}",
    ]
    load_model(str(run / "model"))
    assert main(argv) == 0
    assert "has all of its 1 stages" in capsys.readouterr().out


def test_mistakes_are_told(
    argv: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def told(*more: str) -> str:
        assert main([*argv, *more]) == 2
        return capsys.readouterr().err

    assert "threads: expected 1 or more, got 0" in told("--threads", "0")
    assert "stop-after: expected 1 or more, got 0" in told("--stop-after", "0")
    assert "'moon:train': expected one of mevis:DIR:SPLIT" in told("--data", "moon:train")
    assert "no such model folder" in told("--init", str(tmp_path / "none"))
    (tmp_path / "recipe.yaml").write_text(RECIPE.replace("steps", "stairs"))
    assert "unknown settings in stage 1: stairs" in told()
    (tmp_path / "recipe.yaml").unlink()
    assert f"{tmp_path / 'recipe.yaml'}: " in told()


def test_train_smoke(tmp_path: Path) -> None:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        [SMOKE, tmp_path],
        check=False,
        capture_output=True,
        text=True,
        timeout=300,
        env={**os.environ, "PATH": path},
    )
    assert done.returncode == 0, done.stderr
    assert "goes on at stage 1 of 1, step 2" in done.stdout
    assert "| sentences |" in done.stdout
    assert (tmp_path / "run" / "log.jsonl").read_text().count("J&F") == 2
