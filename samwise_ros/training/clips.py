"""The clips of a stage and their order."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from samwise_ros.data.augmentation import Augmentation, View, augment_clip
from samwise_ros.data.clip_sampling import AbsentSentences, Sample, SampleConfig, sample_clip
from samwise_ros.data.concat import open_datasets
from samwise_ros.data.dataset import IMAGE_KINDS, Dataset, Video
from samwise_ros.data.frame_indices import clip_frames
from samwise_ros.data.painted.dataset import PaintedDataset
from samwise_ros.data.painted.video import PaintedConfig
from samwise_ros.training.recipe import Stage
from samwise_ros.training.tasks.object_labels import label_sizes, object_labels

_MIN_AREA = 40  # of an object to be prompted, pixels
_MIN_WIDTH = 32  # of generated videos, pixels
_AUGMENTATION = Augmentation()


@dataclass(frozen=True)
class Clips:
    """The clips that one stage samples from a data set, determined by the seed.

    Attributes:
        datasets: the data set; for generated videos one data set for each video length.
        single_frames: the data set for single frames; generated images are not part of a video.
        stage: the stage.
        seed: seed of the sampling.
    """

    datasets: tuple[Dataset, ...]
    single_frames: Dataset
    stage: Stage
    seed: int
    _visits: list[int] = field(default_factory=list)
    _moving: dict[str, list[int]] = field(default_factory=dict)

    @classmethod
    def open(cls, specs: Sequence[str], stage: Stage, seed: int, side: int) -> "Clips":
        """Open data sets.

        Args:
            specs: specifications ``FORMAT:DIR:SPLIT``.
            stage: the stage.
            seed: seed of the sampling.
            side: image size of the network, the width of generated videos.

        Raises:
            ValueError: a data set cannot be used, or the stage counts epochs of an endless one.
        """
        dataset = open_datasets(specs)
        if not isinstance(dataset, PaintedDataset):
            visits: list[int] = []
            moving: dict[str, list[int]] = {}
            for index in range(len(dataset)):
                video = dataset.video(index)
                count = _visits(video, stage)
                visits.extend([index] * count)
                kinds = {each.kind for each in video.expressions} - set(IMAGE_KINDS)
                for kind in kinds if count and stage.task == "sentences" else ():
                    moving.setdefault(kind, []).append(index)
            if not visits:
                raise ValueError(
                    f"{dataset.name}: expected at least one sentence"
                    + f" about a video of {stage.frames} frames" * stage.in_a_row
                    + ", found none"
                )
            return cls((dataset,), dataset, stage, seed, visits, moving)
        if stage.epochs:
            raise ValueError(f"stage {stage.name}: epochs: {dataset.name} is endless; use steps")
        # Training on sentences alone needs no pixels: use the smallest images.
        width = _MIN_WIDTH if stage.task == "words" else side
        scenes = (
            PaintedConfig(
                frames,
                width,
                width * 3 // 4,
                late_share=stage.late_share,
                alone_share=stage.alone_share,
            )
            for frames in (1, *(stage.video_frames or (stage.frames,)))
        )
        single_frames, *videos = (PaintedDataset(dataset.split, scene) for scene in scenes)
        return cls(tuple(videos), single_frames, stage, seed)

    @property
    def steps(self) -> int:
        """Number of steps of the stage."""
        return self.stage.steps or -(-self.stage.epochs * len(self._visits) // self.stage.batch)

    def sample(self, step: int, number: int, frames: int) -> Sample:
        """Return one sample of a step.

        Args:
            step: step of the stage.
            number: number of the sample in the step's batch.
            frames: number of frames of the clip.
        """
        dataset, index, kind, rng = self._choose(step, number, frames)
        stage = self.stage
        if stage.task == "prompted":
            return _sample_objects(dataset, index, rng, stage, frames)
        if stage.task == "objects":
            return _sample_frames(dataset, index, rng, stage, frames)
        config = SampleConfig(
            frames,
            stage.targets,
            stage.absent_share,
            stage.shape_share,
            0.0 if self._moving else stage.motion_share,
            kind,
            stage.swap_share,
            stage.in_a_row,
            _AUGMENTATION if stage.augment else None,
        )
        return sample_clip(dataset, index, rng, config)

    def labels(
        self, step: int, number: int, frames: int, side: int, sample: Sample
    ) -> NDArray[np.int64]:
        """Return the labels of all objects of that sample; see ``object_labels``."""
        dataset, index, *_ = self._choose(step, number, frames)
        return object_labels(dataset, index, side, sample.frame_indices, sample.view)

    @property
    def label_sizes(self) -> dict[str, int]:
        """Number of classes of each label of ``labels``.

        Raises:
            ValueError: the data set has no such labels.
        """
        return label_sizes(self.single_frames)

    def _choose(
        self, step: int, number: int, frames: int
    ) -> tuple[Dataset, int, str, random.Random]:
        """Choose the data set, the video and the kind of the first sentence of a sample.

        The kind is empty if it is not chosen here; the generator is for the other choices.
        """
        rng = random.Random(f"{self.seed}/{self.stage.name}/{step}/{number}")
        videos = self.datasets[0] if len(self.datasets) == 1 else rng.choice(self.datasets)
        dataset = videos if frames == self.stage.frames else self.single_frames
        index = rng.randrange(len(dataset))
        if self._visits and number < self.stage.batch:
            epoch, position = divmod(step * self.stage.batch + number, len(self._visits))
            order = _order(f"{self.seed}/{self.stage.name}/{epoch}", len(self._visits))
            index = self._visits[order[position]]
        kind = ""
        # Few videos have sentences about a motion, fewer about the past: draw the kind first.
        if self._moving and frames > 1 and rng.random() < self.stage.motion_share:
            kind = rng.choice(sorted(self._moving))
            index = rng.choice(self._moving[kind])
        return dataset, index, kind, rng

    def sentences(self, step: int) -> list[str]:
        """Return one batch of sentences, with absent sentences if the data set makes them."""
        rng = random.Random(f"{self.seed}/{self.stage.name}/{step}")
        sentences: list[str] = []
        while len(sentences) < self.stage.batch:
            index = rng.randrange(len(self.datasets[0]))
            expressions = self.datasets[0].video(index).expressions
            sentences.extend(expression.sentence for expression in expressions)
            if isinstance(self.datasets[0], AbsentSentences):
                sentences.append(self.datasets[0].absent_sentence(index, rng))
        return sentences[: self.stage.batch]


def _visits(video: Video, stage: Stage) -> int:
    """Return the number of clips of a video in an epoch, from its sentences and frames.

    A stage of ``steps`` on single frames visits every video equally: the frames of a video differ
    little.
    A video shorter than a clip of consecutive frames has none: it would repeat frames, as if its
    motions stopped again and again.
    """
    if stage.in_a_row and len(video.frames) < stage.frames:
        return 0
    if stage.steps and stage.frames == 1:
        return int(bool(video.expressions))
    clips = len(video.expressions) * -(-len(video.frames) // stage.frames)
    return -(-clips // stage.targets)


@lru_cache(maxsize=2)
def _order(seed: str, count: int) -> list[int]:
    order = list(range(count))
    random.Random(seed).shuffle(order)
    return order


def _sample_objects(
    dataset: Dataset, index: int, rng: random.Random, stage: Stage, frames: int
) -> Sample:
    """Sample objects that are visible on the first frame, or none, for prompts."""
    video = dataset.video(index)
    objects = sorted({number for expression in video.expressions for number in expression.objects})
    if not objects and video.expressions:
        raise ValueError(
            f"{dataset.name}: {video.name}: its expressions name no objects; "
            "train on a split that has masks"
        )
    frame_indices = clip_frames(len(video.frames), frames, rng, stage.in_a_row)
    images = dataset.images(index, frame_indices)
    masks = dataset.masks(index, objects, frame_indices)
    visible = [mask for mask in masks if mask[0].sum() >= _MIN_AREA]
    empty = np.zeros(images.shape[:3], np.bool_)
    chosen = [
        empty if not visible or rng.random() < stage.absent_share else rng.choice(visible)
        for _ in range(stage.targets)
    ]
    holds = np.ones((stage.targets, frames), np.bool_)
    return Sample(images, np.stack(chosen), ("",) * stage.targets, holds, frame_indices, View())


def _sample_frames(
    dataset: Dataset, index: int, rng: random.Random, stage: Stage, frames: int
) -> Sample:
    """Sample frames without sentences or masks."""
    length = len(dataset.video(index).frames)
    frame_indices = clip_frames(length, frames, rng, stage.in_a_row)
    images = dataset.images(index, frame_indices)
    sentences = ("",) * stage.targets
    masks = np.zeros((stage.targets, *images.shape[:3]), np.bool_)
    view = View()
    if stage.augment:
        images, masks, sentences, view = augment_clip(images, masks, sentences, _AUGMENTATION, rng)
    holds = np.ones((stage.targets, frames), np.bool_)
    return Sample(images, masks, sentences, holds, frame_indices, view)
