"""Evaluates a model on a data set in one or several run configurations."""

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
from samwise_ros.engine.types import Frame
from samwise_ros.evaluation.commands import set_commands
from samwise_ros.evaluation.distributed import SINGLE_PROCESS, ProcessGroup
from samwise_ros.evaluation.label_maps import LABEL_MAP_FORMAT, resolve_overlaps
from samwise_ros.evaluation.records import Records, VideoRecord
from samwise_ros.evaluation.result_writers.result_writer import FrameResults, ResultWriter
from samwise_ros.evaluation.results import Results
from samwise_ros.evaluation.run_config import MAX_COMMANDS, RunConfig
from samwise_ros.evaluation.scoring import VideoScorer
from samwise_ros.network.samwise import Samwise
from samwise_ros.network.text.tokenizer import SentenceTokenizer


@dataclass(frozen=True)
class EvaluationConfig:
    """Settings of an evaluation.

    Attributes:
        run_configs: the run configurations to compare.
        videos: number of videos, from the first one on; ``None`` for all.
        batch: number of sentences tracked at once, 1 to 254; bounds the memory.
        device: ``auto`` (CUDA if available), ``cpu``, ``cuda`` or ``cuda:N``.
        precision: ``auto`` (bfloat16 on CUDA), ``float32``, ``bfloat16`` or ``float16``.
    """

    run_configs: tuple[RunConfig, ...] = (RunConfig(),)
    videos: int | None = None
    batch: int = 8
    device: str = "auto"
    precision: str = "auto"

    def __post_init__(self) -> None:
        """Check the range of each value."""
        if not self.run_configs or len(set(self.run_configs)) < len(self.run_configs):
            raise ValueError(
                f"run_configs: expected at least one, all different, got {self.run_configs}"
            )
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
    writers: Sequence[ResultWriter] = (),
    records: Records[VideoRecord] | None = None,
    processes: ProcessGroup = SINGLE_PROCESS,
) -> Results:
    """Evaluate a network, which may be in training.

    The sentences of a batch are set together before the first frame; frames on which a sentence
    does not hold are not scored. Masks are not filtered by size.

    Args:
        network: moved to the device; gradients, training mode and random state are restored, and
            the weights of a network that is in training, which an engine may round.
        tokenizer: tokenizer of the network.
        dataset: data set to evaluate on.
        config: settings.
        writers: writers that receive the masks of all frames.
        records: folder that keeps the scores of finished videos, to resume from.
        processes: the processes that share the videos.

    Returns:
        The results of all processes on rank 0, and of the own videos elsewhere.

    Raises:
        ValueError: a file or entry of the data set is invalid, the model rejects a sentence, or the
            device or precision is not available.
    """
    count = len(dataset)
    indices = range(min(count, config.videos or count))
    finished = records.read() if records else {}
    processes.barrier()  # all processes read the same records before one of them adds to them
    remaining = processes.split([index for index in indices if index not in finished])
    new = []
    with _restored(network):
        evaluator = _Evaluator(network, tokenizer, dataset, config, writers)
        progress = tqdm(remaining, desc="evaluate", unit="video", disable=processes.rank > 0)
        sentences = 0
        for index in progress:
            record = evaluator.evaluate(index)
            if records:
                records.add(record)
            new.append(record)
            sentences += len(record.scores[0])
            progress.set_postfix(sentences=sentences, refresh=False)
    earlier = [finished[index] for index in indices if index in finished]
    return Results.of(dataset.name, config.run_configs, [*earlier, *processes.gather(new)])


