"""`samwise data` writes data sets and checks folders."""

from pathlib import Path

import pytest

from samwise_ros.cli.main import main

SMALL = ["--width", "64", "--height", "48"]


def write(out: Path, form: str, *more: str) -> int:
    return main(["data", "tabletop", "--format", form, "--out", str(out), *SMALL, *more])


@pytest.mark.parametrize(
    ("form", "first", "second"),
    [
        ("mevis", "train", "valid_u"),
        ("ref_youtube_vos", "train", "valid"),
        ("ref_davis17", "train", "val"),
        ("refcoco", "train", "val"),
    ],
)
def test_written_data_set_passes_check(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], form: str, first: str, second: str
) -> None:
    frames = [] if form == "refcoco" else ["--frames", "3"]
    assert write(tmp_path, form, "--split", "train", "val", "--videos", "2", "1", *frames) == 0
    capsys.readouterr()
    assert main(["data", "check", str(tmp_path)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == f"{tmp_path}: {form}"
    rows = {words[0]: words[1:] for words in map(str.split, lines[1:])}
    assert rows["split"] == ["videos", "expressions", "frames", "objects", "problems"]
    length = 1 if form == "refcoco" else 3
    for split, count in ((first, 2), (second, 1)):
        assert (rows[split][0], rows[split][2], rows[split][4]) == (
            str(count),
            str(count * length),
            "0",
        )


def test_check_lists_problems(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert write(tmp_path, "ref_youtube_vos", "--videos", "2", "--frames", "3") == 0
    (tmp_path / "train" / "JPEGImages" / "train000001" / "00002.jpg").unlink()
    (tmp_path / "train" / "Annotations" / "train000000" / "00000.png").write_bytes(b"no PNG")
    capsys.readouterr()
    assert main(["data", "check", f"ref_youtube_vos:{tmp_path}:train"]) == 1
    *_, first, second = capsys.readouterr().out.splitlines()
    assert "train000000/00000.png: cannot be read" in first
    assert "train000001/00002.jpg: no such file" in second


def test_check_counts_problems_beyond_the_list(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert write(tmp_path, "mevis", "--videos", "1", "--frames", "60") == 0
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
        (["--format", "refcoco", "--frames", "2"], "single frames, got 2"),
        (["--format", "ref_davis17", "--split", "test"], "train and val only, got test"),
    ],
)
def test_invalid_arguments_are_rejected(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], argv: list[str], message: str
) -> None:
    assert main(["data", "tabletop", "--out", str(tmp_path / "new"), *argv]) == 2
    assert message in capsys.readouterr().err
    assert not (tmp_path / "new").exists()


def test_folder_with_files_is_not_changed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "mine").touch()
    assert main(["data", "tabletop", "--out", str(tmp_path)]) == 2
    assert "the folder is not empty; choose a new folder with --out" in capsys.readouterr().err


def test_unknown_format_is_rejected(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for place, message in (
        (str(tmp_path), "holds none of mevis, ref_youtube_vos, ref_davis17, refcoco"),
        (f"mevis:{tmp_path}", "holds no mevis"),
        (f"coco:{tmp_path}", "expected one of mevis:DIR:SPLIT"),
        (f"mevis:{tmp_path}/none:train", "is not a folder"),
    ):
        assert main(["data", "check", place]) == 2
        assert message in capsys.readouterr().err
