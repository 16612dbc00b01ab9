"""What each stage of a recipe learns, and from what."""

import random
from collections.abc import Iterator
from contextlib import nullcontext
from typing import Any, Protocol

import torch
from torch import Tensor, nn
from torch.nn import functional

from samwise_ros.network.conditional_memory import FIRST_CHECK_FRAME
from samwise_ros.network.features import ImageStem
from samwise_ros.network.samwise import Samwise
from samwise_ros.network.text.tokenizer import SPECIAL_TOKENS, SentenceTokenizer
from samwise_ros.training.batches import SentenceBatch, Sentences, VideoBatch, Videos, load
from samwise_ros.training.clips import Clips
from samwise_ros.training.distributed import Processes
from samwise_ros.training.losses import PartialMean
from samwise_ros.training.recipe import Losses
from samwise_ros.training.tasks.auxiliary_heads import ObjectHeads
from samwise_ros.training.tasks.prompted import track_prompted
from samwise_ros.training.tasks.unroll import mask_losses, unroll


class Task(Protocol):
    """One kind of stage."""

    def heads(self) -> list[nn.Module]:
        """Return modules that learn with the network's and are thrown away afterwards."""
        ...

    def batches(self, first: int, ours: Processes) -> Iterator[Any]:
        """Return the parts of the stage's batches from one on."""
        ...

    def losses(self, batch: Any, seed: str) -> dict[str, PartialMean]:
        """Return the losses of one part by name."""
        ...


class PromptedTask:
    """SAM 2 learns to segment and track what a click or a box shows."""

    def __init__(
        self, network: Samwise, clips: Clips, tokenizer: SentenceTokenizer, losses: Losses
    ) -> None:
        """Take the network's SAM 2."""
        self.network, self.clips, self.tokenizer, self.weights = network, clips, tokenizer, losses

    def heads(self) -> list[nn.Module]:
        """Return nothing."""
        return []

    def batches(self, first: int, ours: Processes) -> Iterator[VideoBatch]:
        """Return videos with the masks of some objects."""
        videos = Videos(self.clips, self.tokenizer, self.network.config, ours)
        return load(videos, first, len(videos), ours)

    def losses(self, batch: VideoBatch, seed: str) -> dict[str, PartialMean]:
        """Return mask and score losses over all frames."""
        logits, score = track_prompted(self.network.sam, batch, seed, self.clips.stage)
        targets = batch.masks.shape[1]
        inside = batch.inside.repeat_interleave(targets, 0)
        return mask_losses(logits, score, batch.masks.flatten(0, 1), inside, self.weights)


class LanguageTask:
    """The text encoder learns to fill in words, and to sum up the sentence in one vector."""

    def __init__(
        self, network: Samwise, clips: Clips, tokenizer: SentenceTokenizer, losses: Losses
    ) -> None:
        """Put two heads on the network's text encoder."""
        self.network, self.clips, self.tokenizer = network, clips, tokenizer
        width, vocabulary = network.config.text_width, network.config.vocabulary
        self._heads = nn.ModuleList([nn.Linear(width, vocabulary), nn.Linear(width, vocabulary)])

    def heads(self) -> list[nn.Module]:
        """Return the heads."""
        return [self._heads]

    def batches(self, first: int, ours: Processes) -> Iterator[SentenceBatch]:
        """Return padded sentences."""
        sentences = Sentences(self.clips, self.tokenizer, ours)
        return load(sentences, first, len(sentences), ours)

    def losses(self, batch: SentenceBatch, seed: str) -> dict[str, PartialMean]:
        """Ask for the hidden words, and for all words from the sentence's vector."""
        encoder = self.network.text_encoder
        unknown = SPECIAL_TOKENS.index("<unk>")
        mask = encoder.attention_mask(batch.input_ids)
        text = encoder.stem(torch.where(batch.hidden, unknown, batch.input_ids))
        for step in (2, 3):
            text = encoder.step(text, step, mask)
        words, sentence = encoder.finish(text, mask)
        bag = sentence.new_zeros(len(sentence), self.network.config.vocabulary, dtype=torch.float32)
        bag.scatter_(1, batch.input_ids, 1.0)
        guess, told = (
            head(known).float() for head, known in zip(self._heads, (words, sentence), strict=True)
        )
        return {
            "hidden": PartialMean.of(
                functional.cross_entropy(
                    guess[batch.hidden], batch.input_ids[batch.hidden], reduction="none"
                )
            ),
            "bag": PartialMean.of(
                functional.binary_cross_entropy_with_logits(told, bag, reduction="none")
            )
            * 10,
        }


