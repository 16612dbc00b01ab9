"""What the generator writes in each format is what it made."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from samwise_ros.data.dataset import Dataset
from samwise_ros.data.formats.write_mevis import write_mevis
from samwise_ros.data.formats.write_ref_davis17 import write_ref_davis17
from samwise_ros.data.formats.write_ref_youtube_vos import write_ref_youtube_vos
from samwise_ros.data.formats.write_refcoco import write_refcoco
from samwise_ros.data.open_dataset import open_dataset
from samwise_ros.data.tabletop.video import Split, TabletopConfig, TabletopVideo, make_video

CONFIG = TabletopConfig(frames=6, width=96, height=72)
STILL = TabletopConfig(frames=1, width=96, height=72)
COUNTS: dict[Split, int] = {"train": 3, "val": 2, "test": 1}


def assert_frames_equal(dataset: Dataset, index: int, made: TabletopVideo) -> None:
    read = dataset.images(index, range(len(made.frames)))
    assert np.abs(read.astype(int) - made.frames).mean() < 6  # up to JPEG


def assert_masks_equal(dataset: Dataset, index: int, ids: Sequence[int], truth: np.ndarray) -> None:
    read = dataset.masks(index, ids, range(truth.shape[1]))
    np.testing.assert_array_equal(read, truth)


def test_mevis(tmp_path: Path) -> None:
    write_mevis(tmp_path, COUNTS, CONFIG)
    for split, name in (("train", "train"), ("val", "valid_u")):
        dataset = open_dataset(f"mevis:{tmp_path}:{name}")
        assert len(dataset) == COUNTS[split]
        annotations = 0
        for index in range(len(dataset)):
            made = make_video(split, index, CONFIG)
            video = dataset.video(index)
            assert [(one.id, one.sentence) for one in video.expressions] == [
                (one.id, one.sentence) for one in made.expressions
            ]
            for read, said in zip(video.expressions, made.expressions, strict=True):
                assert_masks_equal(dataset, index, read.objects, made.masks[list(said.objects)])
            ids = range(annotations, annotations + len(made.objects))
            assert_masks_equal(dataset, index, ids, made.masks)
            annotations += len(made.objects)
            assert_frames_equal(dataset, index, made)
    hidden = open_dataset(f"mevis:{tmp_path}:valid")
    assert [one.objects for one in hidden.video(0).expressions] == [()] * len(
        make_video("test", 0, CONFIG).expressions
    )
    assert not (tmp_path / "valid" / "mask_dict.json").exists()


def test_ref_youtube_vos(tmp_path: Path) -> None:
    write_ref_youtube_vos(tmp_path, COUNTS, CONFIG)
    dataset = open_dataset(f"ref_youtube_vos:{tmp_path}:train")
    assert len(dataset) == 3
    for index in range(3):
        made = make_video("train", index, CONFIG)
        assert [
            (one.id, one.sentence, one.objects) for one in dataset.video(index).expressions
        ] == [(one.id, one.sentence, (one.objects[0] + 1,)) for one in made.expressions]
        assert_masks_equal(dataset, index, range(1, len(made.masks) + 1), made.masks)
        assert_frames_equal(dataset, index, made)
    for split, name in (("val", "valid"), ("test", "test")):
        hidden = open_dataset(f"ref_youtube_vos:{tmp_path}:{name}")
        assert len(hidden) == COUNTS[split]
        assert all(one.objects == () for one in hidden.video(0).expressions)
        assert_frames_equal(hidden, 0, make_video(split, 0, CONFIG))


def test_ref_davis17(tmp_path: Path) -> None:
    write_ref_davis17(tmp_path, {"train": 3, "val": 2}, CONFIG)
    sentences: list[set[str]] = []
    for split in ("train", "val"):
        dataset = open_dataset(f"ref_davis17:{tmp_path}:{split}")
        assert len(dataset) == COUNTS[split]
        for index in range(len(dataset)):
            made = make_video(split, index, CONFIG)
            described = {one.objects[0] + 1 for one in made.expressions}
            expressions = dataset.video(index).expressions
            assert {(one.objects[0], one.annotator) for one in expressions} == {
                (number, annotator) for number in described for annotator in range(4)
            }
            for number in described:
                said = {one.sentence for one in expressions if one.objects == (number,)}
                sentences.append(said)
            assert_masks_equal(dataset, index, range(1, len(made.masks) + 1), made.masks)
            assert_frames_equal(dataset, index, made)
    # Annotators choose their own words, only now and then the same.
    assert np.mean([len(said) for said in sentences]) > 3


def test_ref_davis17_has_no_test_split(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="train and val only, got test"):
        write_ref_davis17(tmp_path, COUNTS, CONFIG)


def test_refcoco(tmp_path: Path) -> None:
    write_refcoco(tmp_path, COUNTS, STILL)
    ids: list[str] = []
    for split, count in COUNTS.items():
        dataset = open_dataset(f"refcoco:{tmp_path}:{split}")
        assert len(dataset) == count
        for index in range(count):
            made = make_video(split, index, STILL)
            shown = [one for one in made.expressions if made.masks[one.objects[0]].any()]
            video = dataset.video(index)
            assert [one.sentence for one in video.expressions] == [one.sentence for one in shown]
            for read, said in zip(video.expressions, shown, strict=True):
                assert_masks_equal(dataset, index, read.objects, made.masks[list(said.objects)])
            assert_frames_equal(dataset, index, made)
            ids.extend(one.id for one in video.expressions)
    assert len(set(ids)) == len(ids)


def test_refcoco_has_single_images(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="single frames, got 6"):
        write_refcoco(tmp_path, COUNTS, CONFIG)
