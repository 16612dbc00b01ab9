"""Results that know their table and their JSON; every number in them is in percent."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from samwise_ros.evaluation.scoring import ExpressionScore, Similarity, mean

KINDS = ("attribute", "motion", "late")
Row = tuple[str, int, list[Similarity]]


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
        mode: online or clip.
        switch_correction: whether the conditional memory encoder had a say.
        scores: of all sentences.
    """

    mode: str
    switch_correction: bool
    scores: tuple[ExpressionScore, ...]

    @property
    def name(self) -> str:
        """For the head of a table's column."""
        return f"{self.mode}, CME {'on' if self.switch_correction else 'off'}"

    def mean_of(self, kind: str = "", detail: str = "") -> Similarity:
        """Average over sentences, each of the same weight.

        Args:
            kind: of the sentences; empty takes all kinds.
            detail: what they name; empty takes all.
        """
        return mean(
            [
                score.own
                for score in self.scores
                if kind in ("", score.kind) and detail in ("", score.detail)
            ]
        )

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


@dataclass(frozen=True)
class Results:
    """What an evaluation gave.

    Attributes:
        model: its name or folder.
        data: such as ``tabletop:test``.
        videos: how many.
        frames: of each video.
        size: width and height of the images, pixels.
        runs: one for each way to run the model, over the same sentences; at least one.
    """

    model: str
    data: str
    videos: int
    frames: int
    size: tuple[int, int]
    runs: tuple[Run, ...]

    @property
    def sentences(self) -> int:
        """How many sentences were scored."""
        return len(self.runs[0].scores)

    def to_json(self) -> dict[str, Any]:
        """Everything as plain data, each sentence's scores included."""
        return {
            "model": self.model,
            "data": self.data,
            "videos": self.videos,
            "frames": self.frames,
            "size": list(self.size),
            "sentences": self.sentences,
            "runs": [_run_json(run) for run in self.runs],
        }

    def to_markdown(self) -> str:
        """The tables: by kind, the control, and by detail."""
        width, height = self.size
        heading = (
            f"{self.model} on {self.data}: {self.videos} videos of {self.frames} frames, "
            f"{width}x{height}, {self.sentences} sentences. In percent: J&F (J / F)."
        )
        kinds = _table("sentences", self.runs, self._kind_rows(), _long)
        details = _table("what they name", self.runs, self._detail_rows(), _short)
        parts = [heading, kinds, self._control_table(), f"J&F by what they name:\n\n{details}"]
        return "\n\n".join(part for part in parts if part)

    def _kind_rows(self) -> Iterable[Row]:
        yield "all", self.sentences, [run.mean_of() for run in self.runs]
        for kind in KINDS:
            if count := sum(score.kind == kind for score in self.runs[0].scores):
                means = [run.mean_of(kind) for run in self.runs]
                yield kind, count, means

    def _detail_rows(self) -> Iterable[Row]:
        keys = [(score.kind, score.detail) for score in self.runs[0].scores]
        for key in sorted(set(keys), key=lambda key: (KINDS.index(key[0]), key[1])):
            means = [run.mean_of(*key) for run in self.runs]
            yield ": ".join(key), keys.count(key), means

    def _control_table(self) -> str:
        controls = [control for run in self.runs if (control := run.control()) is not None]
        if not controls:
            return ""
        count = controls[0].count
        rows: list[Row] = [
            ("as said, its object", count, [control.said for control in controls]),
            ("swapped, the other object", count, [control.other for control in controls]),
            ("swapped, the original object", count, [control.original for control in controls]),
        ]
        return (
            "The control: each attribute sentence is swapped for one of another object in the "
            "same video.\n\n" + _table("sentence, scored against", self.runs, rows, _long)
        )


def _table(
    corner: str, runs: Sequence[Run], rows: Iterable[Row], cell: Callable[[Similarity], str]
) -> str:
    lines = [f"| {corner} | number | " + " | ".join(run.name for run in runs) + " |"]
    lines.append("| --- | ---: |" + " ---: |" * len(runs))
    for name, count, means in rows:
        lines.append(f"| {name} | {count} | " + " | ".join(map(cell, means)) + " |")
    return "\n".join(lines)


def _long(similarity: Similarity) -> str:
    j, f = 100 * similarity.j, 100 * similarity.f
    return f"{100 * similarity.jf:.1f} ({j:.1f} / {f:.1f})"


def _short(similarity: Similarity) -> str:
    return f"{100 * similarity.jf:.1f}"


def _run_json(run: Run) -> dict[str, Any]:
    control = run.control()
    kinds = [kind for kind in KINDS if any(score.kind == kind for score in run.scores)]
    return {
        "mode": run.mode,
        "switch_correction": run.switch_correction,
        "all": _numbers(run.mean_of()),
        "kinds": {kind: _numbers(run.mean_of(kind)) for kind in kinds},
        "control": control
        and {
            "sentences": control.count,
            "said": _numbers(control.said),
            "other": _numbers(control.other),
            "original": _numbers(control.original),
        },
        "sentences": [_score_json(score) for score in run.scores],
    }


def _score_json(score: ExpressionScore) -> dict[str, Any]:
    swap = score.swap and {
        "sentence": score.swap.sentence,
        "other": _numbers(score.swap.other),
        "original": _numbers(score.swap.original),
    }
    return {
        "video": score.video,
        "sentence": score.sentence,
        "kind": score.kind,
        "detail": score.detail,
        **_numbers(score.own),
        "swapped": swap,
    }


def _numbers(similarity: Similarity) -> dict[str, float]:
    return {
        "j": round(100 * similarity.j, 2),
        "f": round(100 * similarity.f, 2),
        "jf": round(100 * similarity.jf, 2),
    }
