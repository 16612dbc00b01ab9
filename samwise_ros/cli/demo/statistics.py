"""The demo's numbers: J&F, frame rate and latency, live and at the end."""

from collections import defaultdict

import numpy as np

from samwise_ros.cli.demo.demo_client import SECOND_NS, Finding


class Tally:
    """Counts what the node found."""

    def __init__(self) -> None:
        """Begin at nothing."""
        self._stamps_ns: list[int] = []
        self._latencies_s: list[float] = []
        self._scores: dict[str, list[float]] = defaultdict(list)
        self._dropped = 0

    @property
    def frames(self) -> int:
        """How many masks came."""
        return len(self._stamps_ns)

    def add(self, finding: Finding, score: float | None) -> None:
        """Count a frame.

        Args:
            finding: what the node found.
            score: J&F in percent, where the truth is known and something was looked for.
        """
        self._stamps_ns.append(finding.stamp_ns)
        self._latencies_s.append(finding.latency_s)
        self._dropped = finding.dropped
        if score is not None:
            self._scores[finding.sentence].append(score)

    def line(self) -> str:
        """Give the numbers so far."""
        parts = []
        if self._scores:
            every = [score for scores in self._scores.values() for score in scores]
            parts.append(f"J&F {np.mean(every):.1f}")
        seconds = (self._stamps_ns[-1] - self._stamps_ns[0]) / SECOND_NS if self.frames else 0.0
        if seconds > 0.0:
            p50, p99 = 1000.0 * np.percentile(self._latencies_s, (50, 99))
            parts.append(f"{(self.frames - 1) / seconds:.1f} frames/s")
            parts.append(f"stamp to mask p50 {p50:.0f} ms p99 {p99:.0f} ms")
        parts.append(f"{self.frames} masks, {self._dropped} frames dropped")
        return "   ".join(parts)

    def table(self) -> list[str]:
        """Give a row for each sentence that was scored."""
        if not self._scores:
            return []
        width = max(len(sentence) for sentence in self._scores)
        rows = [
            f"{sentence:{width}}  {np.mean(scores):6.1f}  {len(scores):6}"
            for sentence, scores in self._scores.items()
        ]
        return [f"{'sentence':{width}}  {'J&F':>6}  {'frames':>6}", *rows]
