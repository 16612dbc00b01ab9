"""Batches for the network, determined by seed and step."""

import os
import random
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from typing import Any, TypeVar

import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from samwise_ros.data.clip_sampling import Sample
from samwise_ros.evaluation.distributed import ProcessGroup
from samwise_ros.network.config import SamwiseConfig
from samwise_ros.network.image.preprocess import masks_to_square, resized_size, to_square
from samwise_ros.network.text.tokenizer import SPECIAL_TOKENS, SentenceTokenizer
from samwise_ros.network.text.verbs import VerbTagger
from samwise_ros.training.clips import Clips
from samwise_ros.training.interruption import ignore_stop_signals

_MASKED_FRACTION = 0.2
_MAX_WORKERS = 8


@dataclass(frozen=True, eq=False)
class VideoBatch:
    """N clips with K targets each, resized to the network's square input.

    Attributes:
        pixels: (N, T, 3, S, S) float32, normalised.
        inside: (N, S, S) bool, true on the frame and false on the padding.
        masks: (N, K, T, S, S) bool; empty if the target is out of view.
        holds: (N, K, T) bool, the frames on which a sentence holds; others have no loss.
        input_ids: (N, K, L) int64, tokens of the sentences.
        verbs: (N, K, L) bool, tokens of verbs; all false for a network without the motion prompt.
        labels: (N, T, labels, S/8, S/8) int64, labels of all objects, see ``object_labels``; empty
            if the stage does not train auxiliary heads.
        numbers: (N,) int64, numbers of the clips in the batch of all processes.
        swapped: (N,) bool, clips whose two sentences swap memories.
    """

    pixels: Tensor
    inside: Tensor
    masks: Tensor
    holds: Tensor
    input_ids: Tensor
    verbs: Tensor
    labels: Tensor
    numbers: Tensor
    swapped: Tensor


@dataclass(frozen=True, eq=False)
class SentenceBatch:
    """B sentences with masked words.

    Attributes:
        input_ids: (B, L) int64.
        masked: (B, L) bool, the words to predict.
    """

    input_ids: Tensor
    masked: Tensor


Batch = TypeVar("Batch", VideoBatch, SentenceBatch)


class VideoBatches(Dataset[VideoBatch | ValueError]):
    """Batches of clips of a stage; the index counts the parts of all steps."""

    def __init__(
        self,
        clips: Clips,
        tokenizer: SentenceTokenizer,
        config: SamwiseConfig,
        processes: ProcessGroup,
    ) -> None:
        """Prepare the batches.

        Args:
            clips: clips of the stage.
            tokenizer: tokenizer of the sentences.
            config: configuration of the network.
            processes: the processes, each of which has a part of every batch.

        Raises:
            ValueError: the batch is smaller than the number of processes, or the package that finds
                verbs is missing.
        """
        self.clips, self.tokenizer, self.config = clips, tokenizer, config
        self.verbs = VerbTagger(config, tokenizer)
        self.rank, self.world_size = processes.rank, processes.world_size
        stage = clips.stage
        if stage.batch // stage.accumulate < self.world_size:
            raise ValueError(
                f"stage {stage.name}: batch: expected at least one video for each of "
                f"{self.world_size} processes in each of {stage.accumulate} parts, "
                f"got {stage.batch}"
            )

    def __len__(self) -> int:
        """Return the number of parts."""
        return self.clips.steps * self.clips.stage.accumulate

    def __getitem__(self, index: int) -> VideoBatch | ValueError:
        """Return one part, or an error, whose message a worker process would change."""
        try:
            return self._part(*divmod(index, self.clips.stage.accumulate))
        except ValueError as error:
            return error

    def _part(self, step: int, part: int) -> VideoBatch:
        stage = self.clips.stage
        rng = random.Random(f"{self.clips.seed}/{stage.name}/{step}")
        frames = 1 if rng.random() < stage.single_share else stage.frames
        # Single frames are cheap: use as many images as the videos have, up to 4 times the batch.
        count = stage.batch if frames == stage.frames else stage.batch * min(stage.frames, 4)
        size = count // stage.accumulate
        numbers = range(part * size, (part + 1) * size)[self.rank :: self.world_size]
        samples, labels = [], []
        for number in numbers:
            sample = self.clips.sample(step, number, frames)
            samples.append(sample)
            if stage.name_objects:  # now, while the generated video is cached
                side = self.config.image_size
                clip_labels = self.clips.labels(step, number, frames, side, sample)
                labels.append(torch.from_numpy(clip_labels))
        squares = [_square(sample, self.config.image_size) for sample in samples]
        pixels, inside, masks = (torch.stack(parts) for parts in zip(*squares, strict=True))
        sentences = [sentence for sample in samples for sentence in sample.sentences]
        input_ids, verbs = self.tokenizer.encode_batch(sentences), self.verbs.batch_masks(sentences)
        longest = self.config.positions - 2
        if input_ids.shape[1] > longest:
            raise ValueError(
                f"{self.clips.datasets[0].name}: expected sentences of up to {longest} tokens, "
                f"got one of {input_ids.shape[1]}"
            )
        shape = (len(samples), stage.targets)
        return VideoBatch(
            pixels,
            inside,
            masks,
            torch.stack([torch.from_numpy(sample.holds) for sample in samples]),
            input_ids.unflatten(0, shape),
            verbs.unflatten(0, shape),
            torch.stack(labels) if labels else torch.empty(0, dtype=torch.int64),
            torch.tensor(numbers),
            torch.tensor([sample.swapped for sample in samples]),
        )


