"""What `samwise verify` says of a shipped model, of other models, and of damaged weights."""

import dataclasses
import re
import shutil
from pathlib import Path

import pytest
import torch

from samwise_ros.cli.main import main
from samwise_ros.cli.verify.reference import REFERENCES
from samwise_ros.network.checkpoints.model_folder import load_model, save_model
from samwise_ros.network.checkpoints.model_home import RELEASED_MODELS, SHIPPED


def test_shipped_model_is_as_recorded(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", "tabletop"]) == 0
    printed = capsys.readouterr().out
    for line in ("preset +tabletop", "parameters +1749340", "fingerprint +[0-9a-f]{64}"):
        assert re.search(f"^{line}$", printed, re.M)
    assert printed.endswith("The model matches the reference values.\n")


def test_numbers_that_differ_are_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    other = dataclasses.replace(REFERENCES["tabletop"], fingerprint="0" * 64, similarity=0.5)
    monkeypatch.setitem(REFERENCES, "tabletop", other)
    assert main(["verify", "tabletop"]) == 1
    printed = capsys.readouterr().out
    assert f"PROBLEM: fingerprint: expected {'0' * 64}, got " in printed
    assert "PROBLEM: region similarity J: expected 0.5000 within" in printed
    assert "open an issue with this output" in printed.splitlines()[-1]


def test_own_model_has_nothing_to_compare_and_damaged_weights_are_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(SHIPPED / "tabletop", tmp_path / "mine")
    assert main(["verify", str(tmp_path / "mine")]) == 0
    assert "No reference values are recorded for this model" in capsys.readouterr().out
    network, tokenizer = load_model("tabletop")
    with torch.no_grad():
        network.get_parameter("sam.no_mem_embed")[0, 0, 0] = torch.nan
    save_model(tmp_path / "mine", network, tokenizer)
    assert main(["verify", str(tmp_path / "mine")]) == 2
    assert capsys.readouterr().err == (
        f"samwise verify: error: {tmp_path}/mine/model.safetensors: expected finite weights, got "
        "NaN or infinite values in sam.no_mem_embed; get the file again\n"
    )


def test_every_published_model_has_a_place_in_the_table() -> None:
    shipped = {path.name for path in SHIPPED.iterdir() if path.is_dir()}
    assert set(REFERENCES) == shipped | set(RELEASED_MODELS)
