"""`samwise train` writes a model, and resumes."""

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
    return ["train", str(recipe), "--data", "painted:train", "--out", out, "--device", "cpu"]


def test_train_stops_resumes_and_completes(
    argv: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = tmp_path / "run"
    assert main([*argv, "--stop-after", "1"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        f"{run}: starts at stage 1 of 1, step 0",
        "stopped; run the same command to resume",
    ]
    assert main(argv) == 0
    assert capsys.readouterr().out.splitlines() == [
        f"{run}: resumes at stage 1 of 1, step 1",
        f"wrote the model to {run / 'model'}",
    ]
    load_model(str(run / "model"))
    assert main(argv) == 0
    assert "all 1 stages are complete" in capsys.readouterr().out


def test_invalid_arguments_are_rejected(
    argv: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def error_of(*more: str) -> str:
        assert main([*argv, *more]) == 2
        return capsys.readouterr().err

    assert "--threads: expected 1 or more, got 0" in error_of("--threads", "0")
    assert "--stop-after: expected 1 or more, got 0" in error_of("--stop-after", "0")
    assert "'moon:train': expected one of mevis:DIR:SPLIT" in error_of("--data", "moon:train")
    assert "no such model folder" in error_of("--init", str(tmp_path / "none"))
    (tmp_path / "recipe.yaml").write_text(RECIPE.replace("steps", "stairs"))
    assert "unknown settings in stage 1: stairs" in error_of()
    (tmp_path / "recipe.yaml").unlink()
    assert f"{tmp_path / 'recipe.yaml'}: " in error_of()


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
    assert "resumes at stage 1 of 1, step 2" in done.stdout
    assert "| sentences |" in done.stdout
    assert (tmp_path / "run" / "log.jsonl").read_text().count("J&F") == 2
