"""Downloads from real servers on loopback that cut, refuse and lie; then the model runs."""

import dataclasses
import hashlib
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import requests
import torch
from file_server import CONFIRM_PAGE, DRIVE_FILE, DRIVE_PAGE, QUOTA_PAGE, FileServer
from released_form import released_state, training_checkpoint

from samwise_ros.cli.download import files as download_files
from samwise_ros.cli.download.catalogue import DOWNLOADS, Download, HubFile, RemoteFile
from samwise_ros.cli.download.files import fetch
from samwise_ros.cli.main import main
from samwise_ros.network.checkpoints.model_home import RELEASED_MODELS
from samwise_ros.network.text.tokenizer import SentenceTokenizer

CONTENT = np.random.default_rng(0).bytes(3_000_000)
SHA256 = hashlib.sha256(CONTENT).hexdigest()
NAME = "samwise_mevis"
CHECKPOINT = "final_model_mevis.pth"


@pytest.fixture
def server() -> Iterator[FileServer]:
    with FileServer({"weights.data": CONTENT}).running() as server:
        yield server


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SAMWISE_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def web(
    server: FileServer, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> FileServer:
    """Hugging Face and Google Drive on loopback, with a small model of the released form."""
    send = requests.adapters.HTTPAdapter.send

    def rerouted(self: Any, request: requests.PreparedRequest, **options: Any) -> Any:
        request.url = re.sub("^https://", server.address(), request.url or "")
        return send(self, request, **options)

    monkeypatch.setattr(requests.adapters.HTTPAdapter, "send", rerouted)
    hub = server.address().rstrip("/")
    monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", hub)
    monkeypatch.setattr(
        "huggingface_hub.constants.HUGGINGFACE_CO_URL_TEMPLATE",
        hub + "/{repo_id}/resolve/{revision}/{filename}",
    )
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
    small = dataclasses.replace(RELEASED_MODELS[NAME], preset="mini")
    monkeypatch.setitem(RELEASED_MODELS, NAME, small)
    torch.save(training_checkpoint(released_state()), tmp_path / "checkpoint")
    SentenceTokenizer.from_words(["the", "red", "mug"]).save(tmp_path / "tokenizer")
    tokenizer = (tmp_path / "tokenizer").read_bytes()
    known = DOWNLOADS[NAME].files[0]
    assert isinstance(known, HubFile)
    file = dataclasses.replace(
        known, size=len(tokenizer), sha256=hashlib.sha256(tokenizer).hexdigest()
    )
    files = (file, *DOWNLOADS[NAME].files[1:])
    monkeypatch.setitem(DOWNLOADS, NAME, Download("small", files))
    server.files[f"{file.repository}/resolve/{file.revision}/{file.name}"] = tokenizer
    server.files[DRIVE_FILE] = (tmp_path / "checkpoint").read_bytes()
    server.pages[DRIVE_PAGE] = CONFIRM_PAGE
    return server


def _file(server: FileServer, size: int | None = None, sha256: str | None = None) -> RemoteFile:
    return RemoteFile("weights.data", server.address("weights.data"), size, sha256)


def _names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_released_model_is_installed_by_name_verified_and_used(
    web: FileServer, home: Path, films: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    argv = ["segment", str(films / "video.mp4"), "the red mug", "--model", NAME]
    argv += ["--out", str(tmp_path / "out.mp4")]
    assert main(argv) == 2
    assert f"install it with `samwise download {NAME}`" in capsys.readouterr().err

    assert main(["download", NAME]) == 0
    assert f"installed in {home / 'models' / NAME}" in capsys.readouterr().out
    assert _names(home / "models") == {NAME}
    requested = len(web.ranges)
    assert main(["download", NAME]) == 0
    assert "already installed" in capsys.readouterr().out
    assert len(web.ranges) == requested

    assert main(["verify", NAME]) == 0
    printed = capsys.readouterr().out
    assert re.search(r"^preset +mini$", printed, re.M)
    assert re.search(r"^trained on +clips of 8 frames$", printed, re.M)
    assert f"No reference values are recorded for {NAME}: please open an issue" in printed
    assert main(argv) == 0
    assert "note:" not in capsys.readouterr().out


def test_quota_page_is_explained_and_a_file_saved_by_hand_is_used(
    web: FileServer, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    web.pages[DRIVE_FILE] = QUOTA_PAGE
    path = home / "downloads" / NAME / CHECKPOINT
    assert main(["download", NAME]) == 2
    (said,) = (line for line in capsys.readouterr().err.splitlines() if "error:" in line)
    assert "Too many users have viewed or downloaded this file recently." in said
    assert DOWNLOADS[NAME].files[1].address in said
    assert f"save the file as {path}" in said
    assert not (home / "models").exists()

    path.write_bytes(QUOTA_PAGE)
    assert main(["download", NAME]) == 2
    assert f"{path}: expected a file of tensors, but it is a web page" in capsys.readouterr().err

    path.write_bytes(web.files[DRIVE_FILE])
    assert main(["download", NAME]) == 0
    assert f"{path}: already there" in capsys.readouterr().out
    assert _names(home / "models") == {NAME}


def test_cut_connection_is_retried_within_one_command(web: FileServer, home: Path) -> None:
    # Tokenizer, confirmation page, checkpoint.
    web.cuts = [1 << 30, 1 << 30, 1 << 20]
    assert main(["download", NAME]) == 0
    assert f"bytes={1 << 20}-" in web.ranges


def test_same_command_resumes_after_an_interruption(
    server: FileServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(download_files, "_RETRIES", 0)
    server.cuts = [1 << 20]
    command = ["download", server.address("weights.data"), "--out", str(tmp_path)]
    assert main(command) == 2
    assert "run the same command to resume" in capsys.readouterr().err
    assert "weights.data" not in _names(tmp_path)
    assert main(command) == 0
    assert server.ranges[-1] == f"bytes={1 << 20}-"
    assert (tmp_path / "weights.data").read_bytes() == CONTENT
    assert _names(tmp_path) == {"weights.data"}


def test_ctrl_c_keeps_what_is_there(
    server: FileServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:

        def interrupt(*_: object) -> None:
            raise KeyboardInterrupt

        patch.setattr(download_files, "_check_disk_space", interrupt)
        command = ["download", server.address("weights.data"), "--out", str(tmp_path)]
        assert main(command) == 130
    assert main(command) == 0
    assert server.ranges[-1] is not None
    assert (tmp_path / "weights.data").read_bytes() == CONTENT


@pytest.mark.parametrize(("size", "sha256"), [(len(CONTENT) + 1, SHA256), (None, "0" * 64)])
def test_other_file_than_expected_is_removed(
    server: FileServer, tmp_path: Path, size: int | None, sha256: str
) -> None:
    with pytest.raises(ValueError, match=f"expected {size} bytes with SHA-256 .* got 3000000"):
        fetch(_file(server, size, sha256), tmp_path)
    assert _names(tmp_path) == set()


def test_file_that_is_there_is_checked_and_not_requested(
    server: FileServer, tmp_path: Path
) -> None:
    file = _file(server, len(CONTENT), SHA256)
    assert fetch(file, tmp_path) == tmp_path / "weights.data"
    assert fetch(file, tmp_path) == tmp_path / "weights.data"
    assert len(server.ranges) == 1
    (tmp_path / "weights.data").write_bytes(CONTENT[:-1])
    with pytest.raises(ValueError, match=r"delete .*weights\.data to download it again"):
        fetch(file, tmp_path)
    assert (tmp_path / "weights.data").exists()


@pytest.mark.parametrize("name", ["login.pth", "login.bin"])
def test_web_page_in_place_of_weights_is_removed(
    server: FileServer, tmp_path: Path, name: str
) -> None:
    server.pages[name] = b"\n<html><body>Please sign in</body></html>"
    file = RemoteFile(name, server.address(name))
    with pytest.raises(ValueError, match=rf"{name}: expected a file of tensors, .* web page"):
        fetch(file, tmp_path)
    assert _names(tmp_path) == set()


def test_disk_space_is_checked_before_a_download(server: FileServer, tmp_path: Path) -> None:
    with pytest.raises(OSError, match=r"needs \d+ MB of disk space, \d+ MB are free"):
        fetch(_file(server, 1 << 60, SHA256), tmp_path)
    assert server.ranges == []
    server.announced = 1 << 60
    with pytest.raises(OSError, match=r"needs \d+ MB of disk space, \d+ MB are free"):
        fetch(_file(server), tmp_path)


def test_missing_files_and_servers_are_named(
    web: FileServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["download", web.address("other.pt"), "--out", str(tmp_path)]) == 2
    assert "/other.pt: download failed (404" in capsys.readouterr().err
    hub = HubFile("absent.json", "FacebookAI/roberta-base", "0" * 40)
    with pytest.raises(OSError, match=r"absent\.json: download failed .* or save the file as"):
        fetch(hub, tmp_path)


def test_offline_mode_of_the_hub_is_named(
    web: FileServer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    assert main(["download", NAME]) == 2
    assert "but HF_HUB_OFFLINE is set: unset it, or save https://" in capsys.readouterr().err
    assert web.ranges == []


def test_usage_statistics_are_off() -> None:
    script = (
        "from samwise_ros.cli.main import main\n"
        "try: main(['--help'])\n"
        "finally:\n"
        "  from huggingface_hub.constants import HF_HUB_DISABLE_TELEMETRY\n"
        "  print(HF_HUB_DISABLE_TELEMETRY)"
    )
    environment = {k: v for k, v in os.environ.items() if k != "HF_HUB_DISABLE_TELEMETRY"}
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    assert done.stdout.endswith("True\n")


@pytest.mark.parametrize("name", ["sam9", "ftp://there/file.pt", "http://there/..", "http://there"])
def test_unknown_names_are_refused(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["download", name]) == 2
    assert "or one of samwise_mevis" in capsys.readouterr().err


def test_list_names_all(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["download", "--list"]) == 0
    listed = capsys.readouterr().out
    for name, what in DOWNLOADS.items():
        assert f"\n{name} " in f"\n{listed}"
        assert all(file.address in listed for file in what.files)


def test_known_files_have_checksums_except_on_google_drive() -> None:
    for what in DOWNLOADS.values():
        for file in what.files:
            on_drive = "drive.google.com" in file.address
            assert on_drive or len(bytes.fromhex(file.sha256 or "")) == 32
            assert on_drive or file.address.rpartition("/")[2] == file.name
