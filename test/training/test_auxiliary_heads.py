"""Labels and losses of the auxiliary heads."""

import math
from dataclasses import replace

import numpy as np
import torch

from samwise_ros.data.painted.objects import COLOURS, SHAPES
from samwise_ros.data.painted.video import PaintedConfig, make_video
from samwise_ros.network.features import ImageStem
from samwise_ros.network.presets import preset
from samwise_ros.network.samwise import Samwise
from samwise_ros.training.tasks.auxiliary_heads import STRIDE, ObjectHeads, object_labels

SIDE = 128


def test_labels_describe_the_object_on_a_cell() -> None:
    video = make_video("train", 3, PaintedConfig(frames=8))
    labels = object_labels(video, SIDE, range(8))
    assert labels.shape == (8, 4, SIDE // STRIDE, SIDE // STRIDE)
    checked = 0
    for item, mask in zip(video.objects, video.masks, strict=True):
        covered = mask[7].reshape(12, STRIDE, 16, STRIDE).mean((1, 3)) > 0.9
        cells = labels[7, :, :12][:, covered].T
        checked += len(cells) > 0
        assert (cells[:, 0] == SHAPES.index(item.shape)).all()
        assert (cells[:, 1] == COLOURS.index(item.colour)).all()
        assert len(set(cells[:, 3])) <= 1
    assert checked
    background = ~video.masks[:, 7].any(0).reshape(12, STRIDE, 16, STRIDE).any((1, 3))
    assert (labels[7, 0, :12][background] == len(SHAPES)).all()
    assert (labels[7, 1:, :12][:, background] == -1).all()
    assert (labels[:3, 3] == -1).all(), "the first frames show no motion"


def test_labels_of_a_clip_equal_those_of_its_frames() -> None:
    video = make_video("train", 3, PaintedConfig(frames=16))
    labels = object_labels(video, SIDE, range(4, 12))
    assert np.array_equal(labels[:, :3], object_labels(video, SIDE, range(16))[4:12, :3])


def test_motion_is_labelled_where_it_is_visible() -> None:
    config = PaintedConfig(frames=16, late_share=1.0)
    video = next(
        video
        for video in (make_video("train", index, config) for index in range(20))
        if any(item.onset for item in video.objects)
    )
    number, item = next((k, each) for k, each in enumerate(video.objects) if each.onset)
    alone = replace(video, objects=(item,), masks=video.masks[number : number + 1])
    labels = object_labels(alone, SIDE, range(16))[:, 3, :12]
    covered = alone.masks[0].reshape(16, 12, STRIDE, 16, STRIDE).mean((2, 4)) > 0.9
    motions = [labels[index][covered[index]] for index in range(16)]
    start = math.ceil(item.onset * 15)
    assert all((frame == -1).all() for frame in motions[: start + 3]), "the object rests"
    assert all((frame >= 0).all() for frame in motions[start + 3 :]), "the object moves"


def test_single_frames_have_no_motion() -> None:
    labels = object_labels(make_video("train", 3, PaintedConfig(frames=1)), SIDE, [0])
    assert (labels[:, 3] == -1).all()
    assert (labels[:, 0] >= 0).any()


def test_all_heads_and_adapters_receive_gradients() -> None:
    torch.manual_seed(0)
    network = Samwise(preset("tabletop")).eval()
    heads = ObjectHeads(network)
    video = make_video("train", 3, PaintedConfig(frames=8))
    labels = torch.from_numpy(np.stack([object_labels(video, SIDE, range(8))]))
    stem = network.image_stem(torch.randn(1, 8, 3, SIDE, SIDE))
    both = ImageStem(stem.stage1.repeat(2, 1, 1, 1, 1), stem.stage2.repeat(2, 1, 1, 1, 1))
    for causal in (True, False):
        with heads.recording(network):
            network.encode(both, network.text_stem(torch.tensor([[0, 5, 2], [0, 6, 2]])), causal)
        second = stem.stage2.flatten(0, 1)
        losses = heads.losses([second, network.sam.image_stage(second, 2)], labels)
        assert sorted(losses) == ["colour", "motion", "shape", "size"]
        labelled = 2 * int((labels[:, :, 3] >= 0).sum())  # for each of two sentences
        assert int(losses["motion"].count) == labelled
    torch.stack([loss.total for loss in losses.values()]).sum().backward()
    assert all(bool(weight.grad.any()) for weight in heads.parameters())
    assert all(bool(adapter.proj_vis_down[0].weight.grad.any()) for adapter in network.cmt_adapters)
