"""Labels of the auxiliary heads."""

import math
from dataclasses import replace
from typing import get_args

import numpy as np
import pytest

from samwise_ros.data.augmentation import View
from samwise_ros.data.concat import open_datasets
from samwise_ros.data.dataset import DatasetError
from samwise_ros.data.formats.mevis import Mevis
from samwise_ros.data.formats.write_mevis import write_mevis
from samwise_ros.data.painted.objects import COLOURS, SHAPES, Motion
from samwise_ros.data.painted.video import PaintedConfig, make_video
from samwise_ros.data.tabletop.catalogue import KINDS, PAINTS
from samwise_ros.data.tabletop.description import Material, Pattern
from samwise_ros.data.tabletop.truth import Motion as TabletopMotion
from samwise_ros.training.tasks.object_labels import (
    STRIDE,
    label_sizes,
    object_labels,
    painted_labels,
)

SIDE = 128


def test_labels_describe_the_object_on_a_cell() -> None:
    video = make_video("train", 3, PaintedConfig(frames=8))
    labels = painted_labels(video, SIDE, range(8))
    assert labels.shape == (8, 5, SIDE // STRIDE, SIDE // STRIDE)
    checked = 0
    for item, mask in zip(video.objects, video.masks, strict=True):
        covered = mask[7].reshape(12, STRIDE, 16, STRIDE).mean((1, 3)) > 0.9
        cells = labels[7, :, :12][:, covered].T
        if not len(cells):
            continue
        checked += 1
        assert (cells[:, 0] == SHAPES.index(item.shape)).all()
        assert (cells[:, 1] == COLOURS.index(item.colour)).all()
        columns = np.flatnonzero(mask[7].any(0))
        assert (cells[:, 3] >= columns[0] * 16 // SIDE).all()
        assert (cells[:, 3] <= columns[-1] * 16 // SIDE).all()
        assert len(set(cells[:, 3])) <= 1
        assert len(set(cells[:, 4])) <= 1
    assert checked
    background = ~video.masks[:, 7].any(0).reshape(12, STRIDE, 16, STRIDE).any((1, 3))
    assert (labels[7, 0, :12][background] == len(SHAPES)).all()
    assert (labels[7, 1:, :12][:, background] == -1).all()
    assert (labels[:3, 4] == -1).all(), "the first frames show no motion"


def test_labels_of_a_clip_equal_those_of_its_frames() -> None:
    video = make_video("train", 3, PaintedConfig(frames=16))
    labels = painted_labels(video, SIDE, range(4, 12))
    assert np.array_equal(labels[:, :4], painted_labels(video, SIDE, range(16))[4:12, :4])


def test_labels_follow_the_view_of_an_augmentation() -> None:
    video = make_video("train", 3, PaintedConfig(frames=8))
    whole = painted_labels(video, SIDE, range(8))
    mirrored = painted_labels(video, SIDE, range(8), View(flip=True))
    assert np.array_equal(mirrored[:, :3, :12], whole[:, :3, :12, ::-1])
    columns, on = mirrored[:, 3, :12], whole[:, 3, :12, ::-1] >= 0
    assert np.abs(columns + whole[:, 3, :12, ::-1] - 15)[on].max() <= 1
    assert (columns[~on] == -1).all()
    names, sides = get_args(Motion), {"left": "right", "right": "left"}
    expected = [names.index(sides.get(name, name)) for name in names]
    motions = whole[:, 4, :12, ::-1]
    assert {names[number] for number in motions[motions >= 0]} & set(sides)
    assert np.array_equal(mirrored[:, 4, :12], np.array([*expected, -1])[motions])
    corner = painted_labels(video, SIDE, range(8), View(crop=(0, 48, 0, 64)))
    full = video.masks[:, :, :48, :64].reshape(-1, 8, 6, STRIDE, 8, STRIDE).all((3, 5)).any(0)
    assert full.any(), "some cells of the corner are covered"
    enlarged = full.repeat(2, 1).repeat(2, 2)
    assert np.array_equal(
        corner[:, 0, :12, :16][enlarged], whole[:, 0, :6, :8].repeat(2, 1).repeat(2, 2)[enlarged]
    )


def test_motion_is_labelled_where_it_is_visible() -> None:
    config = PaintedConfig(frames=16, late_share=1.0)
    video = next(
        video
        for video in (make_video("train", index, config) for index in range(20))
        if any(item.onset for item in video.objects)
    )
    number, item = next((k, each) for k, each in enumerate(video.objects) if each.onset)
    alone = replace(video, objects=(item,), masks=video.masks[number : number + 1])
    labels = painted_labels(alone, SIDE, range(16))[:, 4, :12]
    covered = alone.masks[0].reshape(16, 12, STRIDE, 16, STRIDE).mean((2, 4)) > 0.9
    motions = [labels[index][covered[index]] for index in range(16)]
    start = math.ceil(item.onset * 15)
    assert all((frame == -1).all() for frame in motions[: start + 3]), "the object rests"
    assert all((frame >= 0).all() for frame in motions[start + 3 :]), "the object moves"


def test_single_frames_have_no_motion() -> None:
    labels = painted_labels(make_video("train", 3, PaintedConfig(frames=1)), SIDE, [0])
    assert (labels[:, 4] == -1).all()
    assert (labels[:, 0] >= 0).any()


def test_labels_of_the_simulated_tabletop(tmp_path) -> None:
    """A red mug rests, a jar of bare glass is lifted, and an arm is no object."""
    write_mevis(tmp_path, {"train": 1}, PaintedConfig(6, SIDE, 96))
    dataset = Mevis(tmp_path, "train")
    with pytest.raises(ValueError, match="samwise data tabletop"):
        label_sizes(dataset)
    pixels = np.zeros((6, 96, SIDE), np.uint8)
    pixels[:, 8:24, 16:32], pixels[:, 40:48, 80:88], pixels[:, 64:80, :16] = 1, 2, 255
    motion = np.array([[TabletopMotion.REST, TabletopMotion.LIFTED]] * 6, np.uint8)
    dataset.truth_file(0).parent.mkdir()
    np.savez(
        dataset.truth_file(0),
        labels=pixels,
        motion=motion,
        kinds=["mug", "jar"],
        colours=["red", ""],
        patterns=["striped", "plain"],
        materials=["ceramic", "glass"],
    )
    sizes = {"kind": len(KINDS) + 1, "colour": len(PAINTS), "pattern": 8, "material": 8}
    sizes |= {"column": 16, "motion": 9}
    assert label_sizes(dataset) == sizes
    several = open_datasets([f"mevis:{tmp_path}:train"] * 2)
    assert label_sizes(several) == label_sizes(dataset)
    labels = object_labels(several, 1, SIDE, range(1, 6))
    assert np.array_equal(labels, object_labels(dataset, 0, SIDE, range(1, 6)))
    assert labels.shape == (5, 6, SIDE // STRIDE, SIDE // STRIDE)
    kinds = list(KINDS)
    assert (labels[:, 0, 1:3, 2:4] == kinds.index("mug")).all()
    assert (labels[:, 0, 5, 10] == kinds.index("jar")).all()
    assert (labels[:, 0, 12:] == len(KINDS)).all(), "padding and place are background"
    assert (labels[:, 0] < len(KINDS)).sum() == 5 * 5
    assert (labels[:, 1, 1:3, 2:4] == PAINTS.index("red")).all()
    assert (labels[:, 1, 5, 10] == -1).all(), "bare glass has no colour"
    assert (labels[:, 2, 1:3, 2:4] == get_args(Pattern).index("striped")).all()
    assert (labels[:, 3, 5, 10] == get_args(Material).index("glass")).all()
    assert (labels[:, 4, 1:3, 2:4] == 2).all(), "the centre is at 23.5 of 128 pixels"
    assert (labels[:, 4, 5, 10] == 10).all()
    assert (labels[:3, 5] == -1).all(), "the first frames show no motion"
    assert (labels[3:, 5, 1:3, 2:4] == TabletopMotion.REST).all()
    assert (labels[3:, 5, 5, 10] == TabletopMotion.LIFTED).all()


def test_damaged_truth_is_named(tmp_path) -> None:
    write_mevis(tmp_path, {"train": 1}, PaintedConfig(6, SIDE, 96))
    dataset = Mevis(tmp_path, "train")
    path = dataset.truth_file(0)
    path.parent.mkdir()
    np.savez_compressed(path, labels=np.arange(6 * 96 * SIDE).reshape(6, 96, SIDE))
    whole = path.read_bytes()
    for content in (b"", whole[: len(whole) // 2], whole):
        path.write_bytes(content)
        with pytest.raises(DatasetError, match=rf"{path}: cannot be read: .*get the file again"):
            object_labels(dataset, 0, SIDE, range(6))
    path.unlink()
    with pytest.raises(DatasetError, match=f"{path}: no such file"):
        object_labels(dataset, 0, SIDE, range(6))
