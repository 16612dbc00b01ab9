"""Makes of a video what training looks at: a clip, sentences, and the masks that they mean."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from samwise_ros.data.augmentation import Augmentation, augmented
from samwise_ros.data.dataset import Dataset, DatasetError, Expression, Video
from samwise_ros.data.frame_indices import clip_frames
from samwise_ros.data.tabletop.meaning import Chance

_CLIPS_TRIED = 10
_SENTENCES_TRIED = 100


@dataclass(frozen=True)
class SampleConfig:
    """What a sample is like.

    Attributes:
        frames: of the clip (T).
        sentences: about it (K); one comes several times where the video has fewer.
        absent_share: share of sentences that mean nothing in the video. A generated data set makes
            them; of others it is a sentence about another video, which may fit here by accident.
        shape_share: share of sentences that are chosen among those whose detail is ``shape``.
        motion_share: likewise among those of other kinds than ``attribute``, on clips, each kind as
            often as another.
        in_a_row: whether the frames follow each other, as a camera gives them; else some are from
            all over the video.
        augmentation: what is changed; ``None``: nothing.
    """

    frames: int = 8
    sentences: int = 1
    absent_share: float = 0.0
    shape_share: float = 0.0
    motion_share: float = 0.0
    in_a_row: bool = False
    augmentation: Augmentation | None = None

    def __post_init__(self) -> None:
        """Refuse values outside their range, with the reason."""
        for name in ("frames", "sentences"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name}: expected 1 or more, got {getattr(self, name)}")
        for name in ("absent_share", "shape_share", "motion_share"):
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f"{name}: expected 0 to 1, got {getattr(self, name)}")


@dataclass(frozen=True, eq=False)
class Sample:
    """A clip with K sentences.

    Attributes:
        frames: (T, H, W, 3) uint8, RGB.
        masks: (K, T, H, W) bool, all that a sentence means together; empty where that is not in
            view.
        sentences: K of them.
        frame_indices: (T,) where the clip's frames are in the video.
    """

    frames: NDArray[np.uint8]
    masks: NDArray[np.bool_]
    sentences: tuple[str, ...]
    frame_indices: tuple[int, ...]


@runtime_checkable
class AbsentSentences(Protocol):
    """A data set that can make sentences that mean nothing in a video."""

    def absent_sentence(self, index: int, rng: Chance) -> str:
        """Make a sentence of the same kind that means no object of the video."""
        ...


def training_sample(
    dataset: Dataset, index: int, rng: random.Random, config: SampleConfig
) -> Sample:
    """Make a sample of a video; the same chance gives the same sample.

    Raises:
        DatasetError: a file is missing or broken, or the split has no masks.
    """
    video = dataset.video(index)
    chosen = _choose_expressions(dataset, index, video, rng, config)
    frame_indices, shown = _choose_moments(dataset, index, video, chosen, rng, config)
    frames = dataset.images(index, frame_indices)
    masks = np.zeros((len(chosen), *frames.shape[:3]), np.bool_)
    for mask, said in zip(masks, chosen, strict=True):
        for number in said.objects:
            if shown[number].shape != mask.shape:
                raise DatasetError(
                    f"{dataset.name}: {video.name}: frames of height and width "
                    f"{mask.shape[1:]}, but masks of {shown[number].shape[1:]}"
                )
            np.logical_or(mask, shown[number], out=mask)
    sentences = tuple(said.sentence for said in chosen)
    if config.augmentation is not None:
        frames, masks, sentences = augmented(frames, masks, sentences, config.augmentation, rng)
    return Sample(frames, masks, sentences, frame_indices)


def _choose_expressions(
    dataset: Dataset, index: int, video: Video, rng: random.Random, config: SampleConfig
) -> list[Expression]:
    """Choose what to say about a video; what means nothing there has no objects."""
    expressions = list(video.expressions)
    if not all(said.objects for said in expressions):
        raise DatasetError(
            f"{dataset.name}: {video.name}: its expressions name no objects; "
            "train on a split that has masks"
        )
    rng.shuffle(expressions)
    shapes = [said for said in expressions if said.detail == "shape"]
    kinds = sorted({said.kind for said in expressions} - {"attribute"})
    chosen = []
    for number in range(config.sentences):
        if rng.random() < config.absent_share or not expressions:
            chosen.append(Expression(_absent_sentence(dataset, index, video, rng), ()))
            continue
        said = expressions[number % len(expressions)]
        if config.frames > 1 and kinds and rng.random() < config.motion_share:
            kind = rng.choice(kinds)
            said = rng.choice([other for other in expressions if other.kind == kind])
        elif config.shape_share and shapes and rng.random() < config.shape_share:
            said = shapes[number % len(shapes)]
        chosen.append(said)
    return chosen


def _choose_moments(
    dataset: Dataset,
    index: int,
    video: Video,
    chosen: Sequence[Expression],
    rng: random.Random,
    config: SampleConfig,
) -> tuple[tuple[int, ...], dict[int, NDArray[np.bool_]]]:
    """Choose frames, and again if nothing that is meant is in view; with the objects' masks."""
    objects = tuple(dict.fromkeys(number for said in chosen for number in said.objects))
    for _ in range(_CLIPS_TRIED):
        frame_indices = clip_frames(len(video.frames), config.frames, rng, config.in_a_row)
        if not objects:
            return frame_indices, {}
        shown = dataset.masks(index, objects, frame_indices)
        if shown.any() or len(video.frames) <= config.frames:
            break
    return frame_indices, dict(zip(objects, shown, strict=True))


def _absent_sentence(dataset: Dataset, index: int, video: Video, rng: random.Random) -> str:
    if isinstance(dataset, AbsentSentences):
        return dataset.absent_sentence(index, rng)
    said_here = {said.sentence.lower() for said in video.expressions}
    for _ in range(_SENTENCES_TRIED):
        others = dataset.video(rng.randrange(len(dataset))).expressions
        if others:
            sentence = rng.choice(others).sentence
            if sentence.lower() not in said_here:
                return sentence
    raise DatasetError(
        f"{dataset.name}: found no sentence that means nothing in {video.name}; with few videos, "
        "train without absent sentences"
    )
