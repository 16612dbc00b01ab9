"""Statistics of the demo: J&F, frame rate and latency."""

from collections import defaultdict

import numpy as np

from samwise_ros.cli.demo.demo_client import ProcessedFrame
from samwise_ros.interface.stamps import SECOND_NS


class DemoStatistics:
    """Collects latencies and scores of processed frames."""

    def __init__(self) -> None:
        """Start without frames."""
        self._stamps_ns: list[int] = []
        self._latencies_s: list[float] = []
        self._scores: dict[str, list[float]] = defaultdict(list)
        self._dropped = 0

    @property
    def frames(self) -> int:
        """Number of processed frames."""
        return len(self._stamps_ns)

    def add(self, frame: ProcessedFrame, score: float | None) -> None:
        """Add a frame.

        Args:
            frame: result of the node.
            score: J&F in percent; ``None`` without ground truth or without a command.
        """
        self._stamps_ns.append(frame.stamp_ns)
        self._latencies_s.append(frame.latency_s)
        self._dropped = frame.dropped
        if score is not None:
            self._scores[frame.sentence].append(score)

    def line(self) -> str:
        """Return the statistics so far as one line."""
        parts = []
        if self._scores:
            scores = [score for of_sentence in self._scores.values() for score in of_sentence]
            parts.append(f"J&F {np.mean(scores):.1f}")
        seconds = (self._stamps_ns[-1] - self._stamps_ns[0]) / SECOND_NS if self.frames else 0.0
        if seconds > 0.0:
            p50, p99 = 1000.0 * np.percentile(self._latencies_s, (50, 99))
            parts.append(f"{(self.frames - 1) / seconds:.1f} frames/s")
            parts.append(f"stamp to mask p50 {p50:.0f} ms p99 {p99:.0f} ms")
        parts.append(f"{self.frames} masks, {self._dropped} frames dropped")
        return "   ".join(parts)

    def table(self) -> list[str]:
        """Return a header and a row for each scored sentence; empty without scores."""
        if not self._scores:
            return []
        width = max(len(sentence) for sentence in self._scores)
        rows = [
            f"{sentence:{width}}  {np.mean(scores):6.1f}  {len(scores):6}"
            for sentence, scores in self._scores.items()
        ]
        return [f"{'sentence':{width}}  {'J&F':>6}  {'frames':>6}", *rows]
