"""`samwise bag` on damaged or unsuitable bags: error messages and remaining files."""

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import zstandard
from bag_kinds import BAG_KINDS
from recording import IMAGE, TIMES, TOPIC, filmed, raw, record, text, written

from samwise_ros.cli.bag.channel import BagError
from samwise_ros.cli.bag.input import BagInput
from samwise_ros.cli.bag.mcap_file import McapFile
from samwise_ros.cli.bag.recording import Recording
from samwise_ros.cli.bag.sqlite_file import SqliteFile
from samwise_ros.cli.main import main

SENTENCE = "the red ball"
CAMERA = "/samwise_node/camera"


def _damaged(frames: list[np.ndarray]) -> list[tuple[str, str, int, bytes]]:
    """Return nine images; five of them are usable."""
    messages = [raw(index, frame) for index, frame in enumerate(frames)]
    messages[1] = messages[1][:1000]  # as if the disk was full
    messages[2] = raw(2, frames[2], "plasma7")
    messages[4] = b""
    messages[5] = raw(5, frames[5]).replace(b"rgb8", b"rgb\xff")
    return [(TOPIC, IMAGE, *one) for one in zip(TIMES, messages, strict=True)]


def test_unusable_images_are_skipped_and_counted(
    frames: list[np.ndarray],
    model: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    file = record(tmp_path / "drive", _damaged(frames))
    argv = ["bag", str(file), SENTENCE, "--model", model, "--out", str(tmp_path / "o.mcap")]
    assert main(argv) == 0
    output = capsys.readouterr().out
    assert "4 unusable images skipped: undecodable 3, unknown encoding 1\n" in output
    assert output.count("image skipped: ") == 2  # once for each kind
    assert "'plasma7'" in output
    found = written(tmp_path / "o.mcap", CAMERA)
    good = [TIMES[index] for index in (0, 3, 6, 7, 8)]
    assert [time for time, _ in found[f"{CAMERA}/mask"]] == good
    targets = [one for _, one in found[f"{CAMERA}/targets"]]
    assert [one.dropped_frames for one in targets] == [0, 2, 4, 4, 4]


def test_bag_without_usable_image_is_rejected(
    frames: list[np.ndarray], model: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = record(tmp_path / "drive", filmed(frames[:2], encoding="plasma7"))
    argv = ["bag", str(file), SENTENCE, "--model", model, "--out", str(tmp_path / "o.mcap")]
    assert main(argv) == 2
    assert f"{TOPIC}: none of 2 images is usable: unknown encoding" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["drive"]


def test_interrupted_run_leaves_no_file(
    bag: Path, model: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = BagInput.messages

    def interrupted(self: BagInput, others: Any) -> Iterator[Any]:
        messages = whole(self, others)
        yield from (next(messages) for _ in range(5))
        raise KeyboardInterrupt

    monkeypatch.setattr(BagInput, "messages", interrupted)
    argv = ["bag", str(bag), SENTENCE, "--model", model, "--out", str(tmp_path / "o.mcap")]
    assert main(argv) == 130
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("way", ["cut", "scratched"])
def test_damaged_bag_is_rejected_without_output(
    way: str, bag: Path, model: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    damaged = bytearray((bag / "drive.mcap").read_bytes())
    if way == "cut":
        del damaged[-1000:]
    else:
        beginning = damaged.index(b"rgb8") - 90  # near the start of the record of a message
        damaged[beginning : beginning + 60] = bytes([255] * 60)
    (tmp_path / "bad.mcap").write_bytes(damaged)
    argv = ["bag", str(tmp_path / "bad.mcap"), SENTENCE, "--model", model]
    assert main([*argv, "--out", str(tmp_path / "o.mcap")]) == 2
    assert f"error: {tmp_path / 'bad.mcap'}: " in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["bad.mcap"]


def test_image_missing_in_damaged_bag_is_an_error(
    bag: Path, model: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    damaged = bytearray((bag / "drive.mcap").read_bytes())
    times = TIMES[0].to_bytes(8, "little") * 2
    channel = damaged.index(times) - 6  # channel id in the record of the message
    damaged[channel : channel + 2] = b"\xff\xff"
    (tmp_path / "bad.mcap").write_bytes(damaged)
    argv = ["bag", str(tmp_path / "bad.mcap"), SENTENCE, "--model", model]
    assert main([*argv, "--out", str(tmp_path / "o.mcap")]) == 1
    errors = [line for line in capsys.readouterr().err.splitlines() if "error" in line]
    assert errors == [
        f"samwise bag: error: {tmp_path / 'bad.mcap'}: {TOPIC} ({IMAGE}): 8 of 9 recorded messages "
        "read",
        f"samwise bag: error: {tmp_path / 'bad.mcap'}: 1 message of an undeclared topic: "
        "the bag is damaged",
    ]
    assert len(written(tmp_path / "o.mcap")[f"{CAMERA}/mask"]) == 8


def test_chunk_with_an_impossible_length_is_damage(tmp_path: Path) -> None:
    source = BAG_KINDS["mcap_zstd"](tmp_path, [np.zeros((6, 8, 3), np.uint8)])
    damaged = bytearray(source.read_bytes())
    length = damaged.index(b"\4\0\0\0zstd") + 8  # of the data of the first chunk
    damaged[length : length + 8] = b"\xff" * 8
    source.write_bytes(damaged)
    bag = McapFile(source)
    with pytest.raises(BagError, match=r"drive\.mcap: the file is damaged: cannot fit 'int'"):
        list(bag.messages(set(bag.recorded)))


_LIMITED = """
import resource, sys
from samwise_ros.cli.main import main
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]), resource.RLIM_INFINITY))
sys.exit(main(sys.argv[2:]))
"""


def test_full_disk_names_file_and_reason_and_the_next_try_works(
    bag: Path, model: str, tmp_path: Path
) -> None:
    out = tmp_path / "o.mcap"
    argv = ["bag", str(bag), SENTENCE, "--model", model, "--out", str(out)]
    (tmp_path / ".o.mcap.0123456789abcdef.part").write_bytes(b"of a run that was killed")
    done = subprocess.run(
        [sys.executable, "-c", _LIMITED, "100000", *argv],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        check=False,
    )
    assert done.returncode == 2
    error = done.stderr.splitlines()[-1]
    assert error == f"samwise bag: error: {out}: cannot write the bag: File too large"
    assert "wrote" not in done.stdout
    assert list(tmp_path.iterdir()) == []
    assert main(argv) == 0
    assert [path.name for path in tmp_path.iterdir()] == ["o.mcap"]


def _claims_too_much() -> bytes:
    """Return the start of a compressed file whose header claims 1 PiB."""
    stream = zstandard.ZstdCompressor().compressobj(size=2**50)
    return stream.compress(bytes(2**20)) + stream.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK)


def _grows_without_a_claim() -> bytes:
    """Return a compressed file of 32 MiB whose header does not state a size."""
    stream = zstandard.ZstdCompressor().compressobj()
    return stream.compress(bytes(2**25)) + stream.flush()


@pytest.mark.parametrize(
    ("compressed", "disk_share"), [(_claims_too_much(), 0.9), (_grows_without_a_claim(), 1e-6)]
)
def test_file_that_would_fill_the_disk_is_refused(
    compressed: bytes, disk_share: float, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("samwise_ros.cli.bag.recording._DISK_SHARE", disk_share)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    path = tmp_path / "drive.mcap.zstd"
    path.write_bytes(compressed)
    with pytest.raises(BagError, match=r"drive.mcap.zstd: cannot decompress .* set TMPDIR"):
        Recording(path)
    assert list((tmp_path / "temporary").iterdir()) == []


@pytest.fixture(scope="session")
def shelf(frames: list[np.ndarray], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of bags that need further arguments or are unsuitable."""
    shelf = tmp_path_factory.mktemp("shelf")
    words = ("/words", "std_msgs/msg/String", TIMES[0], text("words"))
    record(shelf / "blind", [words])
    record(shelf / "two", [words, *filmed(frames[:2], "/left"), *filmed(frames[:1], "/right")])
    (shelf / "empty").mkdir()
    whole = (shelf / "two" / "two.mcap").read_bytes()
    (shelf / "cut.mcap").write_bytes(whole[: len(whole) // 2])
    (shelf / "words.db3").write_bytes(b"no database" * 100)
    (shelf / "notes.txt").write_text("no bag")
    (shelf / "old.mcap").write_bytes(b"")
    return shelf


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        (["{shelf}/nowhere.mcap"], "nowhere.mcap: no such bag"),
        (["{shelf}/notes.txt"], "notes.txt: expected an .mcap or .db3 file, or a folder"),
        (["{shelf}/old.mcap"], "old.mcap: expected an MCAP file, which begins with 'MCAP0'"),
        (["{shelf}/cut.mcap"], "cut.mcap: the file ends within a record; if the recording was"),
        (["{shelf}/words.db3"], "words.db3: the file is damaged: file is not a database"),
        (
            ["{shelf}/empty"],
            "empty: the folder has no metadata.yaml; expected metadata.yaml, or .mcap or .db3 "
            "files in the folder",
        ),
        (["{shelf}/blind"], "blind: no images; the bag has no image topic"),
        (
            ["{shelf}/two"],
            "two: expected one image topic, the bag has /left (2 images), /right (1 images); "
            "choose one with --topic",
        ),
        (
            ["{shelf}/two", "--topic", "/words"],
            "two: no images on /words; the bag has /left (2 images), /right (1 images)",
        ),
        (["{shelf}/two", "--topic", "/left", "--model", "nowhere"], "no such model folder"),
        (["{shelf}/two", "--topic", "/left", "--device", "abacus"], "device: expected auto, cpu"),
        (["{shelf}/two", "?", "--topic", "/left"], "sentence '?': the sentence contains no word"),
        (["{shelf}/two", "--out", "o.bag"], "o.bag: expected a file name with the suffix .mcap"),
        (["{shelf}/two", "--out", "{shelf}/old.mcap"], "old.mcap: the file exists already"),
        (
            ["{shelf}/two", "--camera", "2nd eye"],
            "--camera: expected a name of letters",
        ),
    ],
)
def test_unsuitable_input_is_reported_in_one_line(
    changes: list[str],
    reason: str,
    shelf: Path,
    model: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    source, *rest = [change.format(shelf=shelf) for change in changes]
    sentence = [] if rest[:1] == ["?"] else ["the red ball"]
    defaults = [] if "--model" in rest else ["--model", model]
    defaults += [] if "--out" in rest else ["--out", "o.mcap"]
    assert main(["bag", source, *sentence, *rest, *defaults]) == 2
    output = capsys.readouterr().err.splitlines()[-1]
    assert output.startswith("samwise bag: error: ")
    assert reason in output
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "messages",
    [
        "CREATE TABLE messages(id INTEGER PRIMARY KEY, topic_id INTEGER, timestamp INTEGER, "
        "data BLOB GENERATED ALWAYS AS (zeroblob(900000000)) VIRTUAL)",
        "CREATE VIRTUAL TABLE messages USING fts5(id, topic_id, timestamp, data)",
    ],
    ids=["generated", "virtual"],
)
def test_sqlite_whose_messages_are_computed_is_refused(tmp_path: Path, messages: str) -> None:
    path = tmp_path / "computed.db3"
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE topics(id INTEGER, name, type, serialization_format)")
        database.execute(messages)
        database.commit()
    with pytest.raises(BagError, match="got no table messages with the columns data, id, "):
        SqliteFile(path)