class _Evaluator:
    """One engine for each run configuration, run on one video after the other."""

    def __init__(
        self,
        network: Samwise,
        tokenizer: SentenceTokenizer,
        dataset: Dataset,
        config: EvaluationConfig,
        writers: Sequence[ResultWriter],
    ) -> None:
        self.dataset, self.writers = dataset, writers
        self.run_configs, self.batch = config.run_configs, config.batch
        self.engines = [
            Engine(
                SamwiseBackend(
                    network, tokenizer, device=config.device, precision=config.precision
                ),
                run_config.engine_config(),
            )
            for run_config in config.run_configs
        ]
        # In clip mode the engine needs the frames of one clip at a time.
        self.frames = network.config.clip_frames
        self.label_maps = dataset.name.partition(":")[0] == LABEL_MAP_FORMAT

    def evaluate(self, index: int) -> VideoRecord:
        """Track all expressions of a video from its first frame to its last."""
        video = self.dataset.video(index)
        scorers = [VideoScorer(video, self.label_maps) for _ in self.run_configs]
        for batch in self._batches(video):
            for engine in self.engines:
                set_commands(engine, video, [video.expressions[number] for number in batch])
            for first in range(0, len(video.frames), self.frames):
                frame_indices = range(first, min(first + self.frames, len(video.frames)))
                self._evaluate_frames(index, video, batch, frame_indices, scorers)
        scores = tuple(scorer.scores() for scorer in scorers)
        return VideoRecord(index, video.name, len(video.frames), scores)

    def _evaluate_frames(
        self,
        index: int,
        video: Video,
        batch: Sequence[int],
        frame_indices: range,
        scorers: Sequence[VideoScorer],
    ) -> None:
        """Run all engines on consecutive frames, and score and write the masks."""
        images = self.dataset.images(index, frame_indices)
        truths = self._truths(index, video, scorers[0].targets_of(batch), frame_indices)
        expressions = [video.expressions[number] for number in batch]
        known = [truths.get(number) for number in batch]
        for run_config, engine, scorer in zip(self.run_configs, self.engines, scorers, strict=True):
            masks, scores = _track_frames(engine, images, frame_indices)
            if self.label_maps:
                masks = resolve_overlaps(masks, scores)
            scorer.add(frame_indices, dict(zip(batch, masks, strict=True)), truths)
            for writer in self.writers:
                results = FrameResults(video, expressions, frame_indices, images, masks, known)
                writer.write(run_config, results)

    def _truths(
        self, index: int, video: Video, targets: Sequence[int], frame_indices: range
    ) -> dict[int, NDArray[np.bool_]]:
        """Return for each expression the union (T, H, W) of its objects' masks."""
        objects = sorted({item for number in targets for item in video.expressions[number].objects})
        if not objects:
            return {}
        masks = dict(zip(objects, self.dataset.masks(index, objects, frame_indices), strict=True))
        return {
            number: np.logical_or.reduce(
                [masks[item] for item in video.expressions[number].objects]
            )
            for number in targets
        }

    def _batches(self, video: Video) -> Iterator[Sequence[int]]:
        """Yield expressions to track together; label maps need all of an annotator at once."""
        annotators: dict[int, list[int]] = defaultdict(list)
        for number, expression in enumerate(video.expressions):
            annotators[expression.annotator].append(number)
        for numbers in annotators.values():
            size = len(numbers) if self.label_maps else self.batch
            for first in range(0, len(numbers), size):
                yield numbers[first : first + size]


def _track_frames(
    engine: Engine, images: NDArray[np.uint8], frame_indices: Sequence[int]
) -> tuple[NDArray[np.bool_], NDArray[np.float32]]:
    """Run the engine on the next frames of a video.

    Args:
        engine: an engine with E commands; in clip mode the frames form one clip.
        images: (T, H, W, 3) uint8, RGB.
        frame_indices: indices of these frames in the video.

    Returns:
        Masks (E, T, H, W), and probabilities (E, T) that the target is in view.
    """
    outputs = []
    for frame_index, image in zip(frame_indices, images, strict=True):
        outputs.extend(engine.step(Frame(image, stamp_ns=frame_index)))
    outputs.extend(engine.flush())
    outputs.sort(key=lambda output: output.frame.stamp_ns)
    count = len(engine.commands)
    masks = np.zeros((count, *images.shape[:3]), np.bool_)
    scores = np.zeros((count, len(images)), np.float32)
    for place, output in enumerate(outputs):
        for target in output.targets:
            number = int(target.command.id)
            masks[number, place], scores[number, place] = target.mask, target.score
    return masks, scores


@contextmanager
def _restored(network: Samwise) -> Iterator[None]:
    """Restore the training modes, gradient flags and weights that an engine changes."""
    training = [module.training for module in network.modules()]
    trainable = [parameter.requires_grad for parameter in network.parameters()]
    # Weights that are not trained need not be kept twice.
    weights = [parameter.data for parameter in network.parameters()] if any(training) else []
    try:
        yield
    finally:
        for module, mode in zip(network.modules(), training, strict=True):
            module.training = mode
        for parameter, flag in zip(network.parameters(), trainable, strict=True):
            parameter.requires_grad_(flag)
        for parameter, data in zip(network.parameters(), weights, strict=False):
            if parameter.dtype != data.dtype:
                parameter.data = data.to(parameter.device)
