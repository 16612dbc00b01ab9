"""Batches for the network, the same for the same seed and step."""

import os
import random
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from typing import Any, TypeVar

import torch
from torch import Tensor
from torch.nn import functional
from torch.utils.data import DataLoader, Dataset

from samwise_ros.data.clip_sampling import Sample
from samwise_ros.network.config import SamwiseConfig
from samwise_ros.network.image.preprocess import resized_size, to_square
from samwise_ros.network.text.tokenizer import SPECIAL_TOKENS, SentenceTokenizer
from samwise_ros.network.text.verbs import VerbTagger
from samwise_ros.training.clips import Clips
from samwise_ros.training.distributed import Processes
from samwise_ros.training.interruption import ignore

_HIDDEN_SHARE = 0.2
_MOST_LOADERS = 8


@dataclass(frozen=True, eq=False)
class VideoBatch:
    """N clips with K targets each, in the network's square.

    Attributes:
        pixels: (N, T, 3, S, S) float32, normalised.
        inside: (N, S, S) bool, where the square shows the frame; the rest is padding.
        masks: (N, K, T, S, S) bool; empty where the target is not in view.
        input_ids: (N, K, L) int64 tokens of the sentences.
        verbs: (N, K, L) bool, those of verbs; all false for a network without the motion prompt.
        labels: (N, T, 4, S/8, S/8) int64, what all objects are and do, see ``object_labels``; empty
            where the stage does not ask.
        numbers: (N,) int64, of the clips in the whole batch, which several processes share.
    """

    pixels: Tensor
    inside: Tensor
    masks: Tensor
    input_ids: Tensor
    verbs: Tensor
    labels: Tensor
    numbers: Tensor


@dataclass(frozen=True, eq=False)
class SentenceBatch:
    """B sentences, some of whose words are to be guessed.

    Attributes:
        input_ids: (B, L) int64.
        hidden: (B, L) bool, the words to guess.
    """

    input_ids: Tensor
    hidden: Tensor


Batch = TypeVar("Batch", VideoBatch, SentenceBatch)


class Videos(Dataset[VideoBatch | ValueError]):
    """A stage's batches of clips; the index counts the parts of all steps."""

    def __init__(
        self, clips: Clips, tokenizer: SentenceTokenizer, config: SamwiseConfig, ours: Processes
    ) -> None:
        """Make batches of clips.

        Args:
            clips: the stage's.
            tokenizer: of the sentences.
            config: the network's.
            ours: of all processes each has its part of every batch.

        Raises:
            ValueError: a process would have nothing to do, or what finds verbs is missing.
        """
        self.clips, self.tokenizer, self.config = clips, tokenizer, config
        self.verbs = VerbTagger(config, tokenizer)
        self.rank, self.count = ours.rank, ours.count
        stage = clips.stage
        if stage.batch // stage.accumulate < self.count:
            raise ValueError(
                f"stage {stage.name}: batch: expected at least one video for each of "
                f"{self.count} processes in each of {stage.accumulate} parts, got {stage.batch}"
            )

    def __len__(self) -> int:
        """Return the number of parts."""
        return self.clips.steps * self.clips.stage.accumulate

    def __getitem__(self, index: int) -> VideoBatch | ValueError:
        """Make one part; an error is returned, since a loader's process would garble it."""
        try:
            return self._part(*divmod(index, self.clips.stage.accumulate))
        except ValueError as error:
            return error

    def _part(self, step: int, part: int) -> VideoBatch:
        stage = self.clips.stage
        rng = random.Random(f"{self.clips.seed}/{stage.name}/{step}")
        frames = 1 if rng.random() < stage.single_share else stage.frames
        # Single frames are cheap: as many images as the stage's videos would have, up to 4 times.
        count = stage.batch if frames == stage.frames else stage.batch * min(stage.frames, 4)
        size = count // stage.accumulate
        numbers = range(part * size, (part + 1) * size)[self.rank :: self.count]
        samples, labels = [], []
        for number in numbers:
            sample = self.clips.sample(step, number, frames)
            samples.append(sample)
            if stage.name_objects:  # at once, while the generator still has the video
                side = self.config.image_size
                told = self.clips.labels(step, number, frames, side, sample.frame_indices)
                labels.append(torch.from_numpy(told))
        squares = [_square(sample, self.config.image_size) for sample in samples]
        pixels, inside, masks = (torch.stack(parts) for parts in zip(*squares, strict=True))
        sentences = [one for sample in samples for one in sample.sentences]
        input_ids, verbs = self.tokenizer.encode_batch(sentences), self.verbs.batch_masks(sentences)
        longest = self.config.positions - 2
        if input_ids.shape[1] > longest:
            raise ValueError(
                f"{self.clips.datasets[0].name}: a sentence has {input_ids.shape[1]} tokens; "
                f"the text encoder takes {longest}"
            )
        shape = (len(samples), stage.targets)
        return VideoBatch(
            pixels,
            inside,
            masks,
            input_ids.unflatten(0, shape),
            verbs.unflatten(0, shape),
            torch.stack(labels) if labels else torch.empty(0, dtype=torch.int64),
            torch.tensor(numbers),
        )


