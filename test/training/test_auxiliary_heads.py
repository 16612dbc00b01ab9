"""Losses of the auxiliary heads."""

import numpy as np
import torch

from samwise_ros.data.painted.dataset import PaintedDataset
from samwise_ros.data.painted.video import PaintedConfig
from samwise_ros.network.features import ImageStem
from samwise_ros.network.presets import preset
from samwise_ros.network.samwise import Samwise
from samwise_ros.training.tasks.auxiliary_heads import ObjectHeads
from samwise_ros.training.tasks.object_labels import label_sizes, object_labels

SIDE = 128


def test_all_heads_and_adapters_receive_gradients() -> None:
    torch.manual_seed(0)
    network = Samwise(preset("tabletop")).eval()
    dataset = PaintedDataset("train", PaintedConfig(frames=8))
    heads = ObjectHeads(network, label_sizes(dataset))
    labels = torch.from_numpy(np.stack([object_labels(dataset, 3, SIDE, range(8))]))
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
