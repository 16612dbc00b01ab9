"""Reading of a hand-written folder of Ref-DAVIS17."""

from pathlib import Path

import numpy as np
import pytest
from pictures import HEIGHT, WIDTH, box, write_annotation, write_photo

from samwise_ros.data.dataset import DatasetError, Expression
from samwise_ros.data.formats.ref_davis17 import RefDavis17

FIRST, SECOND = (1, 1, 6, 6), (10, 2, 20, 14)
TEXTS = {
    "Davis17_annot1.txt": 'clasic-car 2 "a man"\nclasic-car 1 "a  red car"\nbear 1 "a bear"\n',
    "Davis17_annot1_full_video.txt": 'classic-car 1 "car that turns"\nclassic-car 2 "driver"\n',
    "Davis17_annot2.txt": 'classic-car 1 "cabriolet d\xe9capotable"\n',
    "Davis17_annot2_full_video.txt": 'classic-car 1 "moving car"\n\nclassic-car 2 "a driver"\n',
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A car and its driver, described by two people whose files have different encodings."""
    davis = tmp_path / "DAVIS"
    for frame in ("00000", "00001"):
        write_photo(davis / "JPEGImages" / "480p" / "classic-car" / f"{frame}.jpg")
        annotation = davis / "Annotations_unsupervised" / "480p" / "classic-car" / f"{frame}.png"
        write_annotation(annotation, {1: FIRST, 2: SECOND})
    (davis / "ImageSets" / "2017").mkdir(parents=True)
    (davis / "ImageSets" / "2017" / "val.txt").write_text("classic-car\n")
    (tmp_path / "davis_text_annotations").mkdir()
    for name, text in TEXTS.items():
        encoding = "latin-1" if "annot2" in name else "utf-8"
        (tmp_path / "davis_text_annotations" / name).write_text(text, encoding)
    return tmp_path


def test_lists_expressions_of_all_annotators_by_object(folder: Path) -> None:
    dataset = RefDavis17(folder, "val")
    video = dataset.video(0)
    assert (len(dataset), video.name, video.frames) == (1, "classic-car", ("00000", "00001"))
    assert video.expressions == (
        Expression("a red car", (1,), "0", "first_frame", annotator=0),
        Expression("car that turns", (1,), "1", "full_video", annotator=1),
        Expression("cabriolet d\xe9capotable", (1,), "2", "first_frame", annotator=2),
        Expression("moving car", (1,), "3", "full_video", annotator=3),
        Expression("a man", (2,), "4", "first_frame", annotator=0),
        Expression("driver", (2,), "5", "full_video", annotator=1),
        Expression("a driver", (2,), "7", "full_video", annotator=3),
    )
    assert RefDavis17.splits(folder) == ("val",)


def test_frames_are_in_order_of_their_numbers(folder: Path) -> None:
    images = folder / "DAVIS" / "JPEGImages" / "480p" / "classic-car"
    for name in ("2", "10", "._2"):
        write_photo(images / f"{name}.jpg")
    assert RefDavis17(folder, "val").video(0).frames == ("00000", "00001", "2", "10")


def test_reads_frames_and_masks(folder: Path) -> None:
    dataset = RefDavis17(folder, "val")
    assert dataset.images(0, [0, 1]).shape == (2, HEIGHT, WIDTH, 3)
    np.testing.assert_array_equal(dataset.masks(0, [2, 1], [1])[:, 0], [box(*SECOND), box(*FIRST)])


def test_annotations_replace_missing_unsupervised_ones(folder: Path) -> None:
    davis = folder / "DAVIS"
    (davis / "Annotations_unsupervised").rename(davis / "Annotations")
    assert RefDavis17(folder, "val").masks(0, [1], [0]).any()


@pytest.mark.parametrize("line", ["classic-car 1", 'classic-car one "a car"', 'classic-car 0 "a"'])
def test_invalid_line_raises(folder: Path, line: str) -> None:
    (folder / "davis_text_annotations" / "Davis17_annot2.txt").write_text(line)
    with pytest.raises(DatasetError, match=r"Davis17_annot2.txt: expected VIDEO OBJECT .* got"):
        RefDavis17(folder, "val")


def test_text_in_other_encoding_raises(folder: Path) -> None:
    (folder / "davis_text_annotations" / "Davis17_annot1.txt").write_bytes(b'bear 1 "b\xe9ar"')
    with pytest.raises(DatasetError, match=r"Davis17_annot1.txt: expected text in utf-8"):
        RefDavis17(folder, "val")


def test_video_without_frames_or_sentences_raises(folder: Path) -> None:
    (folder / "DAVIS" / "ImageSets" / "2017" / "val.txt").write_text("bear\nclassic-car\n")
    with pytest.raises(DatasetError, match=r"val.txt: bear: no frame in .*480p/bear"):
        RefDavis17(folder, "val").video(0)
    (folder / "davis_text_annotations" / "Davis17_annot1.txt").write_text('bear 1 "a bear"')
    for name in TEXTS:
        (folder / "davis_text_annotations" / name).write_text('bear 1 "a bear"')
    with pytest.raises(DatasetError, match=r"val.txt: classic-car: expected a sentence"):
        RefDavis17(folder, "val").video(1)


def test_missing_text_raises(folder: Path) -> None:
    (folder / "davis_text_annotations" / "Davis17_annot2_full_video.txt").unlink()
    with pytest.raises(DatasetError, match=r"Davis17_annot2_full_video.txt: no such file"):
        RefDavis17(folder, "val")
