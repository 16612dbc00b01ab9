"""Downloads from a real server that cuts, lies and forgets; then what was downloaded runs."""

import hashlib
import json
import runpy
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from file_server import FileServer

from samwise_ros.cli.download.catalogue import DOWNLOADS, RemoteFile
from samwise_ros.cli.download.transfer import transfer
from samwise_ros.cli.main import main
from samwise_ros.engine.config import EngineConfig
from samwise_ros.engine.engine import Engine
from samwise_ros.engine.types import Command, Frame
from samwise_ros.network.text.tokenizer import SentenceTokenizer

NETWORK_TESTS = Path(__file__).parents[2] / "network"
CONTENT = np.random.default_rng(0).bytes(3_000_000)
SHA256 = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def server() -> Iterator[FileServer]:
    with FileServer({"weights.pt": CONTENT}).running() as server:
        yield server


def _file(server: FileServer, size: int | None = None, sha256: str | None = None) -> RemoteFile:
    return RemoteFile("weights.pt", server.address("weights.pt"), size, sha256)


def _left(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_a_file_comes_whole_with_its_record(server: FileServer, tmp_path: Path) -> None:
    transfer(_file(server, len(CONTENT), SHA256), tmp_path)
    assert (tmp_path / "weights.pt").read_bytes() == CONTENT
    record = json.loads((tmp_path / "weights.pt.json").read_text())
    assert record["size"] == len(CONTENT)
    assert record["sha256"] == SHA256
    assert record["address"] == server.address("weights.pt")
    assert _left(tmp_path) == {"weights.pt", "weights.pt.json"}


def test_a_connection_that_is_cut_is_resumed_where_it_ended(
    server: FileServer, tmp_path: Path
) -> None:
    server.cuts = [1_000_000, 500_000]
    transfer(_file(server), tmp_path)
    assert (tmp_path / "weights.pt").read_bytes() == CONTENT
    assert server.asked == [None, "bytes=1000000-", "bytes=1500000-"]


def test_the_same_command_goes_on_after_the_server_was_away(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    server = FileServer({"weights.pt": CONTENT}, cuts=[700_000, 0, 0, 0])
    command = ["download", "", "--out", str(tmp_path)]
    with server.running():
        command[1] = server.address("weights.pt")
        assert main(command) == 2
    said = capsys.readouterr().err.splitlines()[-1]
    assert "cut again and again, at last after 700000 bytes" in said
    assert main(command) == 2
    said = capsys.readouterr().err.splitlines()[-1]
    assert "cannot be reached" in said
    assert "is this machine online?" in said
    assert "weights.pt" not in _left(tmp_path)
    server.asked.clear()
    with server.running():
        assert main(command) == 0
    assert server.asked == ["bytes=700000-"]
    assert SHA256 in capsys.readouterr().out


def test_parts_of_two_versions_are_not_put_together(server: FileServer, tmp_path: Path) -> None:
    server.cuts = [1_000_000, 0, 0, 0]
    with pytest.raises(OSError, match="cut again and again"):
        transfer(_file(server), tmp_path)
    server.files["weights.pt"] = CONTENT[::-1]
    transfer(_file(server), tmp_path)
    assert (tmp_path / "weights.pt").read_bytes() == CONTENT[::-1]


@pytest.mark.parametrize("lacking", ["ranges", "tagged"])
def test_without_ranges_or_versions_it_begins_again(
    server: FileServer, tmp_path: Path, lacking: str
) -> None:
    setattr(server, lacking, False)
    server.cuts = [1_000_000]
    transfer(_file(server), tmp_path)
    assert (tmp_path / "weights.pt").read_bytes() == CONTENT
    assert len(server.asked) == 2


def test_a_part_that_is_whole_already_is_taken(server: FileServer, tmp_path: Path) -> None:
    transfer(_file(server), tmp_path)
    (tmp_path / "weights.pt").rename(tmp_path / "weights.pt.part")
    transfer(_file(server, len(CONTENT), SHA256), tmp_path)
    assert (tmp_path / "weights.pt").read_bytes() == CONTENT
    assert server.asked == [None, f"bytes={len(CONTENT)}-"]


def test_a_part_that_is_too_long_is_thrown_away(server: FileServer, tmp_path: Path) -> None:
    transfer(_file(server), tmp_path)
    (tmp_path / "weights.pt").unlink()
    (tmp_path / "weights.pt.part").write_bytes(CONTENT + b"more")
    transfer(_file(server), tmp_path)
    assert (tmp_path / "weights.pt").read_bytes() == CONTENT


@pytest.mark.parametrize(
    ("size", "sha256", "message"),
    [
        (len(CONTENT) + 1, None, "is 3000000 bytes long, expected 3000001"),
        (None, "0" * 64, f"gave 3000000 bytes with SHA-256 {SHA256}, expected"),
    ],
)
def test_another_file_than_expected_is_not_kept(
    server: FileServer, tmp_path: Path, size: int | None, sha256: str | None, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        transfer(_file(server, size, sha256), tmp_path)
    assert _left(tmp_path) == set()


def test_a_file_that_is_there_is_checked_and_not_asked_for(
    server: FileServer, tmp_path: Path
) -> None:
    first = transfer(_file(server), tmp_path)
    assert transfer(_file(server), tmp_path) == first
    assert len(server.asked) == 1
    (tmp_path / "weights.pt").write_bytes(CONTENT[:-1])
    with pytest.raises(ValueError, match="is not the file it should be"):
        transfer(_file(server), tmp_path)


def test_a_file_put_there_by_hand_is_checked_and_recorded(tmp_path: Path) -> None:
    (tmp_path / "weights.pt").write_bytes(CONTENT)
    nowhere = RemoteFile("weights.pt", "http://127.0.0.1:9/weights.pt", len(CONTENT), SHA256)
    assert transfer(nowhere, tmp_path).sha256 == SHA256
    assert "weights.pt.json" in _left(tmp_path)
    (tmp_path / "weights.pt.json").unlink()
    (tmp_path / "weights.pt").write_bytes(CONTENT[:-1])
    with pytest.raises(ValueError, match="is not the file it should be"):
        transfer(nowhere, tmp_path)


def test_no_room_is_told_before_and_while_writing(server: FileServer, tmp_path: Path) -> None:
    server.announced = 1 << 60
    with pytest.raises(OSError, match=r"needs \d+ bytes more, has room for"):
        transfer(_file(server), tmp_path)
    server.announced = None
    (tmp_path / "weights.pt.part").symlink_to("/dev/full")
    with pytest.raises(OSError, match="no room; make some"):
        transfer(_file(server), tmp_path)


def test_what_the_server_does_not_have(
    server: FileServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["download", server.address("other.pt"), "--out", str(tmp_path)]) == 2
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 1
    assert "/other.pt: the server answered 404 Not Found" in said[0]


@pytest.mark.parametrize("name", ["sam9", "ftp://there/file.pt", "http://there/..", "http://there"])
def test_what_is_no_name_and_no_address(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["download", name, "--out", str(tmp_path)]) == 2
    assert "expected one of samwise_mevis" in capsys.readouterr().err


def test_the_list_names_all_and_says_what_is_by_hand(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["download", "--list"]) == 0
    listed = capsys.readouterr().out
    for name, what in DOWNLOADS.items():
        assert f"\n{name} " in f"\n{listed}"
        assert all(file.address in listed for file in what.files)
    assert main(["download", "samwise_mevis", "--out", str(tmp_path)]) == 2
    assert "only a browser gets it. Open https://drive.google.com/" in capsys.readouterr().out


def test_what_is_known_of_files_is_well_formed() -> None:
    for what in DOWNLOADS.values():
        for file in what.files:
            assert what.by_hand or len(bytes.fromhex(file.sha256 or "")) == 32
            assert what.by_hand or file.address.rpartition("/")[2] == file.name


def test_a_released_checkpoint_is_downloaded_converted_and_runs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """In the released form, with recipe weights and under the released name."""
    keys = json.loads((NETWORK_TESTS / "data" / "keys_mini.json").read_text())
    recipe = runpy.run_path(str(NETWORK_TESTS / "recipe.py"))["recipe_state_dict"]
    torch.save({"model": recipe(keys, "2")}, tmp_path / "released.pth")
    SentenceTokenizer.of_words(["the", "red", "mug"]).save(tmp_path / "tokenizer.json")
    served = {
        "final_model_mevis.pth": (tmp_path / "released.pth").read_bytes(),
        "tokenizer.json": (tmp_path / "tokenizer.json").read_bytes(),
    }
    here = tmp_path / "downloads"
    with FileServer(served, cuts=[100_000]).running() as server:
        addresses = [server.address(name) for name in served]
        assert main(["download", *addresses, "--out", str(here)]) == 0
    weights, tokenizer = (str(here / name) for name in served)
    model = str(tmp_path / "model")
    command = ["convert", "released", weights, "--tokenizer", tokenizer, "--preset", "mini"]
    assert main([*command, "--out", model]) == 0
    engine = Engine.from_model(model, device="cpu", config=EngineConfig(min_mask_area=1))
    engine.add(Command("1", "the red mug"))
    image = np.random.default_rng(1).integers(0, 256, (96, 128, 3), dtype=np.uint8)
    (target,) = engine.step(Frame(image, stamp_ns=0))[0].targets
    assert 0 < target.score < 1
