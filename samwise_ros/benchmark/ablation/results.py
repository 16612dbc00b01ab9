"""Results of an ablation as a table and as JSON."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from samwise_ros.benchmark.ablation.variants import Variant
from samwise_ros.engine.config import Mode
from samwise_ros.evaluation.comparison import compare
from samwise_ros.evaluation.results import Results
from samwise_ros.evaluation.run_config import RunConfig
from samwise_ros.evaluation.runs import ALL, Group, Run

MODES: tuple[Mode, ...] = ("clip", "online")
_REFERENCE = "selective"


@dataclass(frozen=True)
class Outcome:
    """Results of one variant.

    Attributes:
        variant: the variant.
        adapter_weights: number of weights of its adapters.
        training_seconds: training time of all stages.
        results: evaluation in both modes with each switch correction of the variant.
    """

    variant: Variant
    adapter_weights: int
    training_seconds: int
    results: Results

    def run(self, run_config: RunConfig) -> Run:
        """Return the run of a run configuration."""
        return next(run for run in self.results.runs if run.config == run_config)

    def to_json(self) -> dict[str, Any]:
        """Return the results as plain data, with the scores of each sentence."""
        return {
            **asdict(self.variant),
            "adapter_weights": self.adapter_weights,
            "training_seconds": self.training_seconds,
            "results": self.results.to_json(),
        }


@dataclass(frozen=True)
class AblationResults:
    """All variants, evaluated on the same sentences; at least one."""

    outcomes: tuple[Outcome, ...]

    @property
    def reference(self) -> Outcome:
        """The reference of all comparisons: the paper's network, or else the first variant."""
        return next((o for o in self.outcomes if o.variant.name == _REFERENCE), self.outcomes[0])

    def to_markdown(self) -> str:
        """Return the table of J&F in percent."""
        results = self.outcomes[0].results
        heading = (
            f"{results.data}: {results.videos} videos, {results.frames} frames, "
            f"{results.sentences} sentences. J&F in percent, with the difference to "
            f'"{self.reference.variant.title}, CME never" and its 95 % bootstrap interval over '
            "videos; kinds of sentences as clip / online. Paper: MeViS valid_u with CLIP-B."
        )
        kinds = [kind for kind, _ in results.kinds]
        head = ["variant", "CME", "adapter weights", "clip", "", "online", "", *kinds, "paper"]
        lines = [_line(head), "| --- | --- |" + " ---: |" * (len(head) - 2), *self._lines()]
        return heading + "\n\n" + "\n".join(lines)

    def _lines(self) -> Iterator[str]:
        for outcome in self.outcomes:
            variant = outcome.variant
            for correction, published in variant.published.items():
                runs = [outcome.run(RunConfig(mode, correction)) for mode in MODES]
                cells = [variant.title, correction.replace("_", " ")]
                cells.append(f"{outcome.adapter_weights:,}")
                for run in runs:
                    cells += [_percent(run), self._difference(run)]
                for kind in outcome.results.kinds:
                    cells.append(" / ".join(_percent(run, kind) for run in runs))
                yield _line([*cells, f"{published:.1f}"])

    def _difference(self, run: Run) -> str:
        reference = self.reference.run(RunConfig(run.config.mode, "never"))
        if run is reference:
            return ""
        item = compare(run, reference, [ALL]).groups[ALL]
        return f"{100 * item.mean:+.1f} [{100 * item.low:+.1f}, {100 * item.high:+.1f}]"


def _line(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _percent(run: Run, group: Group = ALL) -> str:
    return f"{100 * run.mean_similarity(group).jf:.1f}"
