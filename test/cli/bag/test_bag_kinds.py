"""`samwise bag` on each kind of bag: masks, copies and counts."""

import sqlite3
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from bag_kinds import (
    BAG_KINDS,
    FOREIGN,
    WORDS,
    recorded,
    write_folder,
    write_mcap,
    write_metadata,
    write_old_sqlite,
)
from mcap.reader import make_reader
from recording import IMAGE, TOPIC, TYPES, filmed, pixels
from rosbags.rosbag2 import CompressionMode, StoragePlugin

from samwise_ros.cli.main import main
from samwise_ros.vision.video_reader import VideoReader

SENTENCE = "the red ball"
MASK = "/samwise_node/camera/mask"


@pytest.fixture(scope="session")
def frames(films: Path) -> list[np.ndarray]:
    return list(VideoReader(films / "frames"))[:3]


@pytest.fixture(scope="session")
def masks(frames: list[np.ndarray], model: str, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Masks of the plainest kind of bag, (frames, H, W)."""
    folder = tmp_path_factory.mktemp("plain")
    source = BAG_KINDS["mcap_zstd"](folder, frames)
    assert _segment(source, model, folder / "out.mcap") == 0
    found = _masks(folder / "out.mcap")
    assert found.any()
    return found


def _segment(source: Path, model: str, out: Path, *options: str) -> int:
    argv = ["bag", str(source), SENTENCE, "--topic", TOPIC, "--model", model]
    return main([*argv, "--out", str(out), *options])


def _masks(path: Path) -> Any:
    with path.open("rb") as stream:
        found = [message.data for _, _, message in make_reader(stream).iter_messages(MASK)]
    return np.stack([pixels(TYPES.deserialize_cdr(data, IMAGE)) for data in found])


def _stored(path: Path) -> list[tuple[Any, ...]]:
    """Return all that an mcap file has of the messages that are not results."""
    with path.open("rb") as stream:
        return [
            (
                channel.topic,
                channel.message_encoding,
                channel.metadata,
                schema and (schema.name, schema.encoding, schema.data),
                (message.log_time, message.publish_time, message.sequence, message.data),
            )
            for schema, channel, message in make_reader(stream).iter_messages()
            if not channel.topic.startswith("/samwise_node/")
        ]


def _counts(path: Path) -> Counter[str]:
    """Return the number of messages by topic that the summary of an mcap file states."""
    with path.open("rb") as stream:
        summary = make_reader(stream).get_summary()
    assert summary is not None
    assert summary.statistics is not None
    counts = summary.statistics.channel_message_counts
    return Counter({one.topic: counts[number] for number, one in summary.channels.items()})


@pytest.mark.parametrize("kind", BAG_KINDS)
def test_masks_and_copies_of_each_kind(
    kind: str,
    frames: list[np.ndarray],
    masks: Any,
    model: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    source = BAG_KINDS[kind](tmp_path / "in", frames)
    before = {path: path.read_bytes() for path in (tmp_path / "in").rglob("*") if path.is_file()}
    out = tmp_path / "out.mcap"
    assert _segment(source, model, out) == 0
    foreign = len(FOREIGN) if kind == "mcap_foreign_channels" else 0
    output = capsys.readouterr()
    assert f"copied {6 + foreign} messages of {2 + foreign} topics" in output.out.splitlines()
    assert "error" not in output.err
    assert np.array_equal(_masks(out), masks)
    copies = [(one[0], one[3][0], one[4][0], one[4][3]) for one in _stored(out) if one[3]]
    assert [one for one in copies if one[0] in (TOPIC, "/words")] == recorded(frames)
    assert _counts(out)[TOPIC] == _counts(out)["/words"] == _counts(out)[MASK] == 3
    for path, content in before.items():
        assert path.read_bytes() == content
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in", "out.mcap"]


def test_channels_of_any_encoding_are_copied_byte_for_byte(
    frames: list[np.ndarray], model: str, tmp_path: Path
) -> None:
    source = write_mcap(tmp_path / "in.mcap", recorded(frames[:1]), FOREIGN)
    assert _segment(source, model, tmp_path / "out.mcap") == 0
    assert _stored(tmp_path / "out.mcap") == _stored(source)
    with (tmp_path / "out.mcap").open("rb") as stream:
        reader = make_reader(stream)
        assert [one.data for one in reader.iter_attachments()] == [b"fx 600"]
        found = {one.name: one.metadata for one in reader.iter_metadata()}
        assert found == {"vehicle": {"name": "arm"}}
    assert _segment(source, model, tmp_path / "small.mcap", "--results-only") == 0
    assert _stored(tmp_path / "small.mcap") == []


def test_json_channel_of_the_image_type_is_copied_and_not_decoded(
    frames: list[np.ndarray], model: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    json = (IMAGE, "json", "jsonschema", b"{}", b'{"width": 4}')
    monkeypatch.setitem(FOREIGN, TOPIC, json)
    source = write_mcap(tmp_path / "in.mcap", recorded(frames[:1]), [TOPIC])
    assert _segment(source, model, tmp_path / "out.mcap") == 0
    assert _stored(tmp_path / "out.mcap") == _stored(source)
    assert _counts(tmp_path / "out.mcap")[MASK] == 1


@pytest.mark.parametrize(
    ("counts", "status", "line"),
    [
        ({(TOPIC, IMAGE): 3, ("/words", WORDS): 3}, 0, ""),
        ({}, 0, ""),
        (
            {(TOPIC, IMAGE): 20, ("/words", WORDS): 3},
            1,
            f"{TOPIC} ({IMAGE}): 3 of 20 recorded messages read: metadata.yaml announces 20, the "
            "files have 3; if no file is missing, `ros2 bag reindex` corrects metadata.yaml",
        ),
        (
            {("/gone", WORDS): 4},
            1,
            f"/gone ({WORDS}): 0 of 4 recorded messages read: metadata.yaml announces 4, the files "
            "have 0; if no file is missing, `ros2 bag reindex` corrects metadata.yaml",
        ),
        (
            {(TOPIC, WORDS): 3},
            1,
            f"{TOPIC} ({WORDS}): 0 of 3 recorded messages read: metadata.yaml announces 3, the "
            "files have 0; if no file is missing, `ros2 bag reindex` corrects metadata.yaml",
        ),
    ],
)
def test_metadata_that_announces_more_is_an_error_with_numbers(
    counts: dict[tuple[str, str], int],
    status: int,
    line: str,
    frames: list[np.ndarray],
    model: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder = tmp_path / "in"
    write_mcap(folder / "a.mcap", recorded(frames))
    write_metadata(folder, ["a.mcap"], counts)
    assert _segment(folder, model, tmp_path / "out.mcap") == status
    errors = [one for one in capsys.readouterr().err.splitlines() if "error" in one]
    assert errors == ([f"samwise bag: error: {folder}: {line}"] if line else [])
    assert _counts(tmp_path / "out.mcap")[MASK] == 3  # the output has what the files have


def test_message_that_cannot_be_decompressed_is_an_error_with_numbers(
    frames: list[np.ndarray], model: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "in"
    write_folder(folder, recorded(frames), StoragePlugin.MCAP, CompressionMode.MESSAGE)
    compressed = recorded(frames)
    compressed[1] = ("/words", WORDS, compressed[1][2], b"\x28\xb5\x2f\xfd" + b"\xff" * 9)
    write_mcap(folder / "in.mcap", compressed)
    assert _segment(folder, model, tmp_path / "out.mcap") == 1
    line = f"error: {folder}: /words ({WORDS}): 2 of 3 recorded messages read"
    assert line in capsys.readouterr().err
    assert _counts(tmp_path / "out.mcap")["/words"] == 2


def test_inner_file_of_compressed_messages_names_the_folder(
    frames: list[np.ndarray], model: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = BAG_KINDS["inner_file_of_messages_compressed"](tmp_path, frames)
    assert _segment(source, model, tmp_path / "out.mcap") == 0
    assert (
        f"{source}: the messages are compressed one by one and were decompressed; "
        f"pass the folder {source.parent} to compare the counts with metadata.yaml"
    ) in capsys.readouterr().out.splitlines()


def test_files_that_metadata_does_not_list_are_named(
    frames: list[np.ndarray], model: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "in"
    for name in ("a_0.mcap", "a_1.mcap"):
        write_mcap(folder / name, recorded(frames))
    write_metadata(folder, ["bag/../a_0.mcap"], {})  # old versions wrote a folder
    assert _segment(folder, model, tmp_path / "out.mcap") == 0
    output = capsys.readouterr().out
    assert "not read, because metadata.yaml does not list the files: a_1.mcap; " in output
    assert _counts(tmp_path / "out.mcap")[MASK] == 3


@pytest.mark.parametrize("name", ["../outside.mcap", "{outside}", "..", "", "gone.mcap"])
def test_listed_file_outside_or_missing_is_named(
    name: str,
    frames: list[np.ndarray],
    model: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    outside = write_mcap(tmp_path / "outside.mcap", recorded(frames))
    folder = tmp_path / "in"
    write_mcap(folder / "a.mcap", recorded(frames))
    write_metadata(folder, [name.format(outside=outside)], {})
    assert _segment(folder, model, tmp_path / "out.mcap") == 2
    error = capsys.readouterr().err
    assert f"error: {folder}" in error
    assert "no such file, but metadata.yaml lists it; pass a file instead of the folder" in error


@pytest.mark.parametrize("content", ["", "[", "a: b", "x: 1\n" + "[" * 5000, "\0"])
def test_unusable_metadata_is_named_and_the_files_are_read(
    content: str,
    frames: list[np.ndarray],
    model: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    write_mcap(tmp_path / "in" / "a.mcap", recorded(frames[:1]))
    (tmp_path / "in" / "metadata.yaml").write_text(content)
    assert _segment(tmp_path / "in", model, tmp_path / "out.mcap") == 0
    output = capsys.readouterr().out
    assert f"{tmp_path / 'in' / 'metadata.yaml'}: cannot use the file: " in output
    assert "; reading a.mcap\n" in output


def test_topics_of_an_earlier_run_are_replaced_and_named(
    frames: list[np.ndarray], model: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = write_mcap(tmp_path / "in.mcap", filmed(frames[:2]))
    assert _segment(source, model, tmp_path / "first.mcap") == 0
    capsys.readouterr()
    assert _segment(tmp_path / "first.mcap", model, tmp_path / "second.mcap") == 0
    lines = capsys.readouterr().out.splitlines()
    assert f"replaced 2 messages of an earlier run: {MASK} ({IMAGE})" in lines
    assert _counts(tmp_path / "second.mcap") == _counts(tmp_path / "first.mcap")


def test_sqlite_message_without_topic_is_an_error(
    frames: list[np.ndarray], model: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = write_old_sqlite(tmp_path / "in.db3", recorded(frames))
    with sqlite3.connect(source) as database:
        database.execute("UPDATE messages SET topic_id = 9 WHERE id = 2")
    database.close()
    assert _segment(source, model, tmp_path / "out.mcap") == 1
    assert f"{source}: 1 message of an undeclared topic: the bag is damaged" in (
        capsys.readouterr().err
    )
