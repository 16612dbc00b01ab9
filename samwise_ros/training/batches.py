"""Batches of tabletop videos and of sentences, the same for the same seed and step."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader, IterableDataset

from samwise_ros.data.tabletop import TabletopConfig, TabletopVideo, absent_sentence, make_video
from samwise_ros.network.tokenizer import SentenceTokenizer
from samwise_ros.training.processes import Processes
from samwise_ros.training.recipe import Stage

Batch = TypeVar("Batch")
_LEAST_AREA = 40  # pixels of an object that a click can show


@dataclass(frozen=True, eq=False)
class VideoBatch:
    """N videos with K targets each.

    Attributes:
        frames: (N, T, H, W, 3) uint8.
        masks: (N, K, T, H, W) bool; empty where the target is not in view.
        input_ids: (N, K, L) int64 tokens of the sentences.
    """

    frames: Tensor
    masks: Tensor
    input_ids: Tensor


class Batches(IterableDataset[VideoBatch]):
    """The stage's batches from one step on."""

    def __init__(
        self, stage: Stage, tokenizer: SentenceTokenizer, seed: int, first_step: int
    ) -> None:
        """Begin at ``first_step`` of the stage."""
        self.stage, self.tokenizer, self.seed, self.first_step = stage, tokenizer, seed, first_step
        self.processes = Processes.join()

    def __iter__(self) -> Iterator[VideoBatch]:
        """Yield the batches that are left."""
        torch.set_num_threads(1)
        for step in range(self.first_step, self.stage.steps):
            yield self._batch(step)

    def _batch(self, step: int) -> VideoBatch:
        stage = self.stage
        rng = random.Random(f"{self.seed}/{stage.name}/{step}")
        frames = 1 if rng.random() < stage.single_share else stage.frames
        # Single frames are cheap: as many images as the stage's videos would have, up to 4 times.
        count = stage.batch if frames == stage.frames else stage.batch * min(stage.frames, 4)
        if self.processes.count > 1:  # each process has its share of the batch, of its own videos
            count = -(-count // self.processes.count)
            rng = _own_chance(self.seed, stage, step, self.processes)
        videos, masks = [], []
        sentences: list[str] = []
        for _ in range(count):
            video = make_video("train", rng.randrange(1 << 40), TabletopConfig(frames=frames))
            pairs = _targets(rng, video, stage)
            videos.append(video.frames)
            masks.append(np.stack([mask for mask, _ in pairs]))
            sentences.extend(sentence for _, sentence in pairs)
        return VideoBatch(
            torch.from_numpy(np.stack(videos)),
            torch.from_numpy(np.stack(masks)),
            self.tokenizer.batch(sentences).unflatten(0, (count, stage.targets)),
        )


def _own_chance(seed: int, stage: Stage, step: int, processes: Processes) -> random.Random:
    """Return this process's source of chance for one step."""
    own = f"/{processes.rank}" if processes.count > 1 else ""
    return random.Random(f"{seed}/{stage.name}/{step}{own}")


def _targets(
    rng: random.Random, video: TabletopVideo, stage: Stage
) -> list[tuple[np.ndarray, str]]:
    """Choose what to look for in a video: masks (T, H, W) and sentences."""
    if stage.task == "prompted":
        shown = [mask for mask in video.masks if mask[0].sum() >= _LEAST_AREA]
        nothing = np.zeros_like(video.masks[0])
        return [
            (nothing if not shown or rng.random() < stage.absent_share else rng.choice(shown), "")
            for _ in range(stage.targets)
        ]
    chosen = []
    expressions = list(video.expressions)
    rng.shuffle(expressions)
    shapes = [expression for expression in expressions if expression.detail == "shape"]
    for index in range(stage.targets):
        if rng.random() < stage.absent_share or not expressions:
            chosen.append((np.zeros_like(video.masks[0]), absent_sentence(video, rng)))
            continue
        expression = expressions[index % len(expressions)]
        if stage.shape_share and shapes and rng.random() < stage.shape_share:
            expression = shapes[index % len(shapes)]
        chosen.append((video.masks[expression.objects[0]], expression.sentence))
    return chosen


class SentenceBatches(IterableDataset[Tensor]):
    """Batches of padded sentences (B, L) from the sentences of single tabletop videos."""

    def __init__(
        self, stage: Stage, tokenizer: SentenceTokenizer, seed: int, first_step: int
    ) -> None:
        """Begin at ``first_step`` of the stage."""
        self.stage, self.tokenizer, self.seed, self.first_step = stage, tokenizer, seed, first_step

    def __iter__(self) -> Iterator[Tensor]:
        """Yield the batches that are left."""
        # Sentences do not need pixels: the smallest pictures do.
        config = TabletopConfig(frames=self.stage.frames, width=32, height=24)
        for step in range(self.first_step, self.stage.steps):
            rng = _own_chance(self.seed, self.stage, step, Processes.join())
            sentences: list[str] = []
            while len(sentences) < self.stage.batch:
                video = make_video("train", rng.randrange(1 << 40), config)
                spoken = [expression.sentence for expression in video.expressions]
                spoken.append(absent_sentence(video, rng))
                sentences.extend(spoken)
            yield self.tokenizer.batch(sentences[: self.stage.batch])


def load(dataset: IterableDataset[Batch]) -> DataLoader[Batch]:
    """Make the batches in a process of their own, a few ahead."""
    return DataLoader(dataset, batch_size=None, num_workers=1, prefetch_factor=4)
