"""Runs a model over a data set, in every way that was asked for, and scores its masks."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from samwise_ros.data.dataset import Dataset, Video
from samwise_ros.engine.backend.samwise_backend import SamwiseBackend
from samwise_ros.engine.engine import Engine
from samwise_ros.evaluation.distributed import ALONE, Share
from samwise_ros.evaluation.following import look, say
from samwise_ros.evaluation.label_maps import without_overlaps
from samwise_ros.evaluation.records import Records, VideoRecord
from samwise_ros.evaluation.result_writers import Output, Stretch
from samwise_ros.evaluation.results import Results
from samwise_ros.evaluation.run_config import MAX_COMMANDS, RunConfig
from samwise_ros.evaluation.scoring import VideoScorer
from samwise_ros.network.samwise import Samwise
from samwise_ros.network.text.tokenizer import SentenceTokenizer

_LABEL_MAPS = "ref_davis17"


@dataclass(frozen=True)
class EvaluationConfig:
    """What to evaluate, and how.

    Attributes:
        ways: the ways to run the model.
        videos: how many of the data set's, from its first on; ``None`` takes all.
        batch: sentences that are followed at once, which bounds the memory; 1 to 254.
        device: ``auto`` (CUDA where there is one), ``cpu``, ``cuda`` or ``cuda:N``.
        precision: ``auto`` (bfloat16 on CUDA), ``float32``, ``bfloat16`` or ``float16``.
    """

    ways: tuple[RunConfig, ...] = (RunConfig(),)
    videos: int | None = None
    batch: int = 8
    device: str = "auto"
    precision: str = "auto"

    def __post_init__(self) -> None:
        """Refuse values outside their range, with the reason."""
        if not self.ways or len(set(self.ways)) < len(self.ways):
            raise ValueError(f"ways: expected different ones, at least one, got {self.ways}")
        if self.videos is not None and self.videos < 1:
            raise ValueError(f"videos: expected 1 or more, got {self.videos}")
        if not 1 <= self.batch <= MAX_COMMANDS:
            raise ValueError(f"batch: expected 1 to {MAX_COMMANDS}, got {self.batch}")


def evaluate(
    network: Samwise,
    tokenizer: SentenceTokenizer,
    dataset: Dataset,
    config: EvaluationConfig = EvaluationConfig(),
    *,
    outputs: Sequence[Output] = (),
    records: Records | None = None,
    share: Share = ALONE,
) -> Results:
    """Evaluate a network, also one that is being trained.

    The sentences of a batch are said at once, on the video's first frame. Nothing is filtered:
    every mask counts, however small.

    Args:
        network: goes to the device, and is else left as it was: gradients, training mode, chance.
        tokenizer: the network's.
        dataset: what to evaluate on.
        config: how.
        outputs: who else wants to know what is found.
        records: where finished videos are kept, and which of them are there already.
        share: this process's part of the work.

    Returns:
        The results, on rank 0; other processes know their own part only.

    Raises:
        ValueError: naming the file or entry of the data set that cannot be used, or the sentence
            that the model refuses; or a device or precision that is not there.
    """
    count = len(dataset)
    indices = range(min(count, config.videos or count))
    known = records.read() if records else {}
    share.wait()  # for all to have read the same, before one adds to it
    left = share.of([index for index in indices if index not in known])
    found = []
    with _left_as_it_was(network):
        evaluator = _Evaluator(network, tokenizer, dataset, config, outputs)
        progress = tqdm(left, desc="evaluate", unit="video", disable=share.rank > 0)
        sentences = 0
        for index in progress:
            record = evaluator.evaluate(index)
            if records:
                records.add(record)
            found.append(record)
            sentences += len(record.scores[0])
            progress.set_postfix(sentences=sentences, refresh=False)
    before = [known[index] for index in indices if index in known]
    return Results.of(dataset.name, config.ways, [*before, *share.gather(found)])


class _Evaluator:
    """Engines that look at one video after the other, one engine for each way."""

    def __init__(
        self,
        network: Samwise,
        tokenizer: SentenceTokenizer,
        dataset: Dataset,
        config: EvaluationConfig,
        outputs: Sequence[Output],
    ) -> None:
        self.dataset, self.outputs = dataset, outputs
        self.ways, self.batch = config.ways, config.batch
        self.engines = [
            Engine(
                SamwiseBackend(
                    network, tokenizer, device=config.device, precision=config.precision
                ),
                way.engine_config(),
            )
            for way in config.ways
        ]
        # A clip is shown at once; nobody needs more frames at a time.
        self.frames = network.config.clip_frames
        self.label_maps = dataset.name.partition(":")[0] == _LABEL_MAPS

    def evaluate(self, index: int) -> VideoRecord:
        """Follow all expressions of a video from its first frame to its last."""
        video = self.dataset.video(index)
        scorers = [VideoScorer(video, self.label_maps) for _ in self.ways]
        for batch in self._batches(video):
            for engine in self.engines:
                say(engine, video, [video.expressions[number] for number in batch])
            for first in range(0, len(video.frames), self.frames):
                frame_indices = range(first, min(first + self.frames, len(video.frames)))
                self._look(index, video, batch, frame_indices, scorers)
        scores = tuple(scorer.scores() for scorer in scorers)
        return VideoRecord(index, video.name, len(video.frames), scores)

    def _look(
        self,
        index: int,
        video: Video,
        batch: Sequence[int],
        frame_indices: range,
        scorers: Sequence[VideoScorer],
    ) -> None:
        """Look at some frames for some expressions, in every way."""
        images = self.dataset.images(index, frame_indices)
        truths = self._truths(index, video, scorers[0].compared(batch), frame_indices)
        expressions = [video.expressions[number] for number in batch]
        for way, engine, scorer in zip(self.ways, self.engines, scorers, strict=True):
            masks, scores = look(engine, images, frame_indices)
            if self.label_maps:
                masks = without_overlaps(masks, scores)
            scorer.add(dict(zip(batch, masks, strict=True)), truths)
            for output in self.outputs:
                output.write(way, Stretch(video, expressions, frame_indices, images, masks))

    def _truths(
        self, index: int, video: Video, compared: Sequence[int], frame_indices: range
    ) -> dict[int, NDArray[np.bool_]]:
        """What expressions mean on some frames: all their objects together, (T, H, W) each."""
        wanted = sorted({one for number in compared for one in video.expressions[number].objects})
        if not wanted:
            return {}
        masks = dict(zip(wanted, self.dataset.masks(index, wanted, frame_indices), strict=True))
        return {
            number: np.logical_or.reduce([masks[one] for one in video.expressions[number].objects])
            for number in compared
        }

    def _batches(self, video: Video) -> Iterator[Sequence[int]]:
        """Expressions to follow together; in label maps all of an annotator are one answer."""
        annotators: dict[int, list[int]] = defaultdict(list)
        for number, expression in enumerate(video.expressions):
            annotators[expression.annotator].append(number)
        for numbers in annotators.values():
            size = len(numbers) if self.label_maps else self.batch
            for first in range(0, len(numbers), size):
                yield numbers[first : first + size]


@contextmanager
def _left_as_it_was(network: Samwise) -> Iterator[None]:
    """Give back the modes and gradients that an engine takes away."""
    training = [module.training for module in network.modules()]
    learning = [parameter.requires_grad for parameter in network.parameters()]
    try:
        yield
    finally:
        for module, mode in zip(network.modules(), training, strict=True):
            module.training = mode
        for parameter, learns in zip(network.parameters(), learning, strict=True):
            parameter.requires_grad_(learns)