def _square(sample: Sample, side: int) -> tuple[Tensor, Tensor, Tensor]:
    """Bring a clip to the network's square: pixels, where it is inside, and masks."""
    frames, masks = torch.from_numpy(sample.frames), torch.from_numpy(sample.masks)
    height, width = resized_size(frames.shape[1], frames.shape[2], side)
    inside = torch.zeros(side, side, dtype=torch.bool)
    inside[:height, :width] = True
    resized = functional.interpolate(masks.float(), (height, width), mode="nearest-exact")
    padded = functional.pad(resized, (0, side - width, 0, side - height))
    return to_square(frames, side), inside, padded > 0


class Sentences(Dataset[SentenceBatch | ValueError]):
    """Batches of the sentences of a data set's videos; the index is the step."""

    def __init__(self, clips: Clips, tokenizer: SentenceTokenizer, ours: Processes) -> None:
        """Make batches; of all processes each has its part of every batch."""
        self.clips, self.tokenizer = clips, tokenizer
        self.rank, self.count = ours.rank, ours.count

    def __len__(self) -> int:
        """Return the number of steps."""
        return self.clips.steps

    def __getitem__(self, step: int) -> SentenceBatch | ValueError:
        """Make one batch."""
        try:
            sentences = self.clips.sentences(step)
        except ValueError as error:
            return error
        input_ids = self.tokenizer.encode_batch(sentences)
        seed = random.Random(f"{self.clips.seed}/{self.clips.stage.name}/{step}").getrandbits(32)
        chance = torch.rand(input_ids.shape, generator=torch.Generator().manual_seed(seed))
        hidden = (input_ids >= len(SPECIAL_TOKENS)) & (chance < _HIDDEN_SHARE)
        ours = slice(self.rank, None, self.count)
        return SentenceBatch(input_ids[ours], hidden[ours])


def load(
    dataset: "Dataset[Batch | ValueError]", first: int, parts: int, ours: Processes
) -> Iterator[Batch]:
    """Make batches in processes of their own, a few ahead, and bring them to the device.

    Args:
        dataset: of the batches.
        first: index of the first.
        parts: index after the last.
        ours: whose device, and among how many this machine's cores are shared.

    Raises:
        ValueError: what the data set raised.
    """
    cores = (os.cpu_count() or 1) // ours.here
    loader: DataLoader[Any] = DataLoader(
        dataset,
        batch_size=None,
        sampler=range(first, parts),
        num_workers=max(1, min(cores - 1, _MOST_LOADERS)),
        prefetch_factor=4,
        worker_init_fn=_start_loader,
    )
    for batch in loader:
        if isinstance(batch, ValueError):
            raise batch
        yield replace(
            batch, **{one.name: getattr(batch, one.name).to(ours.device) for one in fields(batch)}
        )


def _start_loader(number: int) -> None:
    ignore()