class ReferringTask:
    """Adapters, prompt and conditional memory encoder learn what sentences mean."""

    def __init__(
        self, network: Samwise, clips: Clips, tokenizer: SentenceTokenizer, losses: Losses
    ) -> None:
        """Take the network as it is."""
        self.network, self.clips, self.tokenizer, self.weights = network, clips, tokenizer, losses
        self._heads = ObjectHeads(network) if clips.stage.name_objects else None

    def heads(self) -> list[nn.Module]:
        """Return those that name objects, if the stage wants them."""
        return [] if self._heads is None else [self._heads]

    def batches(self, first: int, ours: Processes) -> Iterator[VideoBatch]:
        """Return videos with sentences."""
        videos = Videos(self.clips, self.tokenizer, self.network.config, ours)
        return load(videos, first, len(videos), ours)

    def losses(self, batch: VideoBatch, seed: str) -> dict[str, PartialMean]:
        """Return mask and score losses over all frames, and the switch's."""
        network, targets = self.network, batch.masks.shape[1]
        frames, rng = batch.pixels.shape[1], random.Random(seed)
        plain = network.image_stem(batch.pixels)
        stem = ImageStem(
            plain.stage1.repeat_interleave(targets, 0), plain.stage2.repeat_interleave(targets, 0)
        )
        text = network.text_stem(batch.input_ids.flatten(0, 1))
        # On a single frame both forms are the same, and the clip is cheaper.
        causal = frames > 1 and rng.random() < self.clips.stage.causal_share
        with nullcontext() if self._heads is None else self._heads.watching(network):
            encoded = network.encode(stem, text, causal)
        ask_at = rng.randrange(FIRST_CHECK_FRAME, frames) if frames > FIRST_CHECK_FRAME else None
        swap = self._swap(batch.numbers, seed)
        inside = batch.inside.repeat_interleave(targets, 0)
        verbs = batch.verbs.flatten(0, 1) if network.config.motion_prompt else None
        unrolled = unroll(network, encoded, inside, verbs, ask_at, swap)
        truth = batch.masks.flatten(0, 1)
        losses = mask_losses(unrolled.logits, unrolled.score, truth, inside, self.weights)
        if unrolled.switch is not None:
            losses["switch"] = unrolled.switch * self.weights.switch
        if self._heads is not None:
            second = plain.stage2.flatten(0, 1)
            told = self._heads.losses([second, network.sam.image_stage(second, 2)], batch.labels)
            weight = self.clips.stage.name_objects
            losses.update({name: loss * weight for name, loss in told.items()})
        return losses

    def _swap(self, numbers: Tensor, seed: str) -> Tensor | None:
        """Say whose memory the sentences of some videos get; ``None``: their own, everywhere."""
        if not self.clips.stage.swap_share:
            return None
        # Each clip's own chance: the same whichever process has it.
        chances = [random.Random(f"{seed}/{number}/swap").random() for number in numbers.tolist()]
        swapped = [int(chance < self.clips.stage.swap_share) for chance in chances]
        owners = [2 * row + (place ^ one) for row, one in enumerate(swapped) for place in (0, 1)]
        return torch.tensor(owners)


TASKS: dict[str, type[PromptedTask] | type[LanguageTask] | type[ReferringTask]] = {
    "prompted": PromptedTask,
    "words": LanguageTask,
    "sentences": ReferringTask,
}
