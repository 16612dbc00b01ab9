"""Every problem of a folder is found and named once."""

import json
from pathlib import Path

import pytest
from pictures import WIDTH, write_annotation, write_photo
from PIL import Image

from samwise_ros.data.check import check_split
from samwise_ros.data.formats.write_mevis import write_mevis
from samwise_ros.data.tabletop.video import TabletopConfig


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two videos of Ref-YouTube-VOS without a fault."""
    said = {"0": {"exp": "a dog", "obj_id": "1"}, "1": {"exp": "the dog", "obj_id": "1"}}
    video = {"frames": ["00000", "00005"], "expressions": said}
    write_list(tmp_path, {"a": video, "b": video})
    for name in ("a", "b"):
        for frame in video["frames"]:
            write_photo(tmp_path / "train" / "JPEGImages" / name / f"{frame}.jpg")
            annotation = tmp_path / "train" / "Annotations" / name / f"{frame}.png"
            write_annotation(annotation, {1: (2, 2, 8, 8)})
    return tmp_path


def write_list(folder: Path, videos: dict[str, object]) -> None:
    file = folder / "meta_expressions" / "train" / "meta_expressions.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps({"videos": videos}))


def problems(folder: Path) -> list[str]:
    return check_split("ref_youtube_vos", folder, "train").problems


def test_it_counts_what_is_there(folder: Path) -> None:
    found = check_split("ref_youtube_vos", folder, "train")
    assert (found.videos, found.expressions, found.frames, found.objects) == (2, 4, 4, 2)
    assert found.problems == []


def test_one_problem_does_not_hide_another(folder: Path) -> None:
    (folder / "train" / "JPEGImages" / "a" / "00000.jpg").write_bytes(b"no JPEG")
    (folder / "train" / "Annotations" / "a" / "00005.png").unlink()
    (folder / "train" / "JPEGImages" / "b" / "00005.jpg").unlink()
    first, second, third = problems(folder)
    assert "a/00000.jpg: cannot be read" in first
    assert "a/00005.png: no such file" in second
    assert "b/00005.jpg: no such file" in third


def test_a_mask_of_another_size_is_named(folder: Path) -> None:
    place = folder / "train" / "Annotations" / "a" / "00005.png"
    Image.new("L", (WIDTH + 1, 3), 1).save(place)
    (problem,) = problems(folder)
    assert problem.endswith("00005.jpg: height and width (16, 24), but its masks have (3, 25)")


def test_an_object_that_is_nowhere_is_named(folder: Path) -> None:
    said = {"0": {"exp": "a cat", "obj_id": "3"}}
    write_list(folder, {"a": {"frames": ["00000", "00005"], "expressions": said}})
    (problem,) = problems(folder)
    assert problem == f"ref_youtube_vos:{folder}:train: a: object 3 is in no frame"


def test_broken_entries_are_all_named(folder: Path) -> None:
    frames = {"frames": ["00000"]}
    write_list(folder, {"a": frames, "b": {**frames, "expressions": {}}, "c": {"expressions": {}}})
    first, second, third = problems(folder)
    assert "videos/a: no 'expressions' in this entry" in first
    assert second.endswith("b: no expression")
    assert "videos/c: no 'frames' in this entry" in third


def test_a_missing_list_is_a_problem(folder: Path) -> None:
    (folder / "meta_expressions" / "train" / "meta_expressions.json").write_text("{")
    (problem,) = problems(folder)
    assert "meta_expressions.json: expected JSON" in problem


def test_what_is_missing_for_all_is_named_once(tmp_path: Path) -> None:
    write_mevis(tmp_path, {"train": 2}, TabletopConfig(3, 64, 48))
    (tmp_path / "train" / "mask_dict.json").unlink()
    (problem,) = check_split("mevis", tmp_path, "train").problems
    assert "mask_dict.json: no such file" in problem
