"""Runs a model on a data set as the node does, and records masks and events."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from samwise_ros.data.dataset import Dataset, Video
from samwise_ros.engine.engine import Engine
from samwise_ros.engine.types import Box, Event, EventKind, Frame, TargetState
from samwise_ros.evaluation.commands import set_commands
from samwise_ros.evaluation.distributed import SINGLE_PROCESS, ProcessGroup
from samwise_ros.evaluation.events.mask_history import NO_OBJECT, MaskHistory
from samwise_ros.evaluation.events.record import EVENT_KINDS, EventRecord, SentenceRecord
from samwise_ros.evaluation.records import Records
from samwise_ros.vision.masks import bounding_box

_CHUNK = 16  # frames read at once


def record_events(
    engine: Engine,
    dataset: Dataset,
    videos: int | None = None,
    *,
    batch: int = 8,
    records: Records[EventRecord] | None = None,
    processes: ProcessGroup = SINGLE_PROCESS,
) -> list[EventRecord]:
    """Track all sentences of videos from the first frame to the last.

    Frames and events count while the sentence holds. A target that is tracked when its sentence
    starts to hold counts as acquired on that frame.

    Args:
        engine: without commands; online, with the thresholds of the node.
        dataset: with the masks of all objects.
        videos: number of videos, from the first one on; ``None`` for all.
        batch: number of sentences tracked at once.
        records: folder that keeps finished videos, to resume from.
        processes: the processes that share the videos.

    Returns:
        The records of all processes on rank 0, of the own videos elsewhere; by index.

    Raises:
        ValueError: the data set is damaged, or the model rejects a sentence.
    """
    indices = range(min(len(dataset), videos or len(dataset)))
    finished = records.read() if records else {}
    processes.barrier()  # all processes read the same records before one of them adds to them
    remaining = processes.split([index for index in indices if index not in finished])
    new = []
    for index in tqdm(remaining, desc="events", unit="video", disable=processes.rank > 0):
        record = _record_video(engine, dataset, index, batch)
        if records:
            records.add(record)
        new.append(record)
    earlier = [finished[index] for index in indices if index in finished]
    return sorted([*earlier, *processes.gather(new)], key=lambda record: record.index)


def _record_video(engine: Engine, dataset: Dataset, index: int, batch: int) -> EventRecord:
    video = dataset.video(index)
    sentences: list[SentenceRecord] = []
    for first in range(0, len(video.expressions), batch):
        part = range(first, min(first + batch, len(video.expressions)))
        sentences += _record_batch(engine, dataset, index, video, part)
    return EventRecord(index, video.name, tuple(sentences))


def _record_batch(
    engine: Engine, dataset: Dataset, index: int, video: Video, part: range
) -> list[SentenceRecord]:
    expressions = [video.expressions[number] for number in part]
    set_commands(engine, video, expressions)
    objects = video.masked_objects
    named = [[objects.index(item) for item in one.objects] for one in expressions]
    spans = [expression.span(len(video.frames)) for expression in expressions]
    records = [
        SentenceRecord(one.sentence, one.kind, MaskHistory(), [], [], one.start)
        for one in expressions
    ]
    tracked = [False] * len(expressions)
    for first in range(0, len(video.frames), _CHUNK):
        frames = range(first, min(first + _CHUNK, len(video.frames)))
        images = dataset.images(index, frames)
        truths = dataset.masks(index, objects, frames)
        for place, number in enumerate(frames):
            (result,) = engine.step(Frame(images[place], stamp_ns=number))
            for target in result.targets:
                row = int(target.command.id)
                if number == spans[row].start and tracked[row]:
                    records[row].add_event(EventKind.ACQUIRED, number)
                if number in spans[row]:
                    records[row].history.add(target.mask, truths[:, place], named[row])
                tracked[row] = target.state is TargetState.TRACKING
            for event in result.events:
                if event.command.id and number in spans[row := int(event.command.id)]:
                    _add_event(records[row], event, number, truths[:, place], named[row])
    return records


def _add_event(
    record: SentenceRecord,
    event: Event,
    frame: int,
    truths: NDArray[np.bool_],
    named: Sequence[int],
) -> None:
    if event.kind in EVENT_KINDS:
        record.add_event(event.kind, frame)
    elif event.kind is EventKind.CANDIDATE and event.box and event.previous_box:
        places = [_object_in(box, truths, named) for box in (event.box, event.previous_box)]
        record.candidates.append((frame - record.start, places[0] != places[1]))


def _object_in(box: Box, truths: NDArray[np.bool_], named: Sequence[int]) -> int:
    """Return the object whose box overlaps a box most, by IoU; `NO_OBJECT` below 0.1."""
    best, best_iou = NO_OBJECT, 0.1
    for index, truth in enumerate(truths):
        found = bounding_box(truth)
        if found is None:
            continue
        x, y, width, height = found
        across = min(x + width, box.x + box.width) - max(x, box.x)
        down = min(y + height, box.y + box.height) - max(y, box.y)
        both = max(across, 0) * max(down, 0)
        iou = both / (width * height + box.width * box.height - both)
        if iou > best_iou:
            # The named objects count as one, as in `MaskHistory`.
            best, best_iou = (named[0] if index in named else index), iou
    return best
