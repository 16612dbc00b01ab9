"""Memory files on disk: always complete, and every modified byte is detected."""

import os
import random
import resource
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytest
import torch
from hypothesis import example, given, settings
from hypothesis import strategies as st
from safetensors.torch import save_file

from samwise_ros.engine.backend.samwise_backend import SamwiseBackend
from samwise_ros.engine.engine import Engine
from samwise_ros.engine.memory.file import MemoryFileError
from samwise_ros.engine.types import Command, Frame
from samwise_ros.network.checkpoints.model_folder import save_model

KILLS = 10


@pytest.fixture(scope="module")
def valid_file(network, tokenizer, images, tmp_path_factory):
    """A memory file of one frame."""
    path = tmp_path_factory.mktemp("valid") / "memory"
    engine = Engine(SamwiseBackend(network, tokenizer, device="cpu"))
    engine.add(Command("a", "the red mug"))
    engine.step(Frame(images[0]))
    engine.save(path)
    return path


@pytest.fixture
def saving(network, tokenizer, tmp_path):
    """A process that starts a saving process for each input line and prints one line."""
    save_model(tmp_path / "model", network, tokenizer)
    script = Path(__file__).parents[1] / "save_loop.py"
    with subprocess.Popen(
        [sys.executable, script, tmp_path / "model", tmp_path / "saved" / "memory"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        yield process
        os.killpg(process.pid, signal.SIGKILL)


def test_process_killed_while_saving_leaves_a_complete_file(make_engine, saving, tmp_path):
    path, chance, partial_files = tmp_path / "saved" / "memory", random.Random(0), 0
    for _ in range(KILLS):
        print(file=saving.stdin, flush=True)
        pid = int(saving.stdout.readline())
        assert saving.stdout.readline() == "saved once\n"
        while not list(path.parent.glob("*.part")):
            pass
        time.sleep(chance.choice((0, 0, 0.001, 0.01)))
        os.kill(pid, signal.SIGKILL)
        assert saving.stdout.readline() == f"{pid} ended by {signal.SIGKILL}\n"
        engine = make_engine()
        engine.load(path, ["camera"])
        assert [status.command.id for status in engine.commands] == ["a", "b", "c"]
        assert len({status.paused for status in engine.commands}) == 1
        partial_files = max(partial_files, len(os.listdir(path.parent)) - 1)
        assert partial_files <= 1, "partial files of killed processes were not removed"
    assert partial_files == 1, "no process was killed in the middle of a save"
    engine.save(path)
    assert os.listdir(path.parent) == ["memory"]


@contextmanager
def _file_size_limit(size):
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_full_disk_keeps_the_previous_file(make_engine, images, tmp_path):
    engine = make_engine()
    engine.add(Command("a", "the red mug"))
    engine.step(Frame(images[0]))
    engine.save(tmp_path / "memory")
    before = (tmp_path / "memory").read_bytes()
    engine.step(Frame(images[1]))
    with (
        _file_size_limit(100_000),
        pytest.raises(MemoryFileError, match="memory: cannot be written: File too large"),
    ):
        engine.save(tmp_path / "memory")
    assert (tmp_path / "memory").read_bytes() == before
    assert os.listdir(tmp_path) == ["memory"]


def test_unusable_paths_are_named_in_the_error(make_engine, tmp_path):
    engine = make_engine()
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_bytes(b"")
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(MemoryFileError, match="folder: cannot be written: Is a directory"):
        engine.save(tmp_path / "folder")
    (tmp_path / "link").symlink_to("pipe")
    for name in ("pipe", "link"):
        with pytest.raises(MemoryFileError, match=f"{name}: cannot be written: Not a regular file"):
            engine.save(tmp_path / name)
    assert (tmp_path / "pipe").is_fifo()
    (tmp_path / "link").unlink()
    with pytest.raises(MemoryFileError, match="file/memory: cannot be written: "):
        engine.save(tmp_path / "file" / "memory")
    assert sorted(os.listdir(tmp_path)) == ["file", "folder", "pipe"]
    for name, reason in {
        "missing": "cannot be read: No such file or directory",
        "folder": "is not a regular file",
        "pipe": "is not a regular file",
        "file": "is truncated or no memory file: expected over 8 bytes, got 0",
        "file/memory": "cannot be read: Not a directory",
    }.items():
        with pytest.raises(MemoryFileError, match=f"{name}: {reason}"):
            engine.load(tmp_path / name, ["camera"])


def test_other_safetensors_files_are_rejected(make_engine, tmp_path):
    path = tmp_path / "tensors"
    for metadata in (None, {"format": "pt"}, {"facts": "{}"}):
        save_file({"a": torch.zeros(3)}, path, metadata)
        with pytest.raises(MemoryFileError, match="tensors: has tensors but no memory header"):
            make_engine().load(path, ["camera"])


@pytest.mark.parametrize("length", [2**63, 2**20 + 1])
def test_overlong_header_is_not_read(make_engine, valid_file, tmp_path, length):
    path = tmp_path / "long"
    path.write_bytes(length.to_bytes(8, "little") + valid_file.read_bytes()[8:])
    with pytest.raises(
        MemoryFileError, match=f"expected a header of at most .* bytes, got {length}"
    ):
        make_engine().load(path, ["camera"])


def _header_bytes(content):
    return 8 + int.from_bytes(content[:8], "little")


def test_every_modified_byte_is_detected(network, tokenizer, valid_file, tmp_path_factory):
    content, path = valid_file.read_bytes(), tmp_path_factory.mktemp("changed") / "memory"
    engine = Engine(SamwiseBackend(network, tokenizer, device="cpu"))
    engine.load(valid_file, ["camera"])
    before = engine.commands
    places = st.integers(0, len(content) - 1) | st.integers(0, _header_bytes(content) - 1)

    @settings(max_examples=200, deadline=None, database=None, derandomize=True)
    @given(place=places, change=st.integers(1, 255))
    @example(
        place=_header_bytes(content) - 1, change=ord(" ") ^ ord("\n")
    )  # both are JSON whitespace
    def check(place, change):
        changed = bytearray(content)
        changed[place] ^= change
        path.write_bytes(changed)
        with pytest.raises(MemoryFileError):
            engine.load(path, ["camera"])

    check()
    assert engine.commands == before


def test_every_truncation_is_detected(network, tokenizer, valid_file, tmp_path_factory):
    content, path = valid_file.read_bytes(), tmp_path_factory.mktemp("cut") / "memory"
    engine = Engine(SamwiseBackend(network, tokenizer, device="cpu"))
    places = st.integers(0, len(content)) | st.integers(0, _header_bytes(content))

    @settings(max_examples=200, deadline=None, database=None, derandomize=True)
    @given(begin=places, end=places, more=st.binary(max_size=100))
    @example(begin=0, end=0, more=b"\0")
    def check(begin, end, more):
        """Replace a part of the file by other bytes."""
        changed = content[: min(begin, end)] + more + content[max(begin, end) :]
        path.write_bytes(changed)
        if changed != content:
            with pytest.raises(MemoryFileError):
                engine.load(path, ["camera"])

    check()
    assert engine.commands == ()


def test_a_link_is_followed_and_files_of_others_stay(make_engine, tmp_path):
    (tmp_path / "real").write_bytes(b"old")
    (tmp_path / "memory").symlink_to("real")
    (tmp_path / "memory.old.part").write_bytes(b"of another program")
    make_engine().save(tmp_path / "memory")
    assert (tmp_path / "memory").is_symlink()
    make_engine().load(tmp_path / "real", ["camera"])
    assert sorted(os.listdir(tmp_path)) == ["memory", "memory.old.part", "real"]
