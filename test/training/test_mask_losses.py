"""Losses of a clip's masks: which frames and pixels count."""

import pytest
import torch

from samwise_ros.training.recipe import LossWeights
from samwise_ros.training.tasks.unroll import mask_losses


@pytest.mark.parametrize("over", ["frame", "clip"])
def test_frames_on_which_a_sentence_does_not_hold_have_no_loss(over):
    generator = torch.Generator().manual_seed(0)
    logits = torch.randn(3, 4, 4, 4, generator=generator)
    score = torch.randn(3, 4, generator=generator)
    truth = torch.rand(3, 4, 16, 16, generator=generator) > 0.5
    truth[0, 1] = False
    inside = torch.ones(3, 16, 16, dtype=torch.bool)
    holds = torch.ones(3, 4, dtype=torch.bool)
    holds[:, 2:] = False
    weights = LossWeights(score=1.0, over=over)
    found = mask_losses(logits, score, truth, inside, holds, weights)
    parts = (logits[:, :2], score[:, :2], truth[:, :2], inside, holds[:, :2])
    expected = mask_losses(*parts, weights)
    assert set(found) == {"focal", "dice", "score"}
    for name, loss in found.items():
        assert float(loss.total) == pytest.approx(float(expected[name].total), rel=1e-5)
        assert float(loss.count) == float(expected[name].count) > 0
    # A sentence that holds on no frame of the clip does not count.
    holds[1] = False
    less = mask_losses(logits, score, truth, inside, holds, weights)
    without = [part[[0, 2]] for part in (logits, score, truth, inside, holds)]
    expected = mask_losses(*without, weights)
    for name, loss in less.items():
        assert float(loss.total) == pytest.approx(float(expected[name].total), rel=1e-5)
        assert torch.isfinite(loss.total)
