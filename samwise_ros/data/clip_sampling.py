"""Samples a training example from a video: a clip, sentences and the masks they refer to."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from samwise_ros.data.augmentation import Augmentation, View, augment_clip, depends_on_view
from samwise_ros.data.dataset import ABSENT, IMAGE_KINDS, Dataset, DatasetError, Expression, Video
from samwise_ros.data.frame_indices import clip_frames
from samwise_ros.data.painted.description import RandomSource

_MAX_CLIP_ATTEMPTS = 10
_MAX_SENTENCE_ATTEMPTS = 100
_ABOUT_OTHERS = ("relation", "past")
"""Kinds of sentences about an object's place among others, which a crop could remove."""
_MOTIONS = ("rolling", "lifted", "falling", "pushed")
"""Details of absent sentences about motions; no single frame shows which motions are present."""
_LEAD = 8
_MAX_LEAD_SHARE = 3 / 8
"""Frames before a motion or its consequence can be named, which show the motion, and their largest
part of a clip: the sentence holds on the others."""


@dataclass(frozen=True)
class SampleConfig:
    """How to sample a clip.

    Attributes:
        frames: number of frames of the clip (T).
        sentences: number of sentences (K); sentences repeat if the video has fewer.
        absent_share: fraction of sentences that refer to no object of the video, except those that
            ``first_kind`` or ``swap_share`` selects. The tabletop has such sentences, and the
            painted data makes them. For other data sets the sentence comes from another video and
            may match by accident.
        shape_share: fraction of sentences chosen among those whose detail is ``shape``.
        motion_share: probability that the first sentence of a clip, if it is not absent, is chosen
            among the kinds that need several frames, each kind with equal probability.
        first_kind: kind of the first sentence, of which the video has one; empty for any kind.
        swap_share: probability that the second sentence of a clip is replaced by one about a
            similar object, so that the memories of the two can be swapped, if the first one is
            about an object and needs only one frame.
        consecutive: take consecutive frames, as from a camera. By default some frames come from
            the whole video.
        augmentation: how to augment the clip; ``None`` for no augmentation. Clips with sentences
            about relations or the past are not cropped.
    """

    frames: int = 8
    sentences: int = 1
    absent_share: float = 0.0
    shape_share: float = 0.0
    motion_share: float = 0.0
    first_kind: str = ""
    swap_share: float = 0.0
    consecutive: bool = False
    augmentation: Augmentation | None = None

    def __post_init__(self) -> None:
        """Check the range of each value."""
        for name in ("frames", "sentences"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name}: expected 1 or more, got {getattr(self, name)}")
        for name in ("absent_share", "shape_share", "motion_share", "swap_share"):
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f"{name}: expected 0 to 1, got {getattr(self, name)}")
        if self.swap_share and self.sentences != 2:
            raise ValueError(f"swap_share: expected 2 sentences, got {self.sentences}")


@dataclass(frozen=True, eq=False)
class Sample:
    """A clip with K sentences.

    Attributes:
        frames: (T, H, W, 3) uint8, RGB.
        masks: (K, T, H, W) bool, the union of the objects a sentence refers to; empty where they
            are out of view.
        sentences: K sentences.
        holds: (K, T) bool, the frames on which a sentence holds; masks of others do not count.
        frame_indices: (T,) indices of the clip's frames in the video.
        view: the part of the video's images that the augmentation shows.
        swapped: whether the memories of the two sentences, about similar objects, are swapped.
    """

    frames: NDArray[np.uint8]
    masks: NDArray[np.bool_]
    sentences: tuple[str, ...]
    holds: NDArray[np.bool_]
    frame_indices: tuple[int, ...]
    view: View
    swapped: bool = False


@runtime_checkable
class AbsentSentences(Protocol):
    """A data set that can make sentences that refer to no object of a video."""

    def absent_sentence(self, index: int, rng: RandomSource) -> str:
        """Return a sentence of the same style that refers to no object of the video."""
        ...


def sample_clip(dataset: Dataset, index: int, rng: random.Random, config: SampleConfig) -> Sample:
    """Sample a clip of a video; the same state of ``rng`` returns the same sample.

    The clip contains a frame on which the first sentence holds and none after it, but may contain
    frames before, on which a motion happens that the sentence is about. Single frames get no
    sentence of a kind that needs other frames, unless the video has no other sentence.

    Raises:
        DatasetError: a file is missing or broken, or the split has no masks.
    """
    video = dataset.video(index)
    chosen = _choose_expressions(dataset, index, video, rng, config)
    swapped = False
    if config.frames > 1 and rng.random() < config.swap_share:
        rival = _rival(chosen[0], video)
        if rival is not None:
            chosen[1], swapped = rival, True
    frame_indices, holds, object_masks = _choose_frames(dataset, index, video, chosen, rng, config)
    frames = dataset.images(index, frame_indices)
    masks = np.zeros((len(chosen), *frames.shape[:3]), np.bool_)
    for mask, expression in zip(masks, chosen, strict=True):
        for number in expression.objects:
            if object_masks[number].shape != mask.shape:
                raise DatasetError(
                    f"{dataset.name}: {video.name}: frames of height and width "
                    f"{mask.shape[1:]}, but masks of {object_masks[number].shape[1:]}"
                )
            np.logical_or(mask, object_masks[number], out=mask)
    sentences = tuple(expression.sentence for expression in chosen)
    view = View()
    if config.augmentation is not None:
        augmentation = config.augmentation
        if any(each.kind in _ABOUT_OTHERS or depends_on_view(each.sentence) for each in chosen):
            augmentation = replace(augmentation, crop_probability=0.0)
        frames, masks, sentences, view = augment_clip(frames, masks, sentences, augmentation, rng)
    return Sample(frames, masks, sentences, holds, frame_indices, view, swapped)


