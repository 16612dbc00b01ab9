"""Reading of a hand-written folder of Ref-YouTube-VOS."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pictures import HEIGHT, WIDTH, box, write_annotation, write_photo

from samwise_ros.data.dataset import DatasetError, Expression
from samwise_ros.data.formats.ref_youtube_vos import RefYoutubeVos

FRAMES = ["00005", "00010"]
FIRST, SECOND = (1, 1, 6, 6), (10, 2, 20, 14)


def write_list(folder: Path, split: str, videos: dict[str, Any]) -> None:
    lists = folder / "meta_expressions" / split
    lists.mkdir(parents=True, exist_ok=True)
    (lists / "meta_expressions.json").write_text(json.dumps({"videos": videos}))


def entry(**expression: str) -> dict[str, Any]:
    return {"expressions": {"0": {"exp": "a penguin", **expression}}, "frames": FRAMES}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Videos of each split; the images of ``test`` are in ``valid``."""
    for split, video in (("train", "0a"), ("valid", "0b"), ("valid", "0c")):
        for frame in FRAMES:
            write_photo(tmp_path / split / "JPEGImages" / video / f"{frame}.jpg")
    annotations = tmp_path / "train" / "Annotations" / "0a"
    write_annotation(annotations / "00005.png", {1: FIRST, 2: SECOND})
    write_annotation(annotations / "00010.png", {2: FIRST})
    write_list(tmp_path, "train", {"0a": entry(obj_id="2")})
    write_list(tmp_path, "valid", {"0b": entry(), "0c": entry()})
    write_list(tmp_path, "test", {"0c": entry()})
    return tmp_path


def test_lists_videos(folder: Path) -> None:
    dataset = RefYoutubeVos(folder, "train")
    video = dataset.video(0)
    assert (len(dataset), video.name, video.frames) == (1, "0a", ("00005", "00010"))
    assert video.expressions == (Expression("a penguin", (2,), "0"),)
    assert dataset.name == f"ref_youtube_vos:{folder}:train"
    assert RefYoutubeVos.splits(folder) == ("test", "train", "valid")


def test_reads_frames_and_masks(folder: Path) -> None:
    dataset = RefYoutubeVos(folder, "train")
    assert dataset.images(0, [0]).shape == (1, HEIGHT, WIDTH, 3)
    masks = dataset.masks(0, [1, 2], [0, 1])
    empty = np.zeros((HEIGHT, WIDTH), bool)
    np.testing.assert_array_equal(masks, [[box(*FIRST), empty], [box(*SECOND), box(*FIRST)]])


def test_video_listed_in_valid_and_test_belongs_to_test(folder: Path) -> None:
    valid, test = RefYoutubeVos(folder, "valid"), RefYoutubeVos(folder, "test")
    assert [valid.video(index).name for index in range(len(valid))] == ["0b"]
    assert valid.video(0).expressions == (Expression("a penguin", (), "0"),)
    assert [test.video(index).name for index in range(len(test))] == ["0c"]
    assert test.images(0, [1]).shape == (1, HEIGHT, WIDTH, 3)


@pytest.mark.parametrize("object_id", ["0", "256", "two", ""])
def test_invalid_object_number_raises(folder: Path, object_id: str) -> None:
    write_list(folder, "train", {"0a": entry(obj_id=object_id)})
    with pytest.raises(DatasetError, match=r"json: videos/0a/expressions/0/obj_id: expected "):
        RefYoutubeVos(folder, "train").video(0)


def test_missing_frame_raises(folder: Path) -> None:
    (folder / "train" / "JPEGImages" / "0a" / "00010.jpg").unlink()
    with pytest.raises(DatasetError, match=r"0a/00010.jpg: no such file"):
        RefYoutubeVos(folder, "train").images(0, [0, 1])


def test_missing_annotation_raises(folder: Path) -> None:
    (folder / "train" / "Annotations" / "0a" / "00010.png").unlink()
    with pytest.raises(DatasetError, match=r"0a/00010.png: no such file"):
        RefYoutubeVos(folder, "train").masks(0, [2], [0, 1])
