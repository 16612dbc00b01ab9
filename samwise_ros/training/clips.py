"""Which clips a stage sees, and in which order."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from samwise_ros.data.augmentation import Augmentation
from samwise_ros.data.clip_sampling import AbsentSentences, Sample, SampleConfig, sample_clip
from samwise_ros.data.concat import open_datasets
from samwise_ros.data.dataset import Dataset, Video
from samwise_ros.data.frame_indices import clip_frames
from samwise_ros.data.tabletop.dataset import TabletopDataset
from samwise_ros.data.tabletop.video import TabletopConfig
from samwise_ros.training.recipe import Stage
from samwise_ros.training.tasks.auxiliary_heads import object_labels

_LEAST_AREA = 40  # pixels of an object that a click can show
_LEAST_WIDTH = 32  # of generated videos, pixels
_AUGMENTATION = Augmentation()


@dataclass(frozen=True)
class Clips:
    """A data set as one stage sees it: clip after clip, the same for the same seed.

    Attributes:
        datasets: the stage's data; of generated videos one for each of their lengths.
        still: the same for single frames, since a generated image is not a part of a video.
        stage: how clips are chosen.
        seed: of the choice.
    """

    datasets: tuple[Dataset, ...]
    still: Dataset
    stage: Stage
    seed: int
    _visits: list[int] = field(default_factory=list)

    @classmethod
    def open(cls, specs: Sequence[str], stage: Stage, seed: int, side: int) -> "Clips":
        """Open data sets.

        Args:
            specs: each ``FORMAT:DIR:SPLIT``.
            stage: how clips are chosen.
            seed: of the choice.
            side: the network's square; generated videos are made to its measure.

        Raises:
            ValueError: for a data set that cannot be used, or one without an end and epochs of it.
        """
        dataset = open_datasets(specs)
        if not isinstance(dataset, TabletopDataset):
            visits: list[int] = []
            for index in range(len(dataset)):
                visits.extend([index] * _visits(dataset.video(index), stage))
            if not visits:
                raise ValueError(f"{dataset.name}: there is no sentence to train on")
            return cls((dataset,), dataset, stage, seed, visits)
        if stage.epochs:
            raise ValueError(f"stage {stage.name}: epochs: {dataset.name} has no end; give steps")
        # Sentences do not need pixels: the smallest pictures do.
        width = _LEAST_WIDTH if stage.task == "words" else side
        scenes = (
            TabletopConfig(
                frames,
                width,
                width * 3 // 4,
                late_share=stage.late_share,
                alone_share=stage.alone_share,
            )
            for frames in (1, *(stage.video_frames or (stage.frames,)))
        )
        still, *long = (TabletopDataset(dataset.split, scene) for scene in scenes)
        return cls(tuple(long), still, stage, seed)

    @property
    def steps(self) -> int:
        """Updates in the stage."""
        return self.stage.steps or -(-self.stage.epochs * len(self._visits) // self.stage.batch)

    def sample(self, step: int, number: int, frames: int) -> Sample:
        """Make one sample of a step.

        Args:
            step: of the stage.
            number: of the sample in the step's batch.
            frames: of the clip.
        """
        dataset, index, rng = self._choose(step, number, frames)
        if self.stage.task == "prompted":
            return _objects(dataset, index, rng, self.stage, frames)
        stage = self.stage
        config = SampleConfig(
            frames,
            stage.targets,
            stage.absent_share,
            stage.shape_share,
            stage.motion_share,
            stage.in_a_row,
            _AUGMENTATION if stage.augment else None,
        )
        return sample_clip(dataset, index, rng, config)

    def labels(
        self, step: int, number: int, frames: int, side: int, frame_indices: Sequence[int]
    ) -> NDArray[np.int64]:
        """Tell what all objects of that sample are and do; see ``object_labels``."""
        dataset, index, _ = self._choose(step, number, frames)
        if not isinstance(dataset, TabletopDataset):
            raise ValueError(
                f"stage {self.stage.name}: name_objects: only generated videos know their objects, "
                f"not {dataset.name}"
            )
        return object_labels(dataset.scene(index), side, frame_indices)

    def _choose(self, step: int, number: int, frames: int) -> tuple[Dataset, int, random.Random]:
        """Choose a sample's data and video; with what chooses all the rest of it."""
        rng = random.Random(f"{self.seed}/{self.stage.name}/{step}/{number}")
        long = self.datasets[0] if len(self.datasets) == 1 else rng.choice(self.datasets)
        dataset = long if frames == self.stage.frames else self.still
        index = rng.randrange(len(dataset))
        if self._visits and number < self.stage.batch:
            epoch, place = divmod(step * self.stage.batch + number, len(self._visits))
            order = _order(f"{self.seed}/{self.stage.name}/{epoch}", len(self._visits))
            index = self._visits[order[place]]
        return dataset, index, rng

    def sentences(self, step: int) -> list[str]:
        """Choose one batch of sentences, and of such as mean nothing where they can be made."""
        rng = random.Random(f"{self.seed}/{self.stage.name}/{step}")
        sentences: list[str] = []
        while len(sentences) < self.stage.batch:
            index = rng.randrange(len(self.datasets[0]))
            sentences.extend(said.sentence for said in self.datasets[0].video(index).expressions)
            if isinstance(self.datasets[0], AbsentSentences):
                sentences.append(self.datasets[0].absent_sentence(index, rng))
        return sentences[: self.stage.batch]


def _visits(video: Video, stage: Stage) -> int:
    """How often a video comes in an epoch: as many clips as its sentences and frames make."""
    clips = len(video.expressions) * -(-len(video.frames) // stage.frames)
    return -(-clips // stage.targets)


@lru_cache(maxsize=2)
def _order(seed: str, count: int) -> list[int]:
    order = list(range(count))
    random.Random(seed).shuffle(order)
    return order


def _objects(dataset: Dataset, index: int, rng: random.Random, stage: Stage, frames: int) -> Sample:
    """Choose objects that a click or a box can show on the first frame, or nothing."""
    video = dataset.video(index)
    objects = sorted({number for said in video.expressions for number in said.objects})
    if not objects and video.expressions:
        raise ValueError(
            f"{dataset.name}: {video.name}: its expressions name no objects; "
            "train on a split that has masks"
        )
    frame_indices = clip_frames(len(video.frames), frames, rng, stage.in_a_row)
    images = dataset.images(index, frame_indices)
    masks = dataset.masks(index, objects, frame_indices)
    shown = [mask for mask in masks if mask[0].sum() >= _LEAST_AREA]
    nothing = np.zeros(images.shape[:3], np.bool_)
    chosen = [
        nothing if not shown or rng.random() < stage.absent_share else rng.choice(shown)
        for _ in range(stage.targets)
    ]
    return Sample(images, np.stack(chosen), ("",) * stage.targets, frame_indices)
