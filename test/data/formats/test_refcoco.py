"""Reading of a hand-written folder of RefCOCO."""

import json
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pictures import HEIGHT, WIDTH, box, write_photo

from samwise_ros.data.dataset import DatasetError, Expression
from samwise_ros.data.formats.refcoco import Refcoco

IMAGE = "COCO_train2014_000000000009"
# The corners of two boxes, and a crowd's run lengths: column by column.
POLYGONS = [[2, 3, 8, 3, 8, 9, 2, 9], [12, 4, 20, 4, 20, 12, 12, 12]]
RUNS = {"size": [HEIGHT, WIDTH], "counts": [HEIGHT, 2 * HEIGHT, (WIDTH - 3) * HEIGHT]}


def ref(annotation: int, split: str, image: int, *sentences: tuple[int, str]) -> dict[str, Any]:
    entries = [{"sent_id": number, "sent": text, "raw": text.title()} for number, text in sentences]
    entry = {"ref_id": 1, "ann_id": annotation, "image_id": image, "split": split}
    return {**entry, "sentences": entries, "file_name": "COCO_train2014_000000000009_31.jpg"}


REFS = [
    ref(31, "val", 9, (4, "two birds"), (7, "the birds")),
    ref(32, "train", 8, (5, "a dog")),
    ref(33, "val", 9, (9, "crowd on the left")),
]


def write_refs(folder: Path, refs: Any) -> None:
    (folder / "refs(unc).p").write_bytes(pickle.dumps(refs, protocol=2))


