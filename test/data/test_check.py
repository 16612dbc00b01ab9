"""Checks of a folder list every problem once."""

import json
from pathlib import Path

import pytest
from pictures import WIDTH, write_annotation, write_photo
from PIL import Image

from samwise_ros.data.check import check_split
from samwise_ros.data.formats.mevis import Mevis
from samwise_ros.data.formats.write_mevis import write_mevis
from samwise_ros.data.painted.video import PaintedConfig


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two valid videos of Ref-YouTube-VOS."""
    expressions = {"0": {"exp": "a dog", "obj_id": "1"}, "1": {"exp": "the dog", "obj_id": "1"}}
    video = {"frames": ["00000", "00005"], "expressions": expressions}
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


def test_counts_videos_expressions_frames_and_objects(folder: Path) -> None:
    found = check_split("ref_youtube_vos", folder, "train")
    assert (found.videos, found.expressions, found.frames, found.objects) == (2, 4, 4, 2)
    assert found.problems == []


def test_counts_words_and_kinds(folder: Path) -> None:
    kinds = {
        "0": {"exp": "a dog", "obj_id": "1", "kind": "attributes"},
        "1": {"exp": "The dog that runs", "obj_id": "1", "kind": "motion"},
    }
    write_list(folder, {"a": {"frames": ["00000"], "expressions": kinds}})
    found = check_split("ref_youtube_vos", folder, "train")
    assert found.kinds == {"attributes": 1, "motion": 1}
    assert found.words == {"a", "dog", "the", "that", "runs"}


def test_sentence_about_what_is_absent_has_an_empty_mask(folder: Path) -> None:
    entry = {"exp": "a cat", "obj_id": "2"}
    video = {"frames": ["00000", "00005"], "expressions": {"0": entry}}
    write_list(folder, {"a": video})
    (problem,) = problems(folder)
    assert problem.endswith("a: object 2 is in no frame")
    entry["kind"] = "absent"
    write_list(folder, {"a": video})
    assert problems(folder) == []


def test_all_missing_and_damaged_files_are_listed(folder: Path) -> None:
    (folder / "train" / "JPEGImages" / "a" / "00000.jpg").write_bytes(b"no JPEG")
    (folder / "train" / "Annotations" / "a" / "00005.png").unlink()
    (folder / "train" / "JPEGImages" / "b" / "00005.jpg").unlink()
    first, second, third = problems(folder)
    assert "a/00000.jpg: cannot be read" in first
    assert "a/00005.png: no such file" in second
    assert "b/00005.jpg: no such file" in third


def test_mask_of_other_size_is_listed(folder: Path) -> None:
    annotation = folder / "train" / "Annotations" / "a" / "00005.png"
    Image.new("L", (WIDTH + 1, 3), 1).save(annotation)
    (problem,) = problems(folder)
    assert problem.endswith("00005.jpg: height and width (16, 24), but its masks have (3, 25)")


def test_object_without_pixels_is_listed(folder: Path) -> None:
    expressions = {"0": {"exp": "a cat", "obj_id": "3"}}
    write_list(folder, {"a": {"frames": ["00000", "00005"], "expressions": expressions}})
    (problem,) = problems(folder)
    assert problem == f"ref_youtube_vos:{folder}:train: a: object 3 is in no frame"


def test_all_invalid_entries_are_listed(folder: Path) -> None:
    frames = {"frames": ["00000"]}
    write_list(folder, {"a": frames, "b": {**frames, "expressions": {}}, "c": {"expressions": {}}})
    first, second, third = problems(folder)
    assert "videos/a: no 'expressions' in this entry" in first
    assert second.endswith("b: no expression")
    assert "videos/c: no 'frames' in this entry" in third


def test_invalid_list_is_listed(folder: Path) -> None:
    (folder / "meta_expressions" / "train" / "meta_expressions.json").write_text("{")
    (problem,) = problems(folder)
    assert "meta_expressions.json: expected JSON" in problem


def test_missing_file_of_all_videos_is_listed_once(tmp_path: Path) -> None:
    write_mevis(tmp_path, {"train": 2}, PaintedConfig(3, 64, 48))
    (tmp_path / "train" / "mask_dict.json").unlink()
    (problem,) = check_split("mevis", tmp_path, "train").problems
    assert "mask_dict.json: no such file" in problem


def test_cut_image_is_a_problem(folder: Path) -> None:
    photo = folder / "train" / "JPEGImages" / "a" / "00005.jpg"
    photo.write_bytes(photo.read_bytes()[:-60])
    (problem,) = problems(folder)
    assert problem.startswith(f"{photo}: cannot be read")


def test_cut_truth_of_the_tabletop_is_a_problem(tmp_path: Path) -> None:
    write_mevis(tmp_path, {"train": 1}, PaintedConfig(frames=2, width=64, height=48))
    truth = Mevis(tmp_path, "train").truth_file(0)
    truth.parent.mkdir()
    truth.write_bytes(b"PK")
    (problem,) = check_split("mevis", tmp_path, "train").problems
    assert problem.startswith(f"{truth}: cannot be read")
