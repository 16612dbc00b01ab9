"""`samwise data` writes generated videos, checks folders and lists their problems."""

from collections.abc import Callable
from pathlib import Path

import pytest
from write_ref_davis17 import write_ref_davis17
from write_ref_youtube_vos import write_ref_youtube_vos
from write_refcoco import write_refcoco

from samwise_ros.cli.main import main
from samwise_ros.data.painted.video import PaintedConfig

SMALL = ["--width", "64", "--height", "48"]


def write(out: Path, *more: str) -> int:
    return main(["data", "painted", "--out", str(out), *SMALL, *more])


def counts(output: str) -> dict[str, tuple[str, str, str]]:
    """Return videos, frames and problems of each split in the printed table."""
    rows: dict[str, list[str]] = {}
    for words in map(str.split, output.splitlines()[1:]):
        rows.setdefault(words[0], words[1:])  # a second table counts the kinds
    assert rows["split"] == ["videos", "expressions", "frames", "objects", "words", "problems"]
    return {split: (row[0], row[2], row[5]) for split, row in rows.items() if split != "split"}


def test_written_folder_is_detected_and_valid(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert write(tmp_path, "--split", "train", "val", "--videos", "2", "1", "--frames", "3") == 0
    capsys.readouterr()
    assert main(["data", "check", str(tmp_path)]) == 0
    output = capsys.readouterr().out
    assert output.splitlines()[0] == f"{tmp_path}: mevis"
    assert counts(output) == {"train": ("2", "6", "0"), "valid_u": ("1", "3", "0")}


@pytest.mark.parametrize(
    ("form", "write_folder", "frames"),
    [("ref_davis17", write_ref_davis17, 3), ("refcoco", write_refcoco, 1)],
)
def test_other_formats_are_detected_and_valid(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    form: str,
    write_folder: Callable[..., None],
    frames: int,
) -> None:
    write_folder(tmp_path, {"train": 2, "val": 1}, PaintedConfig(frames, 64, 48))
    assert main(["data", "check", str(tmp_path)]) == 0
    output = capsys.readouterr().out
    assert output.splitlines()[0] == f"{tmp_path}: {form}"
    assert counts(output) == {
        "train": ("2", str(2 * frames), "0"),
        "val": ("1", str(frames), "0"),
    }


def test_check_lists_problems(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_ref_youtube_vos(tmp_path, {"train": 2}, PaintedConfig(3, 64, 48))
    (tmp_path / "train" / "JPEGImages" / "train000001" / "00002.jpg").unlink()
    (tmp_path / "train" / "Annotations" / "train000000" / "00000.png").write_bytes(b"no PNG")
    capsys.readouterr()
    assert main(["data", "check", f"ref_youtube_vos:{tmp_path}:train"]) == 1
    *_, first, second = capsys.readouterr().out.splitlines()
    assert "train000000/00000.png: cannot be read" in first
    assert "train000001/00002.jpg: no such file" in second


def test_check_counts_problems_beyond_the_listed_ones(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert write(tmp_path, "--videos", "1", "--frames", "60") == 0
    for image in (tmp_path / "train" / "JPEGImages" / "train000000").iterdir():
        image.unlink()
    capsys.readouterr()
    assert main(["data", "check", str(tmp_path)]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1] == "and 10 more"
    assert sum("no such file" in line for line in lines) == 50


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (["--videos", "0"], "--videos: expected 1 or more, got 0"),
        (["--videos", "1", "2"], "expected different splits, and one number or one for each split"),
        (["--split", "val", "val"], "expected different splits"),
        (["--frames", "0"], "frames: expected 1 or more, got 0"),
    ],
)
def test_invalid_arguments_are_rejected(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], argv: list[str], message: str
) -> None:
    assert main(["data", "painted", "--out", str(tmp_path / "new"), *argv]) == 2
    assert message in capsys.readouterr().err
    assert not (tmp_path / "new").exists()


def test_folder_with_files_is_rejected(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "mine").touch()
    assert main(["data", "painted", "--out", str(tmp_path)]) == 2
    assert "exists and is not empty; name a new folder with --out" in capsys.readouterr().err


def test_unknown_format_is_rejected(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    formats = "mevis, ref_youtube_vos, ref_davis17, refcoco"
    for place, message in (
        (str(tmp_path), f"expected a data set of format {formats}, found none"),
        (f"mevis:{tmp_path}", "expected a data set of format mevis"),
        (f"coco:{tmp_path}", "expected one of mevis:DIR:SPLIT"),
        (f"mevis:{tmp_path}/none:train", "is not a folder"),
    ):
        assert main(["data", "check", place]) == 2
        assert message in capsys.readouterr().err
