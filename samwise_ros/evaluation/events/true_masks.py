"""The event logic on true masks, without a network: what a perfect model causes."""

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from samwise_ros.data.dataset import ABSENT, Dataset, Expression
from samwise_ros.engine.config import EngineConfig
from samwise_ros.engine.tracking.evidence import Evidence
from samwise_ros.engine.tracking.target_state import TargetTrack
from samwise_ros.evaluation.distributed import SINGLE_PROCESS, ProcessGroup
from samwise_ros.evaluation.events.mask_history import MaskHistory
from samwise_ros.evaluation.events.record import EventRecord, SentenceRecord

MaskedFrame = tuple[NDArray[np.uint8], NDArray[np.bool_], NDArray[np.bool_]]
"""An image (H, W, 3), the mask (H, W) in place of a network's, and the true masks (N, H, W)."""


def track_masks(
    sentence: str,
    kind: str,
    frames: Iterable[MaskedFrame],
    named: Sequence[int],
    config: EngineConfig,
) -> SentenceRecord:
    """Run the event logic on given masks.

    Args:
        sentence: of the record.
        kind: of the record.
        frames: one after the other.
        named: indices of the named objects among the true masks.
        config: thresholds of the node.
    """
    track = TargetTrack()
    record = SentenceRecord(sentence, kind, MaskHistory(), [], [])
    for number, (image, given, truths) in enumerate(frames):
        mask = given & (np.count_nonzero(given) >= config.min_mask_area)
        for change in track.update(Evidence(image, mask), config):
            record.events.append((change.kind.name, number))
        record.history.add(mask, truths, named)
    return record


def record_true_masks(
    dataset: Dataset,
    videos: int | None,
    config: EngineConfig,
    processes: ProcessGroup = SINGLE_PROCESS,
) -> list[EventRecord]:
    """Run the event logic on the true masks of the named objects of a data set.

    The masks of two sentences about the same objects are equal, so each set of objects counts once,
    in all frames of its video, with the first sentence that names it. Sentences about nothing have
    no masks and do not count.

    Args:
        dataset: with the masks of all objects.
        videos: number of videos, from the first one on; ``None`` for all.
        config: thresholds of the node.
        processes: the processes that share the videos.

    Returns:
        The records of all processes on rank 0, of the own videos elsewhere; by index.

    Raises:
        DatasetError: the data set is damaged.
    """
    found = []
    indices = processes.split(range(min(len(dataset), videos or len(dataset))))
    for index in tqdm(indices, "events", unit="video", disable=processes.rank > 0):
        video = dataset.video(index)
        objects = video.masked_objects
        sentences = []
        first: dict[frozenset[int], Expression] = {}
        for each in video.expressions:
            if each.kind != ABSENT:
                first.setdefault(frozenset(each.objects), each)
        for expression in first.values():
            named = [objects.index(item) for item in expression.objects]
            frames = _true_frames(dataset, index, named)
            sentence, kind = expression.sentence, expression.kind
            sentences.append(track_masks(sentence, kind, frames, named, config))
        found.append(EventRecord(index, video.name, tuple(sentences)))
    return sorted(processes.gather(found), key=lambda record: record.index)


def _true_frames(dataset: Dataset, index: int, named: Sequence[int]) -> Iterator[MaskedFrame]:
    video = dataset.video(index)
    for number in range(len(video.frames)):
        (image,) = dataset.images(index, [number])
        truths = dataset.masks(index, video.masked_objects, [number])[:, 0]
        yield image, np.logical_or.reduce(truths[list(named)]), truths
