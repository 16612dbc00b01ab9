"""Losses of the auxiliary heads."""

import math

import numpy as np
import pytest
import torch

from samwise_ros.data.painted.dataset import PaintedDataset
from samwise_ros.data.painted.video import PaintedConfig
from samwise_ros.network.features import ImageStem
from samwise_ros.network.presets import preset
from samwise_ros.network.samwise import Samwise
from samwise_ros.training.tasks.auxiliary_heads import MotionHeads, ObjectHeads, TargetHeads
from samwise_ros.training.tasks.object_labels import label_sizes, object_labels

SIDE = 128


@pytest.fixture
def network() -> Samwise:
    torch.manual_seed(0)
    return Samwise(preset("tabletop")).eval()


@pytest.fixture
def dataset() -> PaintedDataset:
    return PaintedDataset("train", PaintedConfig(frames=8))


def _labels(dataset: PaintedDataset) -> torch.Tensor:
    return torch.from_numpy(np.stack([object_labels(dataset, 3, SIDE, range(8))]))


def test_all_heads_and_adapters_receive_gradients(network, dataset) -> None:
    sizes, labels = label_sizes(dataset), _labels(dataset)
    heads = ObjectHeads(network, sizes), MotionHeads(network, sizes["motion"]), TargetHeads(network)
    objects, motions, target = heads
    stem = network.image_stem(torch.randn(1, 8, 3, SIDE, SIDE))
    both = ImageStem(stem.stage1.repeat(2, 1, 1, 1, 1), stem.stage2.repeat(2, 1, 1, 1, 1))
    for causal in (True, False):
        with motions.recording(network):
            text = network.text_stem(torch.tensor([[0, 5, 2], [0, 6, 2]]))
            encoded = network.encode(both, text, causal)
        losses = objects.losses(network.sam.later_stages(stem.stage2), labels)
        assert sorted(losses) == ["colour", "shape", "size"]
        losses["motion"] = motions.losses(labels)
        labelled = 2 * int((labels[:, :, 3] >= 0).sum())  # for each of two sentences
        assert int(losses["motion"].count) == labelled
    coarse = target(encoded.levels)
    assert coarse.shape == (2, 8, SIDE // 8, SIDE // 8)
    (torch.stack([loss.total for loss in losses.values()]).sum() + coarse.sum()).backward()
    assert all(bool(weight.grad.any()) for head in heads for weight in head.parameters())
    assert all(bool(adapter.proj_vis_down[0].weight.grad.any()) for adapter in network.cmt_adapters)


def test_cells_without_an_object_weigh_less(network, dataset) -> None:
    labels = _labels(dataset)
    heads = ObjectHeads(network, label_sizes(dataset))
    for head in heads.heads:
        torch.nn.init.zeros_(head.weight)
        torch.nn.init.zeros_(head.bias)
    loss = heads.losses(network.sam.later_stages(torch.randn(1, 8, 16, 16, 48)), labels)["shape"]
    shapes = label_sizes(dataset)["shape"]
    background = int((labels[:, :, 0] == shapes - 1).sum())
    objects = int((labels[:, :, 0] >= 0).sum()) - background
    assert float(loss.count) == pytest.approx(objects + 0.05 * background, rel=1e-4)
    assert (loss.total / loss.count).item() == pytest.approx(math.log(shapes), rel=1e-4)
