"""Files of tensors as others save them, and what is said of files that are something else."""

import argparse
import gzip
import os
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file

from samwise_ros.network.checkpoints.errors import CheckpointError
from samwise_ros.network.checkpoints.tensor_files import read_tensors

STATE = {
    "module.weight": torch.arange(1000.0),
    "module.half": torch.ones(3, dtype=torch.float16),
    "module.brain": torch.ones(3, dtype=torch.bfloat16),
}


class Bomb:
    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, ("exploded",)


class Custom:
    pass


def _training() -> dict[str, Any]:
    parameter = torch.nn.Parameter(torch.zeros(3))
    optimizer = torch.optim.AdamW([parameter])
    scheduler = torch.optim.lr_scheduler.MultiStepLR(optimizer, [3, 5])
    parameter.sum().backward()
    optimizer.step()
    scheduler.step()
    return {
        "model": STATE,
        "optimizer": optimizer.state_dict(),
        "lr_scheduler": scheduler.state_dict(),
        "epoch": 3,
        "args": argparse.Namespace(lr=1e-4, names=["red"], nested=argparse.Namespace(a=(1, None))),
    }


def _save(content: Any, path: Path, *, as_zip: bool) -> None:
    torch.save(content, path, _use_new_zipfile_serialization=as_zip)


@pytest.mark.parametrize("as_zip", [True, False], ids=["zip", "legacy"])
@pytest.mark.parametrize("content", [_training(), {"model": STATE}, STATE])
def test_checkpoints_load_as_training_saves_them(
    tmp_path: Path, content: Any, as_zip: bool
) -> None:
    _save(content, tmp_path / "a.pth", as_zip=as_zip)
    found = read_tensors(tmp_path / "a.pth")
    assert set(found) == set(STATE)
    for key, value in STATE.items():
        assert found[key].dtype == value.dtype
        assert torch.equal(found[key], value)


def test_safetensors_load_under_any_name(tmp_path: Path) -> None:
    save_file(STATE, tmp_path / "weights.pth")
    assert torch.equal(
        read_tensors(tmp_path / "weights.pth")["module.weight"], torch.arange(1000.0)
    )


@pytest.mark.parametrize("as_zip", [True, False], ids=["zip", "legacy"])
@pytest.mark.parametrize(
    ("content", "name"),
    [
        ({"model": Bomb()}, "posix.mkdir"),
        ({"model": STATE, "args": argparse.ArgumentParser}, "argparse.ArgumentParser"),
        ({"model": STATE, "args": argparse.Namespace(custom=Custom())}, r"\S*Custom"),
    ],
)
def test_other_pickled_objects_are_named_and_not_executed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: Any, name: str, as_zip: bool
) -> None:
    monkeypatch.chdir(tmp_path)
    _save(content, tmp_path / "bad.pth", as_zip=as_zip)
    message = rf"bad\.pth: holds a pickled {name}; nothing"
    with pytest.raises(CheckpointError, match=message) as caught:
        read_tensors(tmp_path / "bad.pth")
    assert "weights_only" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert not (tmp_path / "exploded").exists()


@pytest.mark.parametrize(
    ("key", "make"),
    [
        (7, lambda: torch.zeros(2)),
        ("weight", lambda: torch.zeros(2).to_sparse()),
        ("weight", lambda: torch.zeros(2, device="meta")),
        ("weight", lambda: torch.zeros(2, dtype=torch.complex64)),
    ],
    ids=["number", "sparse", "meta", "complex"],
)
def test_other_tensors_are_named(
    tmp_path: Path, key: int | str, make: Callable[[], torch.Tensor]
) -> None:
    torch.save({"model": {**STATE, key: make()}}, tmp_path / "bad.pth")
    message = rf"bad\.pth: .*other values: {key}"
    with pytest.raises(CheckpointError, match=message):
        read_tensors(tmp_path / "bad.pth")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "it is empty"),
        (b"<!DOCTYPE html><html><body>Quota</body></html>", "a web page"),
        (b"\n  <HTML lang='en'><body>Sign in</body></HTML>", "a web page"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "a Git LFS pointer"),
        (gzip.compress(b"weights"), "a gzip archive: unpack it first"),
        (b'{"error": "not found"}', "neither a PyTorch nor a safetensors file"),
        (b"hello", "neither a PyTorch nor a safetensors file"),
    ],
    ids=["empty", "html", "html_with_space", "lfs", "gzip", "json", "text"],
)
def test_other_files_are_called_what_they_are(tmp_path: Path, content: bytes, message: str) -> None:
    (tmp_path / "bad.pth").write_bytes(content)
    with pytest.raises(CheckpointError, match=rf"bad\.pth: expected a file of tensors.*{message}"):
        read_tensors(tmp_path / "bad.pth")


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["final_model.pth"], "a zip archive without PyTorch data"),
        (["model/data.pkl", "model/constants.pkl"], "a TorchScript program"),
    ],
)
def test_other_zip_archives_are_called_what_they_are(
    tmp_path: Path, names: list[str], message: str
) -> None:
    with zipfile.ZipFile(tmp_path / "other.pth", "w") as archive:
        for name in names:
            archive.writestr(name, b"content")
    with pytest.raises(CheckpointError, match=message):
        read_tensors(tmp_path / "other.pth")


def test_zip_archive_that_unpacks_to_more_than_its_size_is_refused(tmp_path: Path) -> None:
    torch.save({"model": {"w": torch.zeros(10**6)}}, tmp_path / "plain.pth")
    packed = zipfile.ZipFile(tmp_path / "packed.pth", "w", zipfile.ZIP_DEFLATED)
    with zipfile.ZipFile(tmp_path / "plain.pth") as plain, packed:
        for name in plain.namelist():
            packed.writestr(name, plain.read(name))
    with pytest.raises(CheckpointError, match=r"packed.pth: .* unpacks to 40\d+ bytes: unpack it"):
        read_tensors(tmp_path / "packed.pth")


@pytest.mark.parametrize("kind", ["zip", "legacy", "safetensors"])
@pytest.mark.parametrize("share", [0.02, 0.5, 0.99])
def test_cut_files_are_called_cut(tmp_path: Path, kind: str, share: float) -> None:
    path = tmp_path / "cut.pth"
    if kind == "safetensors":
        save_file(STATE, path)
    else:
        _save(_training(), path, as_zip=kind == "zip")
    size = int(path.stat().st_size * share)
    os.truncate(path, size)
    with pytest.raises(CheckpointError, match=f"is cut off or damaged at {size} bytes") as caught:
        read_tensors(path)
    assert "weights_only" not in str(caught.value)


def test_missing_files_and_other_contents_are_named(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match=r"none\.pth: no such file"):
        read_tensors(tmp_path / "none.pth")
    torch.save([1, 2], tmp_path / "list.pth")
    with pytest.raises(CheckpointError, match='one under "model", got list'):
        read_tensors(tmp_path / "list.pth")
    torch.save({"state": STATE, "epoch": 3}, tmp_path / "dict.pth")
    with pytest.raises(CheckpointError, match="these keys hold other values: state, epoch"):
        read_tensors(tmp_path / "dict.pth")
