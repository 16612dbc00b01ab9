"""Tracking through a clip: checks of the switch, and wrong memories."""

import pytest
import torch

from samwise_ros.network.presets import preset
from samwise_ros.network.samwise import Samwise
from samwise_ros.training.recipe import LossWeights
from samwise_ros.training.tasks.unroll import check_loss, unroll

FRAMES = 9  # more than the adapters' window
CHECKS = range(5, FRAMES, 3)


@pytest.fixture(scope="module")
def clip():
    """A network, and a clip with two sentences after both trunks."""
    torch.manual_seed(0)
    network = Samwise(preset("tabletop")).eval().requires_grad_(False)
    text = network.text_stem(torch.tensor([[0, 5, 2], [0, 9, 2]]))
    stem = network.image_stem(torch.randn(1, FRAMES, 3, 128, 128))
    return network, network.encode(stem, text, causal=True)


def test_memory_of_another_sentence_is_used_from_the_first_check_on(clip):
    own = unroll(*clip, None, CHECKS)
    swapped = unroll(*clip, None, CHECKS, torch.tensor([1, 0]))
    assert list(own.checks) == list(swapped.checks) == [5, 8]
    assert own.logits.shape[:2] == own.score.shape == (2, FRAMES)
    assert torch.equal(own.logits[:, :5], swapped.logits[:, :5])
    assert not torch.allclose(own.logits[:, 5], swapped.logits[:, 5])
    # Without memory the masks stay the same: only the memory was exchanged.
    candidates = (tracked.checks[5].candidate.logits for tracked in (own, swapped))
    assert torch.allclose(*candidates, atol=1e-4)


def test_check_loss_takes_its_labels_from_the_truth(clip):
    network, _ = clip
    checks = unroll(*clip, None, CHECKS).checks
    for tracked in checks.values():  # both masks cover the whole image
        for decoded in (tracked.decoded, tracked.candidate):
            decoded.logits.fill_(5.0)
            decoded.score.fill_(1.0)
    truth = torch.ones(2, FRAMES, 128, 128, dtype=torch.bool)
    inside, holds = truth[:, 0], torch.ones(2, FRAMES, dtype=torch.bool)
    holds[1] = False
    weights = LossWeights(switch=2.0, switch_labels="truth")
    loss = check_loss(network, checks, truth, inside, holds, weights)
    decisions = torch.stack([tracked.decision[0] for tracked in checks.values()])
    assert float(loss.count) == 2.0  # label 0 on both checked frames of the first sentence
    expected = -2 * decisions.log_softmax(1)[:, 0].sum()
    assert float(loss.total) == pytest.approx(float(expected), rel=1e-5)
    overlap = check_loss(network, checks, truth, inside, holds, LossWeights())
    assert float(overlap.count) == 4.0
