"""The motion prompt is trained, on the same verbs that inference finds."""

import dataclasses
from typing import Any

import pytest
import torch

from samwise_ros.data.painted.video import vocabulary
from samwise_ros.engine.backend.samwise_backend import SamwiseBackend
from samwise_ros.evaluation.distributed import ProcessGroup
from samwise_ros.network.presets import preset
from samwise_ros.network.samwise import Samwise
from samwise_ros.network.text.tokenizer import SentenceTokenizer
from samwise_ros.training.batches import VideoBatch
from samwise_ros.training.clips import Clips
from samwise_ros.training.recipe import LossWeights, Stage
from samwise_ros.training.tasks.referring import ReferringTask

CONFIG = dataclasses.replace(
    preset("tabletop"), motion_prompt=True, verbs=("moving", "moves", "leaves", "enters", "appears")
)
TOKENIZER = SentenceTokenizer.from_words(vocabulary())
STAGE = Stage("a", "sentences", steps=8, batch=1, frames=4, targets=4)


@pytest.fixture(scope="module")
def task() -> ReferringTask:
    torch.manual_seed(0)
    clips = Clips.open(("painted:train",), STAGE, 1, CONFIG.image_size)
    return ReferringTask(Samwise(CONFIG), clips, TOKENIZER, LossWeights())


@pytest.fixture(scope="module")
def mixed(task: ReferringTask) -> VideoBatch:
    """A batch in which some sentences have a verb."""
    batches: Any = task.batches(0, ProcessGroup())
    return next(
        batch
        for batch in batches
        if 0 < int(batch.verbs.any(2).sum()) < batch.verbs[..., 0].numel()
    )


def test_inference_finds_the_verbs_of_training(task: ReferringTask, mixed: VideoBatch) -> None:
    backend = SamwiseBackend(Samwise(CONFIG), TOKENIZER, device="cpu")
    known = {TOKENIZER.encode(word)[1]: word for word in vocabulary()}
    rows = zip(mixed.input_ids.flatten(0, 1), mixed.verbs.flatten(0, 1), strict=True)
    for tokens, verbs in rows:
        sentence = " ".join(known[token] for token in tokens.tolist() if token in known)
        found = backend.encode_text(sentence).verbs
        assert list(found) == verbs[: len(found)].tolist()
        assert not verbs[len(found) :].any()


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