def _choose_expressions(
    dataset: Dataset, index: int, video: Video, rng: random.Random, config: SampleConfig
) -> list[Expression]:
    """Choose expressions for a video; absent ones have no objects."""
    expressions = [each for each in video.expressions if each.kind != ABSENT]
    if not all(expression.objects for expression in expressions):
        raise DatasetError(
            f"{dataset.name}: {video.name}: its expressions name no objects; "
            "train on a split that has masks"
        )
    if config.frames == 1:
        expressions = [each for each in expressions if each.kind in IMAGE_KINDS] or expressions
    rng.shuffle(expressions)
    shapes = [expression for expression in expressions if expression.detail == "shape"]
    kinds = sorted({expression.kind for expression in expressions} - set(IMAGE_KINDS))
    chosen: list[Expression] = []
    for number in range(config.sentences):
        first_kind = config.first_kind if number == 0 else ""
        if not expressions or (not first_kind and rng.random() < config.absent_share):
            sentence = _absent_sentence(dataset, index, video, rng, config.frames)
            chosen.append(Expression(sentence, ()))
            continue
        new = [each for each in expressions if each not in chosen] or expressions
        expression = new[0]
        # Other sentences stay as frequent as in the data, since a node receives mostly such ones.
        choose_motion = number == 0 and config.frames > 1 and kinds
        if first_kind or (choose_motion and rng.random() < config.motion_share):
            kind = first_kind or rng.choice(kinds)
            expression = rng.choice([each for each in new if each.kind == kind])
        elif config.shape_share and shapes and rng.random() < config.shape_share:
            expression = shapes[number % len(shapes)]
        chosen.append(expression)
    return chosen


def _rival(first: Expression, video: Video) -> Expression | None:
    """Return the expression about other objects whose words are most like those of the first."""
    if first.kind not in IMAGE_KINDS or not first.objects:
        return None
    words, objects = set(first.sentence.lower().split()), set(first.objects)
    kinds = set(IMAGE_KINDS) - {ABSENT}
    present = [each for each in video.expressions if each.kind in kinds]
    others = [each for each in present if not objects & set(each.objects)]
    return max(others, key=lambda one: _overlap(words, one), default=None)


def _overlap(words: set[str], other: Expression) -> float:
    others = set(other.sentence.lower().split())
    return len(words & others) / len(words | others)


def _choose_frames(
    dataset: Dataset,
    index: int,
    video: Video,
    chosen: Sequence[Expression],
    rng: random.Random,
    config: SampleConfig,
) -> tuple[tuple[int, ...], NDArray[np.bool_], dict[int, NDArray[np.bool_]]]:
    """Choose frames on which a target is visible while its sentence holds, if possible.

    Returns:
        The frames, on which of them each sentence holds (K, T), and the masks of all objects.
    """
    objects = tuple(dict.fromkeys(number for expression in chosen for number in expression.objects))
    length = len(video.frames)
    spans = [expression.span(length) for expression in chosen]
    lead = min(_LEAD, int(_MAX_LEAD_SHARE * config.frames))
    lead = 0 if chosen[0].kind in IMAGE_KINDS else lead
    end = max(spans[0].stop, min(length, config.frames))
    for _ in range(_MAX_CLIP_ATTEMPTS):
        frame_indices = clip_frames(end, config.frames, rng, config.consecutive, spans[0], lead)
        holds = np.array([[frame in span for frame in frame_indices] for span in spans])
        if not objects:
            return frame_indices, holds, {}
        masks = dict(zip(objects, dataset.masks(index, objects, frame_indices), strict=True))
        visible = (
            masks[number][on].any()
            for expression, on in zip(chosen, holds, strict=True)
            for number in expression.objects
        )
        if length <= config.frames or any(visible):
            break
    return frame_indices, holds, masks


def _absent_sentence(
    dataset: Dataset, index: int, video: Video, rng: random.Random, frames: int
) -> str:
    absent = [each for each in video.expressions if each.kind == ABSENT]
    if frames == 1:
        absent = [each for each in absent if each.detail not in _MOTIONS] or absent
    if absent:
        return rng.choice(absent).sentence
    if isinstance(dataset, AbsentSentences):
        return dataset.absent_sentence(index, rng)
    own_sentences = {expression.sentence.lower() for expression in video.expressions}
    for _ in range(_MAX_SENTENCE_ATTEMPTS):
        others = dataset.video(rng.randrange(len(dataset))).expressions
        if others:
            sentence = rng.choice(others).sentence
            if sentence.lower() not in own_sentences:
                return sentence
    raise DatasetError(
        f"{dataset.name}: found no sentence that refers to nothing in {video.name}; with few "
        "videos, train without absent sentences"
    )
