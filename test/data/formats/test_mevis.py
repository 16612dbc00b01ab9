"""Reading of a hand-written folder of MeViS."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pictures import HEIGHT, RED, WIDTH, box, write_photo
from pycocotools import mask as coco

from samwise_ros.data.dataset import DatasetError, Expression
from samwise_ros.data.formats.mevis import Mevis

LEFT, RIGHT = box(2, 3, 8, 9), box(12, 4, 20, 12)


def encode_mask(mask: np.ndarray) -> dict[str, Any]:
    code = coco.encode(np.asfortranarray(mask, np.uint8))
    return {"size": code["size"], "counts": code["counts"].decode()}


def change(file: Path, *keys: Any, value: Any) -> None:
    content = entry = json.loads(file.read_text())
    for key in keys[:-1]:
        entry = entry[key]
    entry[keys[-1]] = value
    file.write_text(json.dumps(content))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two birds, of which one is only in the first frame, and a split without masks."""
    expressions = {
        "0": {"exp": "The two birds flying away", "obj_id": [0, 1], "anno_id": [7, 3]},
        "5": {"exp": "bird that stays", "obj_id": [1], "anno_id": [3]},
    }
    for split, entries in (("valid_u", expressions), ("valid", {"0": {"exp": "a bird"}})):
        video = {"vid_id": 0, "frames": ["00000", "00004"], "expressions": entries}
        for frame in video["frames"]:
            write_photo(tmp_path / split / "JPEGImages" / "ab12" / f"{frame}.jpg")
        listed = json.dumps({"videos": {"ab12": video}})
        (tmp_path / split / "meta_expressions.json").write_text(listed)
    masks = {"7": [encode_mask(LEFT), None], "3": [encode_mask(RIGHT), encode_mask(RIGHT)]}
    (tmp_path / "valid_u" / "mask_dict.json").write_text(json.dumps(masks))
    return tmp_path


def test_lists_videos(folder: Path) -> None:
    dataset = Mevis(folder, "valid_u")
    video = dataset.video(0)
    assert (len(dataset), video.name, video.frames) == (1, "ab12", ("00000", "00004"))
    assert video.expressions == (
        Expression("The two birds flying away", (7, 3), "0"),
        Expression("bird that stays", (3,), "5"),
    )
    assert dataset.name == f"mevis:{folder}:valid_u"
    assert Mevis.splits(folder) == ("valid", "valid_u")


def test_reads_frames_and_masks(folder: Path) -> None:
    dataset = Mevis(folder, "valid_u")
    images = dataset.images(0, [1, 0, 1])
    assert images.shape == (3, HEIGHT, WIDTH, 3)
    assert np.abs(images.astype(int) - RED).max() < 8
    masks = dataset.masks(0, [3, 7], [1, 0])
    empty = np.zeros_like(LEFT)
    np.testing.assert_array_equal(masks, [[RIGHT, RIGHT], [empty, LEFT]])


def test_split_without_masks_has_no_objects(folder: Path) -> None:
    dataset = Mevis(folder, "valid")
    assert dataset.video(0).expressions == (Expression("a bird", (), "0"),)
    with pytest.raises(DatasetError, match=r"mask_dict.json: no such file"):
        dataset.masks(0, [3], [0])


VIDEO = ("videos", "ab12")
EXPRESSION = (*VIDEO, "expressions", "5")


@pytest.mark.parametrize(
    ("keys", "value", "message"),
    [
        (("videos",), [], r"expected a dictionary, got \[\]"),
        (VIDEO, {"frames": ["00000"]}, "videos/ab12: no 'expressions' in this entry"),
        ((*VIDEO, "frames"), [], "videos/ab12/frames: expected at least one frame"),
        ((*VIDEO, "frames"), [4], "videos/ab12/frames/0: expected a non-blank string, got 4"),
        (EXPRESSION, {}, "videos/ab12/expressions/5: no 'exp' in this entry"),
        ((*EXPRESSION, "exp"), " ", "expressions/5/exp: expected a non-blank string"),
        ((*EXPRESSION, "anno_id"), [], "expressions/5/anno_id: expected at least one object"),
        ((*EXPRESSION, "anno_id"), 3, "expressions/5/anno_id: expected a list, got 3"),
        (
            (*EXPRESSION, "anno_id"),
            [-3],
            "expressions/5/anno_id/0: expected a non-negative integer",
        ),
        ((*EXPRESSION, "anno_id"), [True], "anno_id/0: expected a non-negative integer, got True"),
    ],
)
def test_invalid_entry_raises(folder: Path, keys: Any, value: Any, message: str) -> None:
    file = folder / "valid_u" / "meta_expressions.json"
    change(file, *keys, value=value)
    with pytest.raises(DatasetError, match=f"{file}: .*{message}"):
        Mevis(folder, "valid_u").video(0)


@pytest.mark.parametrize(
    ("keys", "value", "message"),
    [
        (("3",), [None], "mask_dict.json: 3: expected a mask for each of 2 frames, got 1"),
        (("3", 1), {"size": [16, 24]}, "mask_dict.json: 3/1: no 'counts'"),
        (("3", 1, "size"), [9, 9], r"3/1: expected a mask of height and width \(16, 24\)"),
        (("3", 1, "counts"), "~~~", "3/1/counts: expected COCO's run lengths"),
    ],
)
def test_invalid_mask_raises(folder: Path, keys: Any, value: Any, message: str) -> None:
    change(folder / "valid_u" / "mask_dict.json", *keys, value=value)
    with pytest.raises(DatasetError, match=message):
        Mevis(folder, "valid_u").masks(0, [3], [1])


def test_unknown_object_raises(folder: Path) -> None:
    change(folder / "valid_u" / "meta_expressions.json", *EXPRESSION, "anno_id", value=[44])
    with pytest.raises(DatasetError, match=r"ab12: an expression refers to object 44, which is"):
        Mevis(folder, "valid_u").masks(0, [44], [0])


def test_missing_list_raises(folder: Path) -> None:
    with pytest.raises(DatasetError, match=r"train/meta_expressions.json: no such file"):
        Mevis(folder, "train")


def test_frames_on_which_a_sentence_holds(folder: Path) -> None:
    file = folder / "valid_u" / "meta_expressions.json"
    change(file, *EXPRESSION, "start", value=1)
    assert [each.span(2) for each in Mevis(folder, "valid_u").video(0).expressions] == [
        range(2),
        range(1, 2),
    ]
    for stop in (1, 3):
        change(file, *EXPRESSION, "stop", value=stop)
        with pytest.raises(
            DatasetError, match=f"5: expected start < stop <= 2 .* got 1 and {stop}"
        ):
            Mevis(folder, "valid_u").video(0)
