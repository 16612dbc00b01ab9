"""Scores of one run of a model, and their means."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from samwise_ros.evaluation.image_metrics import IOU_THRESHOLDS, ImageMetrics
from samwise_ros.evaluation.run_config import RunConfig
from samwise_ros.evaluation.scoring import ExpressionScore, Similarity, Swap, mean

Group = tuple[str, str]
"""Kind and detail of sentences; an empty string selects all."""
ALL: Group = ("", "")


@dataclass(frozen=True)
class Control:
    """Means of the control over all attribute sentences that have a swap partner.

    Attributes:
        count: number of these sentences.
        unswapped: masks of the original sentences against their objects.
        other: masks of the swapped sentences against the objects they refer to.
        original: masks of the swapped sentences against the objects of the replaced sentences.
    """

    count: int
    unswapped: Similarity
    other: Similarity
    original: Similarity


@dataclass(frozen=True)
class Run:
    """Scores of one run.

    Attributes:
        config: mode and switch correction of the run.
        scores: scores of all sentences.
    """

    config: RunConfig
    scores: tuple[ExpressionScore, ...]

    def select(self, group: Group) -> list[ExpressionScore]:
        """Return the scores of a group of sentences."""
        kind, detail = group
        return [
            score
            for score in self.scores
            if kind in ("", score.kind) and detail in ("", score.detail)
        ]

    def mean_similarity(self, group: Group = ALL) -> Similarity:
        """Return the mean over annotators of the mean over each annotator's sentences.

        With one annotator, as in MeViS and Ref-YouTube-VOS, all sentences have equal weight.
        Ref-DAVIS17 has four annotators.
        """
        return _mean(self.select(group))

    def videos(self) -> dict[str, Similarity]:
        """Return the mean of each video, in the order of the data set."""
        scores = defaultdict(list)
        for score in self.scores:
            scores[score.video].append(score)
        return {video: _mean(video_scores) for video, video_scores in scores.items()}

    def control(self) -> Control | None:
        """Return the control; ``None`` if no sentence has a swap partner."""
        pairs = [(score.own, score.swap) for score in self.scores if score.swap is not None]
        if not pairs:
            return None
        return Control(
            len(pairs),
            mean([own for own, _ in pairs]),
            mean([swap.other for _, swap in pairs]),
            mean([swap.original for _, swap in pairs]),
        )

    def to_json(self, kinds: list[Group], details: list[Group], images: bool) -> dict[str, Any]:
        """Return the run as plain data; J, F and J&F in percent."""
        entry: dict[str, Any] = {
            "mode": self.config.mode,
            "switch_correction": self.config.correction,
            "memory_policy": self.config.memory,
        }
        if not self.scores:
            return entry
        control = self.control()
        return entry | {
            "all": _numbers(self.mean_similarity()),
            "kinds": {group[0]: _numbers(self.mean_similarity(group)) for group in kinds},
            "details": {
                ": ".join(group): _numbers(self.mean_similarity(group)) for group in details
            },
            "videos": {video: _numbers(average) for video, average in self.videos().items()},
            "images": _image_numbers(ImageMetrics.of(self.scores)) if images else None,
            "control": control and _control_numbers(control),
            "sentences": [_score_entry(score) for score in self.scores],
        }


def _mean(scores: list[ExpressionScore]) -> Similarity:
    annotators = defaultdict(list)
    for score in scores:
        annotators[score.annotator].append(score.own)
    return mean([mean(similarities) for similarities in annotators.values()])


def _numbers(similarity: Similarity) -> dict[str, float]:
    return {name: _percent(getattr(similarity, name)) for name in ("j", "f", "jf")}


def _image_numbers(metrics: ImageMetrics) -> dict[str, Any]:
    precision = zip(IOU_THRESHOLDS, metrics.precision, strict=True)
    return {
        "oiou": _percent(metrics.oiou),
        "miou": _percent(metrics.miou),
        "precision": {str(threshold): _percent(value) for threshold, value in precision},
    }


def _control_numbers(control: Control) -> dict[str, Any]:
    return {
        "sentences": control.count,
        "said": _numbers(control.unswapped),
        "other": _numbers(control.other),
        "original": _numbers(control.original),
    }


def _score_entry(score: ExpressionScore) -> dict[str, Any]:
    return {
        "video": score.video,
        "expression": score.expression,
        "sentence": score.sentence,
        "kind": score.kind,
        "detail": score.detail,
        "annotator": score.annotator,
        **_numbers(score.own),
        "swapped": score.swap and _swap_entry(score.swap),
    }


def _swap_entry(swap: Swap) -> dict[str, Any]:
    return {
        "sentence": swap.sentence,
        "other": _numbers(swap.other),
        "original": _numbers(swap.original),
    }


def _percent(fraction: float) -> float:
    return round(100 * fraction, 2)
