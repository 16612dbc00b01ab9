"""A file is replaced as a whole; devices, folders and the files of others stay."""

import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from samwise_ros.files.atomic import AtomicFile, write_atomically

WRITER = """
import sys
from pathlib import Path
from samwise_ros.files.atomic import write_atomically

for number in range(40):
    write_atomically(Path(sys.argv[1]), sys.argv[2].encode() * 100_000)
"""


def test_a_new_file_and_its_folders_are_created(tmp_path: Path) -> None:
    write_atomically(tmp_path / "a" / "b" / "file", b"content")
    assert (tmp_path / "a" / "b" / "file").read_bytes() == b"content"
    assert os.listdir(tmp_path / "a" / "b") == ["file"]


def test_an_error_inside_the_block_leaves_the_old_file(tmp_path: Path) -> None:
    write_atomically(tmp_path / "file", b"old")

    def fail() -> None:
        with AtomicFile(tmp_path / "file") as file:
            file.write(b"new")
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert (tmp_path / "file").read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["file"]


def test_a_link_stays_and_its_target_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "file").write_bytes(b"old")
    (tmp_path / "real" / "file").chmod(0o640)
    (tmp_path / "link").symlink_to("second")
    (tmp_path / "second").symlink_to(tmp_path / "real" / "file")
    write_atomically(tmp_path / "link", b"new")
    assert (tmp_path / "link").readlink() == Path("second")
    assert (tmp_path / "real" / "file").read_bytes() == b"new"
    assert (tmp_path / "real" / "file").stat().st_mode & 0o777 == 0o640
    (tmp_path / "dangling").symlink_to(tmp_path / "real" / "other")
    write_atomically(tmp_path / "dangling", b"new")
    assert (tmp_path / "real" / "other").read_bytes() == b"new"


def test_fifos_sockets_and_folders_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # A socket's path has at most 107 bytes.
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to("pipe")
    (tmp_path / "folder").mkdir()
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("socket")
        for name in ("pipe", "link", "socket"):
            with pytest.raises(OSError, match="Not a regular file but a device, FIFO or socket"):
                write_atomically(tmp_path / name, b"content")
    with pytest.raises(IsADirectoryError):
        write_atomically(tmp_path / "folder", b"content")
    assert sorted(os.listdir(tmp_path)) == ["folder", "link", "pipe", "socket"]
    assert (tmp_path / "pipe").is_fifo()


def test_files_of_others_stay_and_abandoned_files_go(tmp_path: Path) -> None:
    others = ["file.old.part", "file.1234.part", ".file.0123.part", ".other.0123456789abcdef.part"]
    for name in others:
        (tmp_path / name).write_bytes(b"mine")
    (tmp_path / ".file.0123456789abcdef.part").write_bytes(b"left by a killed process")
    with AtomicFile(tmp_path / "file") as first:
        with AtomicFile(tmp_path / "file") as second:
            second.write(b"second")
        first.write(b"first")
    assert (tmp_path / "file").read_bytes() == b"first"
    assert sorted(os.listdir(tmp_path)) == sorted([*others, "file"])


def test_processes_that_write_to_one_file_do_not_disturb_each_other(tmp_path: Path) -> None:
    path = tmp_path / "file"
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, path, letter], stderr=subprocess.PIPE, text=True
        )
        for letter in "abc"
    ]
    errors = [writer.communicate(timeout=60)[1] for writer in writers]
    assert errors == ["", "", ""]
    assert re.fullmatch(rb"a{100000}|b{100000}|c{100000}", path.read_bytes())
    assert os.listdir(tmp_path) == ["file"]


def test_a_long_name_leaves_room_for_the_temporary_name(tmp_path: Path) -> None:
    name = "ä" * 127
    write_atomically(tmp_path / name, b"content")
    assert os.listdir(tmp_path) == [name]
