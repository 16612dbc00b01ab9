"""Data set files that would crash, hang or leave their folder are errors with file and entry."""

import io
import json
import pickle
import struct
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from samwise_ros.data.check import check_split
from samwise_ros.data.checked_json import Entry
from samwise_ros.data.dataset import DatasetError
from samwise_ros.data.formats.mevis import Mevis
from samwise_ros.data.open_dataset import FORMATS
from samwise_ros.data.pickled import read_plain_pickle
from samwise_ros.data.rle import decode

SIZE = (60, 80)
PIXELS = 4800
LARGE = 2**63 - 1


@pytest.mark.parametrize(
    ("counts", "message"),
    [
        (
            [0, LARGE, 0, LARGE, 4802],
            "7/counts: expected runs of 0 to 4800 pixels, got one of more",
        ),
        ([0, 2**200], "7/counts: expected runs of 0 to 4800 pixels, got one of more than 4800"),
        ([4801], "7/counts: expected runs of 0 to 4800 pixels, got one of more than 4800"),
        ([2400, 2401], "7: expected runs of 4800 pixels in total, got 4801"),
        ([0] * 9603, "7/counts: expected at most 9602 runs, got 9603"),
        ([-1, 4801], "7/counts/0: expected a non-negative integer, got -1"),
        ([4800.0], "7/counts/0: expected a non-negative integer, got 4800.0"),
        ([[[[[[[[1]]]]]]]], "7/counts/0: expected a non-negative integer, got [[[[...]]]]"),
        ("0" * 9603, "7/counts: expected at most 9602 runs, got 9603"),
        ("oooooooo0", "7/counts: expected COCO's run lengths, got an endless one"),
    ],
)
def test_run_lengths_are_bounded_by_the_image(counts: Any, message: str) -> None:
    entry = Entry({"size": list(SIZE), "counts": counts}, Path("mask_dict.json"), ("7",))
    with pytest.raises(DatasetError) as caught:
        decode(entry, SIZE)
    assert str(caught.value).startswith(f"mask_dict.json: {message}")


def test_empty_runs_inside_a_mask_are_kept() -> None:
    entry = Entry({"size": [2, 2], "counts": [1, 0, 1, 2]}, Path("mask_dict.json"))
    np.testing.assert_array_equal(decode(entry, (2, 2)), [[False, True], [False, True]])


@pytest.mark.parametrize(
    ("polygons", "message"),
    [
        ([[0, 0, 79, 59] * 100_000], "7: expected outlines of at most 11840 pixels in total, got"),
        ([[0, 0, 1e308, 5, 5, 5]], "7/0/2: expected a coordinate in pixels near the image, got 1e"),
        ([[0, 0, True, 5, 5, 5]], "7/0/2: expected a coordinate in pixels near the image, got Tru"),
        ([[0, 0, float("nan"), 5, 5, 5]], "7/0/2: expected a coordinate in pixels near the image"),
        ([[0, 0, 5, 5]], "7/0: expected x and y of at least 3 points, got 4 numbers"),
    ],
)
def test_polygons_are_bounded_by_the_image(polygons: Any, message: str) -> None:
    with pytest.raises(DatasetError) as caught:
        decode(Entry(polygons, Path("instances.json"), ("7",)), SIZE)
    assert str(caught.value).startswith(f"instances.json: {message}")


def _mevis(folder: Path, video: str, frames: list[str], expression: str) -> Path:
    (folder / "valid").mkdir(parents=True)
    entry = {"frames": frames, "expressions": {expression: {"exp": "the red mug"}}}
    listed = {"videos": {video: entry}}
    (folder / "valid" / "meta_expressions.json").write_text(json.dumps(listed))
    return folder


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (("../../x", ["0"], "0"), "videos: '../../x': expected a file name, got '/' in it"),
        (("v", ["/etc/x"], "0"), "videos/v/frames/0: expected a file name, got '/' in it"),
        (("v", ["a\0"], "0"), "videos/v/frames/0: expected a file name, got '\\x00' in it"),
        (
            ("v", ["0"], ".."),
            "videos/v/expressions: '..': expected a file name, got '..', which is",
        ),
        (
            ("v", ["0"], "a\\b"),
            "videos/v/expressions: 'a\\\\b': expected a file name, got '\\\\' in",
        ),
        (("\x1b[2J", ["0"], "0"), "videos: '\\x1b[2J': expected a file name, got '\\x1b' in it"),
    ],
)
@pytest.mark.parametrize("name", ["mevis", "ref_youtube_vos"])
def test_names_that_leave_the_folder_are_refused(
    tmp_path: Path, name: str, names: tuple[str, list[str], str], message: str
) -> None:
    folder = _mevis(tmp_path / "data", *names)
    file = folder / "valid" / "meta_expressions.json"
    if name == "ref_youtube_vos":
        (folder / "meta_expressions").mkdir()
        file = (folder / "valid").rename(folder / "meta_expressions" / "valid") / file.name
    with pytest.raises(DatasetError) as caught:
        FORMATS[name](folder, "valid").video(0)
    assert str(caught.value).startswith(f"{file}: {message}")


