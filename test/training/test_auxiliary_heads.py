"""Heads that name what objects are and do."""

import math
from dataclasses import replace

import numpy as np
import torch

from samwise_ros.data.tabletop.objects import COLOURS, SHAPES
from samwise_ros.data.tabletop.video import TabletopConfig, make_video
from samwise_ros.network.features import ImageStem
from samwise_ros.network.presets import preset
from samwise_ros.network.samwise import Samwise
from samwise_ros.training.tasks.auxiliary_heads import STRIDE, ObjectHeads, object_labels

SIDE = 128


def test_labels_are_those_of_the_object_on_a_cell() -> None:
    video = make_video("train", 3, TabletopConfig(frames=8))
    labels = object_labels(video, SIDE, range(8))
    assert labels.shape == (8, 4, SIDE // STRIDE, SIDE // STRIDE)
    seen = 0
    for item, mask in zip(video.objects, video.masks, strict=True):
        covered = mask[7].reshape(12, STRIDE, 16, STRIDE).mean((1, 3)) > 0.9
        told = labels[7, :, :12][:, covered].T
        seen += len(told) > 0
        assert (told[:, 0] == SHAPES.index(item.shape)).all()
        assert (told[:, 1] == COLOURS.index(item.colour)).all()
        assert len(set(told[:, 3])) <= 1
    assert seen
    bare = ~video.masks[:, 7].any(0).reshape(12, STRIDE, 16, STRIDE).any((1, 3))
    assert (labels[7, 0, :12][bare] == len(SHAPES)).all()
    assert (labels[7, 1:, :12][:, bare] == -1).all()
    assert (labels[:3, 3] == -1).all(), "no motion can be told from the first frames"


def test_a_clips_labels_are_those_of_its_frames() -> None:
    video = make_video("train", 3, TabletopConfig(frames=16))
    labels = object_labels(video, SIDE, range(4, 12))
    assert np.array_equal(labels[:, :3], object_labels(video, SIDE, range(16))[4:12, :3])


def test_a_motion_is_asked_for_where_it_can_be_seen() -> None:
    config = TabletopConfig(frames=16, late_share=1.0)
    video = next(
        video
        for video in (make_video("train", index, config) for index in range(20))
        if any(item.onset for item in video.objects)
    )
    number, item = next((k, one) for k, one in enumerate(video.objects) if one.onset)
    alone = replace(video, objects=(item,), masks=video.masks[number : number + 1])
    labels = object_labels(alone, SIDE, range(16))[:, 3, :12]
    covered = alone.masks[0].reshape(16, 12, STRIDE, 16, STRIDE).mean((2, 4)) > 0.9
    told = [labels[moment][covered[moment]] for moment in range(16)]
    begins = math.ceil(item.onset * 15)
    assert all((one == -1).all() for one in told[: begins + 3]), "it rests"
    assert all((one >= 0).all() for one in told[begins + 3 :]), "it moves"


def test_single_frames_have_no_motion() -> None:
    labels = object_labels(make_video("train", 3, TabletopConfig(frames=1)), SIDE, [0])
    assert (labels[:, 3] == -1).all()
    assert (labels[:, 0] >= 0).any()


def test_every_head_and_what_it_looks_at_learn() -> None:
    torch.manual_seed(0)
    network = Samwise(preset("tabletop")).eval()
    heads = ObjectHeads(network)
    video = make_video("train", 3, TabletopConfig(frames=8))
    labels = torch.from_numpy(np.stack([object_labels(video, SIDE, range(8))]))
    stem = network.image_stem(torch.randn(1, 8, 3, SIDE, SIDE))
    both = ImageStem(stem.stage1.repeat(2, 1, 1, 1, 1), stem.stage2.repeat(2, 1, 1, 1, 1))
    for causal in (True, False):
        with heads.watching(network):
            network.encode(both, network.text_stem(torch.tensor([[0, 5, 2], [0, 6, 2]])), causal)
        second = stem.stage2.flatten(0, 1)
        losses = heads.losses([second, network.sam.image_stage(second, 2)], labels)
        assert sorted(losses) == ["colour", "motion", "shape", "size"]
        asked = 2 * int((labels[:, :, 3] >= 0).sum())  # by each of two sentences
        assert int(losses["motion"].count) == asked
    torch.stack([loss.total for loss in losses.values()]).sum().backward()
    assert all(bool(weight.grad.any()) for weight in heads.parameters())
    assert all(bool(adapter.proj_vis_down[0].weight.grad.any()) for adapter in network.cmt_adapters)
