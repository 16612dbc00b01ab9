"""Results that know their table and their JSON; every number in these is in percent."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from samwise_ros.evaluation.comparison import Comparison, compare
from samwise_ros.evaluation.image_measures import BOUNDS, ImageMeasures
from samwise_ros.evaluation.records import VideoRecord
from samwise_ros.evaluation.run_config import RunConfig
from samwise_ros.evaluation.runs import ALL, Group, Run
from samwise_ros.evaluation.scoring import Similarity


@dataclass(frozen=True)
class Results:
    """What an evaluation gave.

    Attributes:
        data: such as ``tabletop:test``.
        videos: how many.
        frames: of all videos together.
        runs: one for each way to run the model, over the same sentences; at least one.
        model: its name or folder.
    """

    data: str
    videos: int
    frames: int
    runs: tuple[Run, ...]
    model: str = "network"

    @classmethod
    def of(cls, data: str, ways: Sequence[RunConfig], records: Sequence[VideoRecord]) -> "Results":
        """Put the scores of videos together, in the order of the data set."""
        ordered = sorted(records, key=lambda record: record.index)
        runs = tuple(
            Run(way, tuple(score for record in ordered for score in record.scores[place]))
            for place, way in enumerate(ways)
        )
        return cls(data, len(ordered), sum(record.frames for record in ordered), runs)

    @property
    def sentences(self) -> int:
        """How many sentences were scored; none where the data does not tell what they mean."""
        return len(self.runs[0].scores)

    @property
    def images(self) -> bool:
        """Whether all videos are single images, which have measures of their own."""
        return self.sentences > 0 and self.frames == self.videos

    @cached_property
    def kinds(self) -> list[Group]:
        """The kinds of sentences, in the order in which the data set has them."""
        kinds = dict.fromkeys(score.kind for score in self.runs[0].scores if score.kind)
        return [(kind, "") for kind in kinds]

    @cached_property
    def details(self) -> list[Group]:
        """The details of each kind, in alphabetical order."""
        order = [kind for kind, _ in self.kinds]
        found = {(one.kind, one.detail) for one in self.runs[0].scores if one.kind and one.detail}
        return sorted(found, key=lambda group: (order.index(group[0]), group[1]))

    @cached_property
    def comparisons(self) -> tuple[Comparison, ...]:
        """Pairs of ways that differ in one respect only: in the mode, or in who corrects.

        The correction that was named first is compared with the others, and one mode with the
        other under it.
        """
        if not self.sentences:
            return ()
        groups = [ALL, *self.kinds, *self.details]
        return tuple(
            compare(first, other, groups)
            for place, other in enumerate(self.runs)
            for first in self.runs[:place]
            if first.way.correction == self.runs[0].way.correction
            and first.way.differences(other.way) == 1
        )

    def to_json(self) -> dict[str, Any]:
        """Everything as plain data, each sentence's scores included."""
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
        """The tables: by kind, between ways, the control, and by detail."""
        heading = f"{self.model} on {self.data}: {self.videos} videos, {self.frames} frames, "
        if not self.sentences:
            return heading + "no sentence of which the data says what it means: nothing to score."
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
            details = _table("what they name", self.runs, self._rows(self.details), _short)
            parts.append(f"J&F by what they name:\n\n{details}")
        return "\n\n".join(part for part in parts if part)

    def _rows(self, groups: Iterable[Group]) -> Iterable["_Row"]:
        for group in groups:
            means = [run.mean_of(group) for run in self.runs]
            yield _name(group), len(self.runs[0].of(group)), means

    def _comparison_table(self) -> str:
        if not self.comparisons:
            return ""
        head = " | ".join(comparison.name for comparison in self.comparisons)
        lines = [f"| sentences | videos | {head} |"]
        lines.append("| --- | ---: |" + " ---: |" * len(self.comparisons))
        for group in [ALL, *self.kinds]:
            differences = [comparison.groups[group] for comparison in self.comparisons]
            cells = " | ".join(
                f"{_signed(one.mean)} [{_signed(one.low)}, {_signed(one.high)}]"
                for one in differences
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
            ("as said, its object", count, [control.said for control in controls]),
            ("swapped, the other object", count, [control.other for control in controls]),
            ("swapped, the original object", count, [control.original for control in controls]),
        ]
        return (
            "The control: each attribute sentence is swapped for one of another object in the "
            "same video.\n\n" + _table("sentence, scored against", self.runs, rows, _long)
        )

    def _image_table(self) -> str:
        measures = [ImageMeasures.of(run.scores) for run in self.runs]
        rows = [
            ("overall IoU", [one.oiou for one in measures]),
            ("mean IoU", [one.miou for one in measures]),
            *(
                (f"precision at {bound}", [one.precision[place] for one in measures])
                for place, bound in enumerate(BOUNDS)
            ),
        ]
        lines = ["| measure | " + " | ".join(run.way.name for run in self.runs) + " |"]
        lines.append("| --- |" + " ---: |" * len(self.runs))
        for name, values in rows:
            lines.append(f"| {name} | " + " | ".join(f"{100 * one:.1f}" for one in values) + " |")
        return "\n".join(lines)


_Row = tuple[str, int, list[Similarity]]


def _table(
    corner: str, runs: Sequence[Run], rows: Iterable[_Row], cell: Callable[[Similarity], str]
) -> str:
    lines = [f"| {corner} | number | " + " | ".join(run.way.name for run in runs) + " |"]
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
    # Adding zero takes the sign from minus zero.
    return f"{round(100 * fraction, 1) + 0.0:+.1f}"
