"""One step of the optimizer."""

import pytest
import torch
from torch import nn

from samwise_ros.evaluation.distributed import SINGLE_PROCESS
from samwise_ros.network.derived_tensors import DerivedTensors
from samwise_ros.training.losses import PartialMean
from samwise_ros.training.optimization.learner import Learner
from samwise_ros.training.recipe import OptimizerSettings, Stage


@pytest.fixture
def learner() -> Learner:
    stage = Stage("look", "sentences", steps=2, learning_rate=0.1, warmup=1)
    settings = OptimizerSettings("adamw", (0.9, 0.98), 0.01, "cosine")
    return Learner([nn.Linear(2, 1)], [], stage, settings, 2, SINGLE_PROCESS)


def test_cached_tensors_follow_the_weights(learner):
    weight, derived = learner.modules[0].weight, DerivedTensors()

    @torch.no_grad()
    def doubled():
        return derived.get("doubled", [weight], lambda: 2 * weight)

    doubled()
    loss = PartialMean.of(learner.modules[0](torch.ones(3, 2)).flatten())
    learner.update([{"loss": loss}], 0)
    assert torch.equal(doubled(), 2 * weight.detach())


def test_gradients_that_are_not_finite_leave_the_weights_unchanged(learner):
    before = learner.modules[0].weight.detach().clone()
    output = learner.modules[0](torch.zeros(1, 2))
    root = torch.sqrt((output - output.detach()).flatten())  # 0, with an infinite gradient
    with pytest.raises(ValueError, match="stage look, step 1: expected finite gradients"):
        learner.update([{"loss": PartialMean.of(root)}], 1)
    assert torch.equal(learner.modules[0].weight, before)


def test_muon_moves_matrices_along_all_directions_alike():
    """The directions of a gradient differ in strength, those of its update hardly."""
    torch.manual_seed(0)
    network = nn.Sequential(nn.Embedding(32, 32), nn.Linear(32, 64))
    stage = Stage("look", "sentences", steps=2, learning_rate=0.1, warmup=1)
    head = nn.Linear(64, 16)
    learner = Learner([network], [head], stage, OptimizerSettings("muon"), 2, SINGLE_PROCESS)
    before = {name: value.clone() for name, value in learner.modules.state_dict().items()}
    output = head(network(torch.arange(32)))
    learner.update([{"loss": PartialMean.of(output.square().flatten())}], 0)
    moved = {name: value - before[name] for name, value in learner.modules.state_dict().items()}
    assert all(change.any() for change in moved.values())
    strengths = torch.linalg.svdvals(moved["0.1.weight"])
    assert strengths[15] > 0.5 * strengths[0], "the head has 16 outputs, so the rank is 16"
    for name in ("0.0.weight", "1.weight"):  # the embedding and the head: steps of AdamW
        assert moved[name].abs().max() == pytest.approx(0.1, rel=0.01)
    again = Learner([network], [head], stage, OptimizerSettings("muon"), 2, SINGLE_PROCESS)
    again.load(learner.state())
    assert again.state()["optimizer"][1]["state"][0]["momentum_buffer"].any()
