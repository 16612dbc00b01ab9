"""The losses and the switch label against the released program's numbers."""

from pathlib import Path

import numpy as np
import pytest
import torch

from samwise_ros.training.losses import dice_loss, focal_loss, switch_labels, switch_loss

VECTORS = np.load(Path(__file__).parent / "data" / "losses.npz")


@pytest.mark.parametrize(("name", "loss"), [("focal", focal_loss), ("dice", dice_loss)])
def test_mask_losses_equal_the_released_ones(name, loss):
    logits, targets = (torch.from_numpy(VECTORS[key]) for key in ("logits", "targets"))
    assert float(loss(logits, targets)) == pytest.approx(float(VECTORS[name]), abs=1e-6)


def test_switch_labels_equal_the_released_ones():
    tracked, candidate, score = (
        torch.from_numpy(VECTORS[key]) for key in ("pair_a", "pair_b", "pair_score")
    )
    labels = switch_labels(tracked, candidate, score)
    assert labels.tolist() == VECTORS["pair_label"].tolist()


def test_switch_label_where_one_mask_is_empty():
    full, empty = torch.ones(1, 20, 20, dtype=torch.bool), torch.zeros(1, 20, 20, dtype=torch.bool)
    score = torch.ones(1)
    assert switch_labels(empty, full, score).tolist() == [0]
    assert switch_labels(empty, full, score, one_empty=1).tolist() == [1]
    assert switch_labels(empty, full, -score, one_empty=1).tolist() == [-1]


def test_switch_loss_ignores_and_weighs():
    decision = torch.tensor([[0.0, 0.0], [2.0, 0.0], [0.0, 5.0]])
    ignored = switch_loss(decision, torch.tensor([-1, -1, -1]))
    assert float(ignored) == 0.0
    loss = switch_loss(decision, torch.tensor([1, -1, 0]))
    expected = (2 * np.log(2) + np.log1p(np.exp(5.0))) / 3
    assert float(loss) == pytest.approx(expected, rel=1e-5)
