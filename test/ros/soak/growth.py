"""Growth of a process's memory over its work."""

from pathlib import Path

import numpy as np

WARM_UP = 0.2  # share of the samples in which caches and pools fill


class Growth:
    """Resident memory of a process over its number of frames or messages."""

    def __init__(self, process: int) -> None:
        self._folder = Path(f"/proc/{process}")
        self._samples: list[tuple[int, float]] = []
        self.sample(0)

    def sample(self, count: int) -> None:
        """Record the memory after a number of frames or messages."""
        for line in (self._folder / "status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                self._samples.append((count, float(line.split()[1])))

    def handles(self) -> tuple[int, int]:
        """Return the number of threads and of open files."""
        threads, files = (len(list((self._folder / name).iterdir())) for name in ("task", "fd"))
        return threads, files

    def slope_kb(self) -> float:
        """Return kB per 1,000, by least squares over the samples after the warm-up."""
        counts, memory_kb = self._warm()
        return 1000.0 * float(np.polyfit(counts, memory_kb, 1)[0])

    def grown_mb(self) -> float:
        """Return the growth in MB of the whole run after the warm-up, from that slope."""
        counts, _ = self._warm()
        return self.slope_kb() * (counts[-1] - counts[0]) / 1e6

    def line(self) -> str:
        """Return the memory at the beginning, after the warm-up and at the end, in words."""
        _, warm_kb = self._warm()
        first_kb = self._samples[0][1]
        return " → ".join(f"{kb / 1024:.0f}" for kb in (first_kb, warm_kb[0], warm_kb[-1]))

    def _warm(self) -> tuple[list[int], list[float]]:
        kept = self._samples[max(1, int(WARM_UP * len(self._samples))) :]
        assert len(kept) > 1, (
            f"expected at least two samples after the warm-up, got {self._samples}"
        )
        return [count for count, _ in kept], [kb for _, kb in kept]