def _square(sample: Sample, side: int) -> tuple[Tensor, Tensor, Tensor]:
    """Resize a clip to the network's square; return pixels, ``inside`` and masks."""
    frames, masks = torch.from_numpy(sample.frames), torch.from_numpy(sample.masks)
    height, width = resized_size(frames.shape[1], frames.shape[2], side)
    inside = torch.zeros(side, side, dtype=torch.bool)
    inside[:height, :width] = True
    return to_square(frames, side), inside, masks_to_square(masks, side)


class SentenceBatches(Dataset[SentenceBatch | ValueError]):
    """Batches of sentences about a data set's videos; the index is the step."""

    def __init__(self, clips: Clips, tokenizer: SentenceTokenizer, processes: ProcessGroup) -> None:
        """Prepare the batches; each process has a part of every batch."""
        self.clips, self.tokenizer = clips, tokenizer
        self.rank, self.world_size = processes.rank, processes.world_size

    def __len__(self) -> int:
        """Return the number of steps."""
        return self.clips.steps

    def __getitem__(self, step: int) -> SentenceBatch | ValueError:
        """Return one batch, or an error."""
        try:
            sentences = self.clips.sentences(step)
        except ValueError as error:
            return error
        input_ids = self.tokenizer.encode_batch(sentences)
        seed = random.Random(f"{self.clips.seed}/{self.clips.stage.name}/{step}").getrandbits(32)
        random_values = torch.rand(input_ids.shape, generator=torch.Generator().manual_seed(seed))
        masked = (input_ids >= len(SPECIAL_TOKENS)) & (random_values < _MASKED_FRACTION)
        local = slice(self.rank, None, self.world_size)
        return SentenceBatch(input_ids[local], masked[local])


def load_videos(
    clips: Clips,
    tokenizer: SentenceTokenizer,
    config: SamwiseConfig,
    first: int,
    processes: ProcessGroup,
) -> Iterator[VideoBatch]:
    """Load the batches of a stage on videos, starting at a part; see ``load_batches``."""
    videos = VideoBatches(clips, tokenizer, config, processes)
    return load_batches(videos, first, len(videos), processes)


def load_batches(
    dataset: "Dataset[Batch | ValueError]", first: int, end: int, processes: ProcessGroup
) -> Iterator[Batch]:
    """Load batches in worker processes, a few ahead, and move them to the device.

    Args:
        dataset: data set of batches.
        first: index of the first batch.
        end: index after the last batch.
        processes: the processes, which share the cores of this machine, and their device.

    Raises:
        ValueError: the data set returned this error.
    """
    cores = (os.cpu_count() or 1) // processes.local_world_size
    loader: DataLoader[Any] = DataLoader(
        dataset,
        batch_size=None,
        sampler=range(first, end),
        num_workers=max(1, min(cores - 1, _MAX_WORKERS)),
        prefetch_factor=4,
        worker_init_fn=_start_worker,
    )
    for batch in loader:
        if isinstance(batch, ValueError):
            raise batch
        yield replace(
            batch,
            **{item.name: getattr(batch, item.name).to(processes.device) for item in fields(batch)},
        )


def _start_worker(number: int) -> None:
    ignore_stop_signals()
