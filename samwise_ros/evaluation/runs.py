"""The scores of one way to run a model, and their means."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from samwise_ros.evaluation.image_measures import BOUNDS, ImageMeasures
from samwise_ros.evaluation.run_config import RunConfig
from samwise_ros.evaluation.scoring import ExpressionScore, Similarity, Swap, mean

Group = tuple[str, str]
"""Kind and detail of sentences; an empty one takes all."""
ALL: Group = ("", "")


@dataclass(frozen=True)
class Control:
    """The control over all attribute sentences that have a partner.

    Attributes:
        count: how many those are.
        said: the sentences as they are, against their objects.
        other: the swapped sentences against the objects that they mean.
        original: the swapped sentences against the objects of the sentences they replaced.
    """

    count: int
    said: Similarity
    other: Similarity
    original: Similarity


@dataclass(frozen=True)
class Run:
    """The scores of one way to run the model.

    Attributes:
        way: how it was run.
        scores: of all sentences.
    """

    way: RunConfig
    scores: tuple[ExpressionScore, ...]

    def of(self, group: Group) -> list[ExpressionScore]:
        """Scores of the sentences of a kind and detail."""
        kind, detail = group
        return [
            score
            for score in self.scores
            if kind in ("", score.kind) and detail in ("", score.detail)
        ]

    def mean_of(self, group: Group = ALL) -> Similarity:
        """Average over annotators of the average over each one's sentences.

        With one annotator each sentence has the same weight, as in MeViS and Ref-YouTube-VOS.
        Ref-DAVIS17 has four.
        """
        return _mean(self.of(group))

    def videos(self) -> dict[str, Similarity]:
        """The average of each video, in the order of the data set."""
        scores = defaultdict(list)
        for score in self.scores:
            scores[score.video].append(score)
        return {video: _mean(own) for video, own in scores.items()}

    def control(self) -> Control | None:
        """The control; ``None`` where no sentence has a partner."""
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
        """Everything as plain data; J, F and J&F in percent."""
        entry: dict[str, Any] = {
            "mode": self.way.mode,
            "switch_correction": self.way.correction,
        }
        if not self.scores:
            return entry
        control = self.control()
        return entry | {
            "all": _numbers(self.mean_of()),
            "kinds": {group[0]: _numbers(self.mean_of(group)) for group in kinds},
            "details": {": ".join(group): _numbers(self.mean_of(group)) for group in details},
            "videos": {video: _numbers(own) for video, own in self.videos().items()},
            "images": _image_numbers(ImageMeasures.of(self.scores)) if images else None,
            "control": control and _control_numbers(control),
            "sentences": [_score_entry(score) for score in self.scores],
        }


def _mean(scores: list[ExpressionScore]) -> Similarity:
    annotators = defaultdict(list)
    for score in scores:
        annotators[score.annotator].append(score.own)
    return mean([mean(own) for own in annotators.values()])


def _numbers(similarity: Similarity) -> dict[str, float]:
    return {name: _percent(getattr(similarity, name)) for name in ("j", "f", "jf")}


def _image_numbers(measures: ImageMeasures) -> dict[str, Any]:
    reached = zip(BOUNDS, measures.precision, strict=True)
    return {
        "oiou": _percent(measures.oiou),
        "miou": _percent(measures.miou),
        "precision": {str(bound): _percent(part) for bound, part in reached},
    }


def _control_numbers(control: Control) -> dict[str, Any]:
    return {
        "sentences": control.count,
        "said": _numbers(control.said),
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
