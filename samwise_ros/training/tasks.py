"""What each stage of a recipe trains, and on what."""

import random
from collections.abc import Iterable
from typing import Any, Protocol

import torch
from torch import Tensor, nn
from torch.nn import functional

from samwise_ros.network.conditional_memory import FIRST_FRAME
from samwise_ros.network.preprocess import to_square
from samwise_ros.network.samwise import Samwise
from samwise_ros.network.tokenizer import SPECIAL_TOKENS, SentenceTokenizer
from samwise_ros.training.batches import Batches, SentenceBatches, VideoBatch, load
from samwise_ros.training.prompted import track_prompted
from samwise_ros.training.recipe import Stage
from samwise_ros.training.unroll import mask_losses, unroll


class Task(Protocol):
    """One kind of stage."""

    def trained(self) -> list[nn.Module]:
        """Return the modules that learn; all others are frozen."""
        ...

    def batches(self, first_step: int) -> Iterable[Any]:
        """Return the stage's batches from a step on."""
        ...

    def losses(self, batch: Any, rng: random.Random) -> dict[str, Tensor]:
        """Return the losses of one batch by name."""
        ...


class Prompted:
    """SAM 2 learns to segment and track what a click or a box shows."""

    def __init__(
        self, network: Samwise, stage: Stage, tokenizer: SentenceTokenizer, seed: int
    ) -> None:
        """Take the network's SAM 2."""
        self.network, self.stage, self.tokenizer, self.seed = network, stage, tokenizer, seed

    def trained(self) -> list[nn.Module]:
        """Return SAM 2."""
        return [self.network.sam]

    def batches(self, first_step: int) -> Iterable[VideoBatch]:
        """Return videos with the masks of some objects."""
        return load(Batches(self.stage, self.tokenizer, self.seed, first_step))

    def losses(self, batch: VideoBatch, rng: random.Random) -> dict[str, Tensor]:
        """Return mask and score losses over all frames."""
        logits, score = track_prompted(self.network.sam, batch, rng, self.stage)
        truth = batch.masks.flatten(0, 1)
        side = self.network.config.image_size
        return mask_losses(logits.flatten(0, 1), score.flatten(), truth.flatten(0, 1), side)


class Words:
    """The text encoder learns to fill in words, and to sum up the sentence in its first token."""

    def __init__(
        self, network: Samwise, stage: Stage, tokenizer: SentenceTokenizer, seed: int
    ) -> None:
        """Put two heads on the network's text encoder; they are thrown away afterwards."""
        self.network, self.stage, self.tokenizer, self.seed = network, stage, tokenizer, seed
        width, vocabulary = network.config.text_width, network.config.vocabulary
        self.heads = nn.ModuleList([nn.Linear(width, vocabulary), nn.Linear(width, vocabulary)])

    def trained(self) -> list[nn.Module]:
        """Return the text encoder and the heads."""
        return [self.network.text_encoder, self.heads]

    def batches(self, first_step: int) -> Iterable[Tensor]:
        """Return padded sentences."""
        return load(SentenceBatches(self.stage, self.tokenizer, self.seed, first_step))

    def losses(self, batch: Tensor, rng: random.Random) -> dict[str, Tensor]:
        """Hide a fifth of the words; ask for them, and for all words from the first token."""
        words = batch >= len(SPECIAL_TOKENS)
        generator = torch.Generator().manual_seed(rng.getrandbits(32))
        hidden = words & (torch.rand(batch.shape, generator=generator) < 0.2)
        encoder = self.network.text_encoder
        unknown = SPECIAL_TOKENS.index("<unk>")
        text = encoder.stem(torch.where(hidden, unknown, batch))
        mask = batch != SPECIAL_TOKENS.index("<pad>")
        for step in (2, 3):
            text = encoder.step(text, step, mask)
        bag = torch.zeros(len(batch), self.network.config.vocabulary)
        bag.scatter_(1, batch, 1.0)
        guess = functional.cross_entropy(
            self.heads[0](text[hidden]), batch[hidden], reduction="sum"
        )
        return {
            "hidden": guess / max(int(hidden.sum()), 1),  # a small batch may hide no word
            "bag": 10 * functional.binary_cross_entropy_with_logits(self.heads[1](text[:, 0]), bag),
        }


class Sentences:
    """Adapters, prompt and conditional memory encoder learn what sentences mean."""

    def __init__(
        self, network: Samwise, stage: Stage, tokenizer: SentenceTokenizer, seed: int
    ) -> None:
        """Take the parts between the frozen SAM 2 and the frozen text encoder."""
        self.network, self.stage, self.tokenizer, self.seed = network, stage, tokenizer, seed

    def trained(self) -> list[nn.Module]:
        """Return what the stage names; as a rule what stands between the frozen parts."""
        return [self.network.get_submodule(name) for name in self.stage.train]

    def batches(self, first_step: int) -> Iterable[VideoBatch]:
        """Return videos with sentences."""
        return load(Batches(self.stage, self.tokenizer, self.seed, first_step))

    def losses(self, batch: VideoBatch, rng: random.Random) -> dict[str, Tensor]:
        """Return mask and score losses over all frames, and the switch's."""
        network, targets = self.network, batch.masks.shape[1]
        count, frames = batch.frames.shape[:2]
        side, size = network.config.image_size, tuple(batch.frames.shape[2:4])
        pixels = to_square(batch.frames.flatten(0, 1), side).unflatten(0, (count, frames))
        stem = network.image_stem(pixels)
        text = network.text_stem(batch.input_ids.flatten(0, 1))
        stem = type(stem)(
            stem.first.repeat_interleave(targets, 0), stem.second.repeat_interleave(targets, 0)
        )
        # On a single frame both forms are the same, and the clip is cheaper.
        causal = frames > 1 and rng.random() < self.stage.causal_share
        encoded = network.encode(stem, text, causal)
        ask_at = rng.randrange(FIRST_FRAME, frames) if frames > FIRST_FRAME else None
        unrolled = unroll(network, encoded, (size[0], size[1]), ask_at)
        truth = batch.masks.flatten(0, 2)
        losses = mask_losses(unrolled.logits.flatten(0, 1), unrolled.score.flatten(), truth, side)
        return {**losses, "switch": unrolled.switch}


TASKS: dict[str, type[Prompted] | type[Words] | type[Sentences]] = {
    "prompted": Prompted,
    "words": Words,
    "sentences": Sentences,
}
