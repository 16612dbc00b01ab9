"""`samwise train`: a model at the end, and the same command goes on."""

from pathlib import Path

import pytest

from samwise_ros.cli.main import main
from samwise_ros.network.checkpoint import load_model

RECIPE = """
preset: tabletop
seed: 1
stages:
  - {name: words, task: words, steps: 2, batch: 4}
"""


def test_it_trains_and_then_knows_that_it_has(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "recipe.yaml").write_text(RECIPE)
    argv = ["train", str(tmp_path / "recipe.yaml"), "--out", str(tmp_path / "run")]
    assert main(argv) == 0
    assert capsys.readouterr().out == f"the model is in {tmp_path / 'run' / 'model'}\n"
    load_model(str(tmp_path / "run" / "model"))
    assert main(argv) == 0
    assert "has all of its 1 stages" in capsys.readouterr().out


def test_mistakes_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    recipe = tmp_path / "recipe.yaml"
    argv = ["train", str(recipe), "--out", str(tmp_path / "run")]
    assert main(argv) == 2
    assert f"{recipe}: " in capsys.readouterr().err
    recipe.write_text(RECIPE.replace("steps", "stairs"))
    assert main(argv) == 2
    assert "unknown settings in stage words: stairs" in capsys.readouterr().err
    assert main([*argv, "--threads", "0"]) == 2
    assert "threads: expected 1 or more, got 0" in capsys.readouterr().err
