"""Precision, recall and delay of reported events."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from samwise_ros.engine.types import EventKind
from samwise_ros.evaluation.events.mask_history import NO_OBJECT, TARGET
from samwise_ros.evaluation.events.matching import Share, f1, match
from samwise_ros.evaluation.events.record import EVENT_KINDS, SentenceRecord
from samwise_ros.evaluation.events.true_events import Hysteresis, object_changes, true_events


@dataclass
class KindScore:
    """Scores of one kind of event.

    Attributes:
        reported: number of reported events.
        correct: reported events that are right.
        true: number of true events.
        found: true events that a right report matches.
        delays: frames from the earliest possible report to the report, for each match.
        reports: reported events in the window of each matched true event.
    """

    reported: int = 0
    correct: int = 0
    true: int = 0
    found: int = 0
    delays: list[int] = field(default_factory=list)
    reports: list[int] = field(default_factory=list)

    @property
    def precision(self) -> Share:
        """Right reports among the reports."""
        return Share(self.correct, self.reported)

    @property
    def recall(self) -> Share:
        """Matched true events among the true events."""
        return Share(self.found, self.true)

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall."""
        return f1(self.precision.value, self.recall.value)

    @property
    def false(self) -> int:
        """Number of false reports."""
        return self.reported - self.correct

    def delay(self, percentile: float) -> float:
        """Return a percentile of the delays in frames; NaN without matches."""
        return float(np.percentile(self.delays, percentile)) if self.delays else math.nan

    def false_per_hour(self, frames: int, rate_hz: float) -> float:
        """Return the false reports per hour of video."""
        return self.false / (frames / rate_hz / 3600) if frames else math.nan


def score_events(
    records: Sequence[SentenceRecord], hysteresis: Hysteresis
) -> dict[EventKind, KindScore]:
    """Score the reported events of sentences.

    A LOST or SWITCHED is right if it matches a true event. An ACQUIRED is right if the mask is on
    the named object, and a RECOVERED if the mask is on the same object as before; right ones are
    then matched with the true events for the recall.
    """
    scores = {kind: KindScore() for kind in EVENT_KINDS}
    for record in records:
        true = true_events(record.history, hysteresis)
        for kind, score in scores.items():
            onsets = [event.onset for event in true if event.kind is kind]
            frames = record.frames_of(kind)
            right = _right_reports(record, kind, hysteresis)
            wait = hysteresis.frames(kind)
            matching = match(right, onsets, wait)
            score.reported += len(frames)
            by_match = kind in (EventKind.LOST, EventKind.SWITCHED)
            score.correct += len(matching.pairs) if by_match else len(right)
            score.true += len(onsets)
            score.found += len(matching.pairs)
            score.reports += matching.reports
            score.delays += [
                right[index] - (onsets[true_index] + wait - 1)
                for index, true_index in matching.pairs
            ]
    return scores


def _right_reports(record: SentenceRecord, kind: EventKind, hysteresis: Hysteresis) -> list[int]:
    """Return the frames of reports whose mask is on the right object; all of other kinds."""
    frames = record.frames_of(kind)
    if kind in (EventKind.LOST, EventKind.SWITCHED):
        return frames
    covered = record.history.covered(hysteresis.min_mask_area)
    if kind is EventKind.ACQUIRED:
        return [frame for frame in frames if covered[frame] == TARGET]
    stays = object_changes(covered, hysteresis.recover_after_frames)
    return [
        frame
        for frame in frames
        if covered[frame] != NO_OBJECT
        and covered[frame] == _object_before(stays, frame, hysteresis)
    ]


def _object_before(stays: Sequence[tuple[int, int]], frame: int, hysteresis: Hysteresis) -> int:
    """Return the object that the mask was on before it returned on a frame."""
    first = frame - hysteresis.recover_after_frames + 1
    before = [item for start, item in stays if start < first]
    return before[-1] if before else NO_OBJECT


def fragmentations(record: SentenceRecord, hysteresis: Hysteresis) -> list[int]:
    """Return for each presence of the named object how often tracking started, minus one.

    A presence without a start counts 0.
    """
    bounds = [
        event.onset
        for event in true_events(record.history, hysteresis)
        if event.kind is not EventKind.SWITCHED
    ]
    starts = sorted(record.frames_of(EventKind.ACQUIRED) + record.frames_of(EventKind.RECOVERED))
    bounds.append(len(record.history))
    return [
        max(sum(begin <= frame < end for frame in starts) - 1, 0)
        for begin, end in zip(bounds[::2], bounds[1::2], strict=False)
    ]


def sentence_accuracies(
    records: Sequence[SentenceRecord], hysteresis: Hysteresis, frames: int = 10
) -> tuple[Share, Share]:
    """Return N-acc and T-acc.

    Source: C. Liu et al., "GRES: Generalized Referring Expression Segmentation", CVPR 2023,
    transferred from masks to states.

    Returns:
        The share of sentences about absent objects that never reach TRACKING, and the share of
        the others that reach it within ``frames`` frames of the object's presence.
    """
    no_target, target = [0, 0], [0, 0]
    for record in records:
        acquired = record.frames_of(EventKind.ACQUIRED)
        onsets = [
            event.onset
            for event in true_events(record.history, hysteresis)
            if event.kind is EventKind.ACQUIRED
        ]
        if not any(record.history.present(1)):
            no_target[0] += not acquired
            no_target[1] += 1
        elif onsets:
            target[0] += bool(acquired) and acquired[0] < onsets[0] + frames
            target[1] += 1
    return Share(*no_target), Share(*target)