def test_200_000_listed_frames_are_checked_in_seconds(tmp_path: Path) -> None:
    folder = _mevis(tmp_path, "v", [f"{number:06}" for number in range(200_000)], "0")
    begin = time.perf_counter()
    findings = check_split("mevis", folder, "valid")
    assert time.perf_counter() - begin < 20
    assert (findings.frames, len(findings.problems)) == (200_000, 200_000)
    assert findings.problems[-1] == (
        f"{folder}/valid/JPEGImages/v/199999.jpg: no such file; unpack the data set completely"
    )


def test_repeated_object_ids_take_no_memory(tmp_path: Path) -> None:
    folder = _mevis(tmp_path, "v", ["0"], "0")
    file = folder / "valid" / "meta_expressions.json"
    content = json.loads(file.read_text())
    content["videos"]["v"]["expressions"]["0"]["anno_id"] = [3] * 100_000 + [1]
    file.write_text(json.dumps(content))
    assert Mevis(folder, "valid").video(0).expressions[0].objects == (3, 1)


def _nested_key(depth: int) -> bytes:
    """A dictionary whose key is a tuple of itself twice, and so on: its hash takes 2^depth."""
    doubled = b"".join(b"q\x01h\x01\x86" for _ in range(depth))
    return b"\x80\x02}" + b")" + doubled + b"K\x01s."


def _shared_lists(depth: int) -> bytes:
    data: Any = ["x"]
    for _ in range(depth):
        data = [data, data]
    return _pickled(data)


def _long_list_repeated(length: int) -> bytes:
    return _pickled([[None] * length] * length)


def _pickled(data: object) -> bytes:
    file = io.BytesIO()
    pickle.Pickler(file, 2).dump(data)
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (_nested_key(60), "a dictionary has a key that is no string and no number"),
        (_shared_lists(60), "it repeats lists, tuples or dictionaries too often"),
        (_long_list_repeated(1000), "it repeats lists, tuples or dictionaries too often"),
        (b"\x80\x02]q\x00h\x00a.", "a list or dictionary contains itself"),
        (b"\x80\x02}q\x00X\x01\0\0\0ah\x00\x85s.", "a list or dictionary contains itself"),
        (b"\x80\x02}" + b"(" * 3 + b"t" * 3 + b"K\x01s.", "a dictionary has a key that is no"),
        (b"\x80\x02]2\x86.", "it contains the operation b'2'"),
        (b"\x80\x02cos\nsystem\n.", "it contains the operation b'c'"),
        (b"\x80\x04\x8f.", "it contains the operation b'\\x8f'"),
        (b"\x80\x02X" + struct.pack("<I", 2**31 - 1) + b"x.", "EOFError"),
        (b"", "EOFError"),
    ],
    ids=[
        "key",
        "lists",
        "long list",
        "cycle",
        "dictionary cycle",
        "tuple key",
        "copy",
        "class",
        "set",
        "length",
        "empty",
    ],
)
def test_a_harmful_pickle_is_refused_at_once(tmp_path: Path, content: bytes, reason: str) -> None:
    path = tmp_path / "refs(unc).p"
    path.write_bytes(content)
    begin = time.perf_counter()
    with pytest.raises(DatasetError) as caught:
        read_plain_pickle(path)
    assert str(caught.value).startswith(f"{path}: expected a pickle of plain data: {reason}")
    assert time.perf_counter() - begin < 2


@pytest.mark.parametrize("protocol", range(6))
def test_entries_of_a_pickle_may_share_a_list(tmp_path: Path, protocol: int) -> None:
    tokens = ["the", "mug"]  # as in RefCOCO's refs(unc).p
    sentence = {"sent": "the mug", "tokens": tokens}
    refs = [{"sentences": [sentence, {**sentence, "tokens": tokens}]}, {"sentences": [sentence]}]
    path = tmp_path / "refs(unc).p"
    path.write_bytes(pickle.dumps(refs, protocol))
    assert read_plain_pickle(path).value == refs


def test_a_deep_pickle_is_an_error_with_a_short_value(tmp_path: Path) -> None:
    path = tmp_path / "refs(unc).p"
    path.write_bytes(b"\x80\x02" + b"]" * 10**5 + b"a" * (10**5 - 1) + b".")
    with pytest.raises(
        DatasetError, match=r"refs\(unc\).p: 0: expected a dictionary, got \[\[\[\[\.\.\."
    ):
        _ = read_plain_pickle(path).elements()[0]["split"]


def test_a_large_memo_index_takes_no_memory(tmp_path: Path) -> None:
    path = tmp_path / "refs(unc).p"
    path.write_bytes(b"\x80\x02]r" + struct.pack("<I", 2**32 - 1) + b".")
    assert read_plain_pickle(path).value == []


def test_deep_json_is_an_error_with_the_file(tmp_path: Path) -> None:
    folder = _mevis(tmp_path, "v", ["0"], "0")
    (folder / "valid" / "meta_expressions.json").write_text('{"videos":' + "[" * 10**5)
    with pytest.raises(DatasetError, match=r"meta_expressions.json: expected JSON: .* too deep"):
        Mevis(folder, "valid")
