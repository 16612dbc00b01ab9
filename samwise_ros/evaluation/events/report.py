"""The event scores of a data set as Markdown tables and JSON."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from samwise_ros.evaluation.events.event_metrics import (
    KindScore,
    fragmentations,
    score_events,
    sentence_accuracies,
)
from samwise_ros.evaluation.events.frame_metrics import FrameCounts
from samwise_ros.evaluation.events.identity_metrics import Hota, identity_switches
from samwise_ros.evaluation.events.matching import Share
from samwise_ros.evaluation.events.record import EventRecord, SentenceRecord
from samwise_ros.evaluation.events.true_events import Hysteresis


@dataclass(frozen=True)
class EventReport:
    """Event scores.

    Attributes:
        model: name or folder of the model.
        data: name of the data set.
        records: the videos.
        hysteresis: the node's thresholds.
        rate_hz: frames per second, for rates per hour.
    """

    model: str
    data: str
    records: Sequence[EventRecord]
    hysteresis: Hysteresis
    rate_hz: float = 10.0

    @property
    def sentences(self) -> list[SentenceRecord]:
        """All sentences."""
        return [sentence for record in self.records for sentence in record.sentences]

    @property
    def frames(self) -> int:
        """Frames of all sentences: a frame counts once for each sentence."""
        return sum(len(sentence.history) for sentence in self.sentences)

    def to_json(self) -> dict[str, Any]:
        """Return the scores as plain data; NaN as ``None``."""
        scores = score_events(self.sentences, self.hysteresis)
        no_target, target = sentence_accuracies(self.sentences, self.hysteresis)
        return {
            "model": self.model,
            "data": self.data,
            "videos": len(self.records),
            "sentences": len(self.sentences),
            "frames": self.frames,
            "rate_hz": self.rate_hz,
            "events": {kind.name: self._kind_numbers(score) for kind, score in scores.items()},
            "candidates": _share(self.candidates),
            "frames_by_outcome": _frame_numbers(self.counts),
            "fragmentation": _number(self.fragmentation),
            "idsw": self.identity_switches,
            "hota": _number(self.hota),
            "n_acc": _share(no_target),
            "t_acc": _share(target),
        }

    def to_markdown(self) -> str:
        """Return the tables."""
        scores = score_events(self.sentences, self.hysteresis)
        lines = [
            f"{self.model} on {self.data}: {len(self.records)} videos, {len(self.sentences)} "
            f"sentences, {self.frames} frames; with 95 % Wilson intervals.",
            "",
            "| event | precision | recall | F1 | delay, median / p95 frames | false per hour "
            "| reports per true event, mean / most |",
            "| --- | --- | --- | ---: | ---: | ---: | ---: |",
        ]
        for kind, score in scores.items():
            per_hour = score.false_per_hour(self.frames, self.rate_hz)
            lines.append(
                f"| {kind.name} | {score.precision} | {score.recall} | {_text(score.f1)} "
                f"| {_text(score.delay(50), 0)} / {_text(score.delay(95), 0)} "
                f"| {_text(per_hour, 1)} | {_reports(score)} |"
            )
        lines += ["", "| measure | value |", "| --- | ---: |"]
        lines += [f"| {name} | {value} |" for name, value in self._measures()]
        return "\n".join(lines)

    @property
    def counts(self) -> FrameCounts:
        """The frames of all sentences by outcome."""
        area = self.hysteresis.min_mask_area
        return FrameCounts.sum(FrameCounts.of(one.history, area) for one in self.sentences)

    @property
    def candidates(self) -> Share:
        """The CANDIDATE events whose candidate was on another object than the mask."""
        found = [other for one in self.sentences for _, other in one.candidates]
        return Share(sum(found), len(found))

    @property
    def fragmentation(self) -> float:
        """Mean over all presences of named objects."""
        found = [count for one in self.sentences for count in fragmentations(one, self.hysteresis)]
        return float(np.mean(found)) if found else math.nan

    @property
    def identity_switches(self) -> int:
        """The number of changes of the object under a mask, without hysteresis (IDSW)."""
        area = self.hysteresis.min_mask_area
        return sum(identity_switches(each.history, area) for each in self.sentences)

    @property
    def hota(self) -> float:
        """HOTA with swapped roles; see `Hota`."""
        area = self.hysteresis.min_mask_area
        return Hota.sum(Hota.of(each.history, area) for each in self.sentences).value

    def _measures(self) -> list[tuple[str, str]]:
        counts = self.counts
        no_target, target = sentence_accuracies(self.sentences, self.hysteresis)
        return [
            ("NRE", _text(counts.not_reported_error, 3)),
            ("DRE", _text(counts.drift_rate_error, 3)),
            ("ADQ", _text(counts.absence_detection_quality, 3)),
            ("robustness", _text(counts.robustness, 3)),
            ("accuracy", _text(counts.accuracy, 3)),
            ("presence, MCC", _text(counts.presence_correlation, 3)),
            ("fragmentation", _text(self.fragmentation, 3)),
            ("IDSW", str(self.identity_switches)),
            ("HOTA", _text(self.hota, 3)),
            ("CANDIDATE on another object", str(self.candidates)),
            ("N-acc", str(no_target)),
            ("T-acc", str(target)),
        ]

    def _kind_numbers(self, score: KindScore) -> dict[str, Any]:
        return {
            "precision": _share(score.precision),
            "recall": _share(score.recall),
            "f1": _number(score.f1),
            "delay_median": _number(score.delay(50)),
            "delay_p95": _number(score.delay(95)),
            "false_per_hour": _number(score.false_per_hour(self.frames, self.rate_hz)),
            "reports_mean": _number(float(np.mean(score.reports)) if score.reports else math.nan),
            "reports_most": max(score.reports, default=0),
        }


def _frame_numbers(counts: FrameCounts) -> dict[str, Any]:
    return {
        "T": counts.on_target,
        "F": counts.elsewhere,
        "M": counts.missed,
        "N": counts.absent,
        "H": counts.invented,
        "NRE": _number(counts.not_reported_error),
        "DRE": _number(counts.drift_rate_error),
        "ADQ": _number(counts.absence_detection_quality),
        "robustness": _number(counts.robustness),
        "accuracy": _number(counts.accuracy),
        "MCC": _number(counts.presence_correlation),
    }


def _share(share: Share) -> dict[str, Any]:
    low, high = share.interval()
    return {"value": _number(share.value), "low": low, "high": high, "of": share.total}


def _reports(score: KindScore) -> str:
    if not score.reports:
        return "-"
    return f"{np.mean(score.reports):.2f} / {max(score.reports)}"


def _number(value: float) -> float | None:
    return None if math.isnan(value) else round(value, 4)


def _text(value: float, digits: int = 2) -> str:
    return "-" if math.isnan(value) else f"{round(value, digits) + 0.0:.{digits}f}"  # never -0
