"""Losses of the auxiliary heads, the stage that has no others, and labels of augmented images."""

import json
import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch.nn import functional

from samwise_ros.data.painted.dataset import PaintedDataset
from samwise_ros.data.painted.objects import SHAPES
from samwise_ros.data.painted.video import PaintedConfig
from samwise_ros.evaluation.distributed import ProcessGroup
from samwise_ros.network.checkpoints.model_folder import load_model
from samwise_ros.network.features import ImageStem
from samwise_ros.network.presets import preset
from samwise_ros.network.samwise import Samwise
from samwise_ros.training.batches import VideoBatches
from samwise_ros.training.clips import Clips
from samwise_ros.training.recipe import Recipe, Stage
from samwise_ros.training.tasks.auxiliary_heads import (
    MotionHeads,
    ObjectHeads,
    TargetClassHead,
    TargetHeads,
    WordHead,
)
from samwise_ros.training.tasks.object_labels import label_sizes, object_labels
from samwise_ros.training.trainer import Trainer

SIDE = 128
STAGE = Stage(
    "objects", "objects", steps=2, batch=4, targets=1, warmup=1, name_objects=0.5, augment=True
)
RECIPE = Recipe("tabletop", 1, (STAGE,), ("painted:train",), precision="bfloat16")


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
        assert sorted(losses) == ["colour", "column", "shape", "size"]
        losses["motion"] = motions.losses(labels)
        moving, resting = (int((labels[:, :, 4] > 0).sum()), int((labels[:, :, 4] == 0).sum()))
        labelled = 2 * (moving + 0.1 * resting)  # for each of two sentences
        assert float(losses["motion"].count) == pytest.approx(labelled)
        assert moving > 0
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


def test_word_head_learns_each_word_of_each_sentence(network) -> None:
    head = WordHead(network)
    input_ids = torch.tensor([[0, 5, 7, 7, 2], [0, 6, 2, 1, 1]])  # with start, end and padding
    sentence = torch.eye(network.config.text_width)[:2]
    optimizer = torch.optim.Adam(head.parameters(), 0.1)
    for _ in range(300):
        optimizer.zero_grad()
        loss = head.loss(sentence, input_ids)
        (loss.total / loss.count).backward()
        optimizer.step()
    words = network.config.vocabulary - 4
    assert float(loss.count) == 3, "5, 7 and 6: each word of a sentence once, no special token"
    assert loss.total / loss.count < 0.2
    logits = head.head(sentence)[:, 4:]
    assert (logits > 0).nonzero().tolist() == [[0, 1], [0, 3], [1, 2]]
    zero = WordHead(network)
    torch.nn.init.zeros_(zero.head.weight)
    torch.nn.init.zeros_(zero.head.bias)
    assert zero.loss(sentence, input_ids).total.item() == pytest.approx(2 * words * math.log(2))


def test_target_is_labelled_by_the_cell_that_it_covers_most(network) -> None:
    sizes = {"kind": 3, "column": 4, "motion": 2}
    head = TargetClassHead(network, sizes)
    torch.nn.init.zeros_(head.head.weight)
    head.head.bias.data = torch.tensor([5.0, 0, 0, 0, 0, 9, 0])  # kind 0, column 2
    labels = torch.full((1, 2, 3, 4, 4), -1)
    labels[0, :, :2, 1, 2] = torch.tensor([0, 2])  # of the first sentence's target
    labels[0, :, :2, 3, 0] = torch.tensor([1, -1])  # of the second one's, whose column is unknown
    cover = torch.zeros(2, 2, 4, 4)
    cover[0, :, 1, 2], cover[0, :, 1, 1] = 0.9, 0.6
    cover[1, 0, 3, 0] = 0.7
    cover[1, 1, 3, 0] = 0.4  # out of view, or too small to be known
    losses = head.losses(torch.zeros(2, 1, network.config.text_width), labels, cover)
    assert {name: float(loss.count) for name, loss in losses.items()} == {
        "target_kind": 3,
        "target_column": 2,
    }
    right = functional.cross_entropy(torch.tensor([[5.0, 0, 0]]), torch.tensor([0]))
    wrong = functional.cross_entropy(torch.tensor([[5.0, 0, 0]]), torch.tensor([1]))
    assert losses["target_kind"].total.item() == pytest.approx(2 * right.item() + wrong.item())


def test_only_the_image_trunk_is_trained_and_resumes_exactly(tmp_path) -> None:
    before = None
    for name, pieces in (("whole", (None,)), ("pieces", (1, None))):
        for steps in pieces:
            trainer = Trainer(RECIPE, tmp_path / name, device="cpu")
            before = before or {
                key: value.clone() for key, value in trainer.training.network.state_dict().items()
            }
            trainer.run(steps)
    whole, pieces = (
        load_model(str(tmp_path / name / "model"))[0].state_dict() for name in ("whole", "pieces")
    )
    assert all(torch.equal(value, pieces[key]) for key, value in whole.items())
    assert before is not None
    changed = {key for key, value in before.items() if not torch.equal(value, whole[key])}
    trunk = "sam.image_encoder.trunk."
    assert {key[: len(trunk)] for key in changed} == {trunk}
    stages = {key.split(".")[4] for key in changed if key.startswith(f"{trunk}blocks.")}
    assert stages == {str(number) for number in range(7)}, "all blocks are trained"
    (line,) = (tmp_path / "whole" / "log.jsonl").read_text().splitlines()
    assert {"shape", "colour", "size"} < set(json.loads(line))


def test_labels_of_augmented_images_lie_on_the_objects() -> None:
    stage = replace(STAGE, task="sentences", batch=16, absent_share=0.0)
    clips = Clips.open(RECIPE.data, stage, 1, 128)
    network, tokenizer = load_model("tabletop")
    batch = VideoBatches(clips, tokenizer, network.config, ProcessGroup.join(torch.device("cpu")))[
        0
    ]
    assert not isinstance(batch, ValueError)
    cover = functional.avg_pool2d(batch.masks[:, 0].float(), 8)[:, 0]
    labels = batch.labels[:, 0, 0]
    covered = cover > 0.9
    assert covered.sum() > 50
    assert (labels[covered] < len(SHAPES)).all()
    assert (labels[covered] >= 0).all()
    sizes = {int(inside.sum()) for inside in batch.inside}
    assert len(sizes) > 1, "some images are cropped"