def write_instances(folder: Path, polygons: Any = POLYGONS) -> None:
    size = {"height": HEIGHT, "width": WIDTH}
    images = [{"id": number, "file_name": f"{IMAGE[:-1]}{number}.jpg", **size} for number in (8, 9)]
    annotations = [
        {"id": 31, "image_id": 9, "segmentation": polygons},
        {"id": 32, "image_id": 8, "segmentation": POLYGONS},
        {"id": 33, "image_id": 9, "segmentation": RUNS},
    ]
    content = {"images": images, "annotations": annotations}
    (folder / "instances.json").write_text(json.dumps(content))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two images, one of them in the split ``val``; the images are next to the folder."""
    folder = tmp_path / "refcoco"
    folder.mkdir()
    for number in (8, 9):
        write_photo(tmp_path / "train2014" / f"{IMAGE[:-1]}{number}.jpg")
    write_instances(folder)
    write_refs(folder, REFS)
    return folder


def test_lists_images_of_a_split(folder: Path) -> None:
    dataset = Refcoco(folder, "val")
    video = dataset.video(0)
    assert (len(dataset), video.name, video.frames) == (1, IMAGE, (IMAGE,))
    assert video.expressions == (
        Expression("two birds", (31,), "4"),
        Expression("the birds", (31,), "7"),
        Expression("crowd on the left", (33,), "9"),
    )
    assert Refcoco.splits(folder) == ("train", "val")


def test_reads_polygons_and_run_lengths(folder: Path) -> None:
    dataset = Refcoco(folder, "val")
    assert dataset.images(0, [0, 0]).shape == (2, HEIGHT, WIDTH, 3)
    masks = dataset.masks(0, [31, 33], [0, 0])
    birds = box(2, 3, 8, 9) | box(12, 4, 20, 12)
    crowd = box(1, 0, 3, HEIGHT)
    np.testing.assert_array_equal(masks, [[birds, birds], [crowd, crowd]])


def test_images_inside_the_folder_are_read(folder: Path) -> None:
    (folder.parent / "train2014").rename(folder / "train2014")
    assert Refcoco(folder, "val").images(0, [0]).shape == (1, HEIGHT, WIDTH, 3)


def test_python_2_strings_are_read(folder: Path) -> None:
    # Python 2 writes {'sent': 'a dog'} as byte strings, here in protocol 0.
    listed = pickle.dumps(REFS, protocol=0).replace(b"\nVa dog\n", b"\nS'a dog'\n")
    assert b"S'a dog'" in listed
    (folder / "refs(unc).p").write_bytes(listed)
    assert Refcoco(folder, "train").video(0).expressions == (Expression("a dog", (32,), "5"),)


@pytest.mark.parametrize(
    ("refs", "message"),
    [
        ({}, r"refs\(unc\).p: expected a list"),
        ([{"split": "val"}], "0: no 'image_id' in this entry"),
        ([ref(31, "val", 77, (1, "a"))], "0: image 77 is not in instances.json"),
        (
            [ref(77, "val", 9, (1, "a"))],
            "0: object 77 is not among the annotations",
        ),
        ([ref(31, "val", 9, (1, ""))], "0/sentences/0/sent: expected a non-blank string"),
        ([ref(31, "train", 9)], "expected entries of the split val, found none"),
    ],
)
def test_invalid_entry_raises(folder: Path, refs: Any, message: str) -> None:
    write_refs(folder, refs)
    with pytest.raises(DatasetError, match=message):
        Refcoco(folder, "val").video(0)


@pytest.mark.parametrize(
    ("polygons", "message"),
    [
        ([], "expected at least one polygon"),
        ([[1, 2, 3, 4]], "segmentation/0: expected x and y of at least 3 points, got 4 numbers"),
        ([[1, 2, 3, 4, 5, "6"]], "segmentation/0/5: expected a coordinate in pixels"),
        ([[1, 2, 3, 4, 5, 1e9]], "segmentation/0/5: expected a coordinate in pixels near"),
        ({"size": [HEIGHT, WIDTH], "counts": [5]}, "expected runs of 384 pixels in total, got 5"),
        (None, "segmentation: expected a dictionary, got None"),
    ],
)
def test_invalid_mask_raises(folder: Path, polygons: Any, message: str) -> None:
    write_instances(folder, polygons)
    with pytest.raises(DatasetError, match=rf"instances.json: annotations/0/.*{message}"):
        Refcoco(folder, "val").masks(0, [31], [0])


def test_image_of_other_size_than_listed_raises(folder: Path) -> None:
    write_photo(folder.parent / "train2014" / f"{IMAGE}.jpg", width=WIDTH + 8)
    with pytest.raises(DatasetError, match=r"images/1: height and width \(16, 24\), but .*9.jpg"):
        Refcoco(folder, "val").masks(0, [31], [0])


class MaliciousPickle:
    """An object whose pickle runs code when loaded."""

    def __reduce__(self) -> tuple[Any, ...]:
        return eval, ("__import__('pathlib').Path('harm').touch()",)


def test_pickle_executes_no_code(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for refs in ([MaliciousPickle()], np.zeros(2), {1, 2}):
        write_refs(folder, refs)
        with pytest.raises(DatasetError, match=r"refs\(unc\).p: expected a pickle of plain data"):
            Refcoco(folder, "val")
    assert not (tmp_path / "harm").exists()


@pytest.mark.parametrize("content", [b"", b"nonsense", pickle.dumps(REFS)[:-30]])
def test_damaged_pickle_raises(folder: Path, content: bytes) -> None:
    (folder / "refs(unc).p").write_bytes(content)
    with pytest.raises(DatasetError, match=r"refs\(unc\).p: expected a pickle of plain data"):
        Refcoco(folder, "val")


def test_missing_file_raises(folder: Path) -> None:
    (folder / "instances.json").unlink()
    with pytest.raises(DatasetError, match=r"instances.json: no such file"):
        Refcoco(folder, "val")
    write_instances(folder)
    (folder.parent / "train2014" / f"{IMAGE}.jpg").unlink()
    with pytest.raises(DatasetError, match=rf"{IMAGE}.jpg: no such file"):
        Refcoco(folder, "val").images(0, [0])
    (folder / "refs(unc).p").unlink()
    with pytest.raises(DatasetError, match=r"refs\(unc\).p: no such file"):
        Refcoco(folder, "val")
