"""Results of an evaluation as Markdown tables and JSON, with numbers in percent."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from samwise_ros.evaluation.comparison import Comparison, compare
from samwise_ros.evaluation.image_metrics import IOU_THRESHOLDS, ImageMetrics
from samwise_ros.evaluation.records import VideoRecord
from samwise_ros.evaluation.run_config import RunConfig
from samwise_ros.evaluation.runs import ALL, Group, Run
from samwise_ros.evaluation.scoring import Similarity


@dataclass(frozen=True)
class Results:
    """Results of an evaluation.

    Attributes:
        data: name of the data set, such as ``painted:test``.
        videos: number of videos.
        frames: number of frames of all videos.
        runs: one run for each run configuration, over the same sentences; at least one.
        model: name or folder of the model.
    """

    data: str
    videos: int
    frames: int
    runs: tuple[Run, ...]
    model: str = "network"

    @classmethod
    def of(
        cls, data: str, run_configs: Sequence[RunConfig], records: Sequence[VideoRecord]
    ) -> "Results":
        """Combine the scores of videos, in the order of the data set."""
        ordered = sorted(records, key=lambda record: record.index)
        runs = tuple(
            Run(config, tuple(score for record in ordered for score in record.scores[number]))
            for number, config in enumerate(run_configs)
        )
        return cls(data, len(ordered), sum(record.frames for record in ordered), runs)

    @property
    def sentences(self) -> int:
        """Number of scored sentences; 0 if the data set has no ground truth."""
        return len(self.runs[0].scores)

    @property
    def images(self) -> bool:
        """Whether all videos are single images, for which the metrics of RefCOCO are reported."""
        return self.sentences > 0 and self.frames == self.videos

    @cached_property
    def kinds(self) -> list[Group]:
        """The kinds of sentences, in the order of the data set."""
        kinds = dict.fromkeys(score.kind for score in self.runs[0].scores if score.kind)
        return [(kind, "") for kind in kinds]

    @cached_property
    def details(self) -> list[Group]:
        """The details of each kind, in alphabetical order."""
        order = [kind for kind, _ in self.kinds]
        scores = self.runs[0].scores
        groups = {(score.kind, score.detail) for score in scores if score.kind and score.detail}
        return sorted(groups, key=lambda group: (order.index(group[0]), group[1]))

    @cached_property
    def comparisons(self) -> tuple[Comparison, ...]:
        """Comparisons of runs that differ in the mode, the correction or the memory alone.

        The first correction and memory are compared with the others, and with them the two modes.
        """
        if not self.sentences:
            return ()
        groups = [ALL, *self.kinds, *self.details]
        return tuple(
            compare(first, other, groups)
            for number, other in enumerate(self.runs)
            for first in self.runs[:number]
            if first.config.correction == self.runs[0].config.correction
            and first.config.memory == self.runs[0].config.memory
            and first.config.differences(other.config) == 1
        )

    def to_json(self) -> dict[str, Any]:
        """Return the results as plain data, with the scores of each sentence."""
        return {
            "model": self.model,
            "data": self.data,
            "videos": self.videos,
            "frames": self.frames,
            "sentences": self.sentences,
            "runs": [run.to_json(self.kinds, self.details, self.images) for run in self.runs],
            "comparisons": [comparison.to_json() for comparison in self.comparisons],
        }

    def to_markdown(self) -> str:
        """Return the tables: by kind, comparisons, the control, and by detail."""
        heading = f"{self.model} on {self.data}: {self.videos} videos, {self.frames} frames, "
        if not self.sentences:
            return heading + "no sentence with known objects: nothing to score."
        heading += f"{self.sentences} sentences. In percent"
        if self.images:
            return f"{heading}.\n\n{self._image_table()}"
        parts = [
            f"{heading}: J&F (J / F).",
            _table("sentences", self.runs, self._rows([ALL, *self.kinds]), _long),
            self._comparison_table(),
            self._control_table(),
        ]
        if self.details:
            details = _table("detail", self.runs, self._rows(self.details), _short)
            parts.append(f"J&F by detail:\n\n{details}")
        return "\n\n".join(part for part in parts if part)

    def _rows(self, groups: Iterable[Group]) -> Iterable["_Row"]:
        for group in groups:
            means = [run.mean_similarity(group) for run in self.runs]
            yield _name(group), len(self.runs[0].select(group)), means

    def _comparison_table(self) -> str:
        if not self.comparisons:
            return ""
        head = " | ".join(comparison.name for comparison in self.comparisons)
        lines = [f"| sentences | videos | {head} |"]
        lines.append("| --- | ---: |" + " ---: |" * len(self.comparisons))
        for group in [ALL, *self.kinds]:
            differences = [comparison.groups[group] for comparison in self.comparisons]
            cells = " | ".join(
                f"{_signed(item.mean)} [{_signed(item.low)}, {_signed(item.high)}]"
                for item in differences
            )
            lines.append(f"| {_name(group)} | {differences[0].videos} | {cells} |")
        return (
            "Differences in J&F on the same sentences, with 95 % bootstrap intervals over "
            "videos:\n\n" + "\n".join(lines)
        )

    def _control_table(self) -> str:
        controls = [control for run in self.runs if (control := run.control()) is not None]
        if not controls:
            return ""
        count = controls[0].count
        rows: list[_Row] = [
            ("original, its object", count, [control.unswapped for control in controls]),
            ("swapped, the other object", count, [control.other for control in controls]),
            ("swapped, the original object", count, [control.original for control in controls]),
        ]
        return (
            "The control: each attribute sentence is replaced by a sentence about another object "
            "in the same video.\n\n" + _table("sentence, scored against", self.runs, rows, _long)
        )

    def _image_table(self) -> str:
        metrics = [ImageMetrics.of(run.scores) for run in self.runs]
        rows = [
            ("overall IoU", [item.oiou for item in metrics]),
            ("mean IoU", [item.miou for item in metrics]),
            *(
                (f"precision at {threshold}", [item.precision[number] for item in metrics])
                for number, threshold in enumerate(IOU_THRESHOLDS)
            ),
        ]
        lines = ["| metric | " + " | ".join(run.config.name for run in self.runs) + " |"]
        lines.append("| --- |" + " ---: |" * len(self.runs))
        for name, values in rows:
            cells = " | ".join(f"{100 * value:.1f}" for value in values)
            lines.append(f"| {name} | {cells} |")
        return "\n".join(lines)


_Row = tuple[str, int, list[Similarity]]


def _table(
    corner: str, runs: Sequence[Run], rows: Iterable[_Row], cell: Callable[[Similarity], str]
) -> str:
    lines = [f"| {corner} | number | " + " | ".join(run.config.name for run in runs) + " |"]
    lines.append("| --- | ---: |" + " ---: |" * len(runs))
    for name, count, means in rows:
        lines.append(f"| {name} | {count} | " + " | ".join(map(cell, means)) + " |")
    return "\n".join(lines)


def _name(group: Group) -> str:
    return ": ".join(part for part in group if part) or "all"


def _long(similarity: Similarity) -> str:
    j, f = 100 * similarity.j, 100 * similarity.f
    return f"{100 * similarity.jf:.1f} ({j:.1f} / {f:.1f})"


def _short(similarity: Similarity) -> str:
    return f"{100 * similarity.jf:.1f}"


def _signed(fraction: float) -> str:
    # Adding zero turns -0.0 into 0.0.
    return f"{round(100 * fraction, 1) + 0.0:+.1f}"
