"""Generated videos written in each format and read back."""

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from write_ref_davis17 import write_ref_davis17
from write_ref_youtube_vos import write_ref_youtube_vos
from write_refcoco import write_refcoco

from samwise_ros.data.dataset import Dataset
from samwise_ros.data.formats.write_files import is_generated, write_jpeg
from samwise_ros.data.formats.write_mevis import write_mevis
from samwise_ros.data.open_dataset import open_dataset
from samwise_ros.data.painted.video import PaintedConfig, PaintedVideo, Split, make_video

CONFIG = PaintedConfig(frames=6, width=96, height=72)
STILL = PaintedConfig(frames=1, width=96, height=72)
COUNTS: dict[Split, int] = {"train": 3, "val": 2, "test": 1}


def assert_frames_equal(dataset: Dataset, index: int, video: PaintedVideo) -> None:
    frames = dataset.images(index, range(len(video.frames)))
    assert np.abs(frames.astype(int) - video.frames).mean() < 6  # JPEG is lossy


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
            video = make_video(split, index, CONFIG)
            expressions = dataset.video(index).expressions
            assert [(each.id, each.sentence) for each in expressions] == [
                (each.id, each.sentence) for each in video.expressions
            ]
            for read, written in zip(expressions, video.expressions, strict=True):
                masks = video.masks[list(written.objects)]
                assert_masks_equal(dataset, index, read.objects, masks)
            ids = range(annotations, annotations + len(video.objects))
            assert_masks_equal(dataset, index, ids, video.masks)
            annotations += len(video.objects)
            assert_frames_equal(dataset, index, video)
    hidden = open_dataset(f"mevis:{tmp_path}:valid")
    assert [each.objects for each in hidden.video(0).expressions] == [()] * len(
        make_video("test", 0, CONFIG).expressions
    )
    assert not (tmp_path / "valid" / "mask_dict.json").exists()


def test_ref_youtube_vos(tmp_path: Path) -> None:
    write_ref_youtube_vos(tmp_path, COUNTS, CONFIG)
    dataset = open_dataset(f"ref_youtube_vos:{tmp_path}:train")
    assert len(dataset) == 3
    for index in range(3):
        video = make_video("train", index, CONFIG)
        assert [
            (each.id, each.sentence, each.objects) for each in dataset.video(index).expressions
        ] == [(each.id, each.sentence, (each.objects[0] + 1,)) for each in video.expressions]
        assert_masks_equal(dataset, index, range(1, len(video.masks) + 1), video.masks)
        assert_frames_equal(dataset, index, video)
    for split, name in (("val", "valid"), ("test", "test")):
        hidden = open_dataset(f"ref_youtube_vos:{tmp_path}:{name}")
        assert len(hidden) == COUNTS[split]
        assert all(each.objects == () for each in hidden.video(0).expressions)
        assert_frames_equal(hidden, 0, make_video(split, 0, CONFIG))


def test_ref_davis17(tmp_path: Path) -> None:
    write_ref_davis17(tmp_path, {"train": 3, "val": 2}, CONFIG)
    sentences: list[set[str]] = []
    for split in ("train", "val"):
        dataset = open_dataset(f"ref_davis17:{tmp_path}:{split}")
        assert len(dataset) == COUNTS[split]
        for index in range(len(dataset)):
            video = make_video(split, index, CONFIG)
            described = {each.objects[0] + 1 for each in video.expressions}
            expressions = dataset.video(index).expressions
            assert {(each.objects[0], each.annotator) for each in expressions} == {
                (number, annotator) for number in described for annotator in range(4)
            }
            for number in described:
                own = {each.sentence for each in expressions if each.objects == (number,)}
                sentences.append(own)
            assert_masks_equal(dataset, index, range(1, len(video.masks) + 1), video.masks)
            assert_frames_equal(dataset, index, video)
    # Each annotator draws the words; equal sentences are rare.
    assert np.mean([len(own) for own in sentences]) > 3


def test_refcoco(tmp_path: Path) -> None:
    write_refcoco(tmp_path, COUNTS, STILL)
    ids: list[str] = []
    for split, count in COUNTS.items():
        dataset = open_dataset(f"refcoco:{tmp_path}:{split}")
        assert len(dataset) == count
        for index in range(count):
            video = make_video(split, index, STILL)
            visible = [each for each in video.expressions if video.masks[each.objects[0]].any()]
            expressions = dataset.video(index).expressions
            assert [each.sentence for each in expressions] == [each.sentence for each in visible]
            for read, written in zip(expressions, visible, strict=True):
                masks = video.masks[list(written.objects)]
                assert_masks_equal(dataset, index, read.objects, masks)
            assert_frames_equal(dataset, index, video)
            ids.extend(each.id for each in expressions)
    assert len(set(ids)) == len(ids)


def test_generated_images_are_recognised_by_their_comment(tmp_path: Path) -> None:
    assert not is_generated(tmp_path)
    write_jpeg(tmp_path / "1.jpg", np.zeros((8, 8, 3), np.uint8))
    assert is_generated(tmp_path)
    (tmp_path / "0.jpg").touch()  # damaged
    assert not is_generated(tmp_path)
    (tmp_path / "0.jpg").unlink()
    os.mkfifo(tmp_path / "0.jpg")  # reading it would wait for ever
    assert is_generated(tmp_path)
