"""Losses and switch labels equal those of the published code."""

from pathlib import Path

import numpy as np
import pytest
import torch

from samwise_ros.training.losses import (
    PartialMean,
    correction_labels,
    dice_loss,
    focal_loss,
    switch_labels,
    switch_loss,
)

VECTORS = np.load(Path(__file__).parent / "data" / "losses.npz")


@pytest.mark.parametrize(("name", "loss"), [("focal", focal_loss), ("dice", dice_loss)])
def test_mask_losses_equal_the_published_ones(name, loss):
    logits, targets = (torch.from_numpy(VECTORS[key]) for key in ("logits", "targets"))
    assert float(loss(logits, targets).mean()) == pytest.approx(float(VECTORS[name]), abs=1e-6)


@pytest.mark.parametrize("loss", [focal_loss, dice_loss])
def test_mask_losses_ignore_padding(loss):
    logits, targets = torch.randn(2, 30), torch.rand(2, 30).round()
    inside = torch.ones(2, 30)
    inside[:, 20:] = targets[:, 20:] = 0
    assert torch.allclose(loss(logits, targets, inside), loss(logits[:, :20], targets[:, :20]))


@pytest.mark.parametrize(("alpha", "objects"), [(0.25, 6), (0.5, 4), (0.75, 2)])
def test_focal_loss_is_least_at_the_threshold_if_the_object_has_one_minus_alpha(alpha, objects):
    logit = torch.zeros(1, requires_grad=True)
    targets = torch.tensor([[1.0] * objects + [0.0] * (8 - objects)])
    focal_loss(logit.expand(1, 8), targets, alpha=alpha).sum().backward()
    assert logit.grad.abs() < 1e-6


def test_switch_labels_equal_the_published_ones():
    tracked, candidate, score = (
        torch.from_numpy(VECTORS[key]) for key in ("pair_a", "pair_b", "pair_score")
    )
    labels = switch_labels(tracked, candidate, score)
    assert labels.tolist() == VECTORS["pair_label"].tolist()


def test_switch_label_of_an_empty_mask():
    full, empty = torch.ones(1, 20, 20, dtype=torch.bool), torch.zeros(1, 20, 20, dtype=torch.bool)
    score = torch.ones(1)
    assert switch_labels(empty, full, score).tolist() == [0]
    assert switch_labels(empty, full, score, one_empty=1).tolist() == [1]
    assert switch_labels(empty, full, -score, one_empty=1).tolist() == [-1]


def test_correction_labels_compare_both_masks_with_the_truth():
    target, other, empty = torch.zeros(3, 20, 20, dtype=torch.bool)
    target[:10], other[10:] = True, True
    part = target.clone()
    part[4:] = False  # IoU 0.4: on the target or not
    cases = [
        # tracked, candidate, truth, holds, candidate's score, label
        (other, target, target, True, 1.0, 1),
        (empty, target, target, True, 1.0, 1),
        (target, target, target, True, 1.0, 0),
        (target, other, target, True, 1.0, 0),
        (other, other, target, True, 1.0, 0),
        (empty, other, empty, True, 1.0, 0),  # the target is hidden
        (part, target, target, True, 1.0, -1),
        (other, target, target, False, 1.0, -1),
        (other, target, target, True, -1.0, -1),  # a switch would write nothing
        (other, empty, target, True, 1.0, -1),
    ]
    tracked, candidate, truth = (torch.stack(masks) for masks in list(zip(*cases, strict=True))[:3])
    holds, score, labels = (torch.tensor(values) for values in list(zip(*cases, strict=True))[3:])
    assert correction_labels(tracked, candidate, truth, holds, score).tolist() == labels.tolist()


def test_switch_loss_ignores_and_weights_labels():
    decision = torch.tensor([[0.0, 0.0], [2.0, 0.0], [0.0, 5.0]])
    ignored = switch_loss(decision, torch.tensor([-1, -1, -1]))
    assert (float(ignored.total), float(ignored.count)) == (0.0, 0.0)
    loss = switch_loss(decision, torch.tensor([1, -1, 0]))
    assert float(loss.total) == pytest.approx(2 * np.log(2) + np.log1p(np.exp(5.0)), rel=1e-5)
    assert float(loss.count) == 3.0


def test_empty_mean_has_a_gradient():
    values = torch.ones(4, requires_grad=True)
    empty = PartialMean.of(values[:0]) * 3
    empty.total.backward()  # every process runs the backward pass
    assert float(empty.count) == 0.0
    assert values.grad is not None
