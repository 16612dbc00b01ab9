"""The motion prompt learns, and the verbs it learns from are those that the robot sees."""

import dataclasses
from typing import Any

import pytest
import torch

from samwise_ros.data.tabletop.video import vocabulary
from samwise_ros.engine.backend.inference import Inference
from samwise_ros.network.presets import preset
from samwise_ros.network.samwise import Samwise
from samwise_ros.network.text.tokenizer import SentenceTokenizer
from samwise_ros.training.batches import VideoBatch
from samwise_ros.training.clips import Clips
from samwise_ros.training.distributed import Processes
from samwise_ros.training.recipe import Losses, Stage
from samwise_ros.training.tasks.tasks import ReferringTask

CONFIG = dataclasses.replace(
    preset("tabletop"), motion_prompt=True, verbs=("moving", "moves", "leaves", "enters", "appears")
)
TOKENIZER = SentenceTokenizer.from_words(vocabulary())
STAGE = Stage("a", "sentences", steps=8, batch=1, frames=4, targets=4)


@pytest.fixture(scope="module")
def task() -> ReferringTask:
    torch.manual_seed(0)
    clips = Clips.open(("tabletop:train",), STAGE, 1, CONFIG.image_size)
    return ReferringTask(Samwise(CONFIG), clips, TOKENIZER, Losses())


@pytest.fixture(scope="module")
def mixed(task: ReferringTask) -> VideoBatch:
    """Some of its sentences have a verb."""
    batches: Any = task.batches(0, Processes())
    return next(
        batch
        for batch in batches
        if 0 < int(batch.verbs.any(2).sum()) < batch.verbs[..., 0].numel()
    )


def test_the_robot_sees_the_verbs_of_training(task: ReferringTask, mixed: VideoBatch) -> None:
    inference = Inference(Samwise(CONFIG), TOKENIZER, "cpu", "float32")
    known = {TOKENIZER.encode(word)[1]: word for word in vocabulary()}
    rows = zip(mixed.input_ids.flatten(0, 1), mixed.verbs.flatten(0, 1), strict=True)
    for tokens, verbs in rows:
        sentence = " ".join(known[token] for token in tokens.tolist() if token in known)
        _, seen = inference.read(sentence)
        assert list(seen) == verbs[: len(seen)].tolist()
        assert not verbs[len(seen) :].any()


def test_sentences_with_and_without_verbs_train_the_prompt(
    task: ReferringTask, mixed: VideoBatch
) -> None:
    task.network.zero_grad()
    losses = task.losses(mixed, "1")
    torch.stack([loss.total for loss in losses.values()]).sum().backward()
    for name, parameter in task.network.prompt.named_parameters():
        assert parameter.grad is not None, name
        assert torch.isfinite(parameter.grad).all(), name
        assert parameter.grad.abs().sum() > 0, name
