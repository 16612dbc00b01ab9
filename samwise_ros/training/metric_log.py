"""What a training tells: lines in a file, and curves for TensorBoard."""

import json
import os
from pathlib import Path

from torch.utils.tensorboard import SummaryWriter

from samwise_ros.training.state import State


class Journal:
    """Writes one stage's numbers to ``log.jsonl`` and to a run of its own in ``tensorboard``."""

    def __init__(self, folder: Path, stage: str, state: State, rank: int) -> None:
        """Go on at a state; what was written after it, before a stop, is dropped.

        Args:
            folder: of the training.
            stage: its name.
            state: which says how far it came.
            rank: of this process; only the first one writes.
        """
        self.stage = stage
        self.log_bytes = state.log_bytes
        self._log = folder / "log.jsonl"
        self._curves: SummaryWriter | None = None
        if rank == 0:
            self._log.touch()
            os.truncate(self._log, state.log_bytes)
            curves = folder / "tensorboard" / stage
            self._curves = SummaryWriter(str(curves), purge_step=state.step + 1)

    def write(self, step: int, seconds: float, values: dict[str, float]) -> None:
        """Note numbers of a step by name."""
        if self._curves is None:
            return
        line = {"stage": self.stage, "step": step, "seconds": round(seconds), **values}
        with self._log.open("a") as log:
            log.write(json.dumps(line) + "\n")
            self.log_bytes = log.tell()
        for name, value in values.items():
            self._curves.add_scalar(name, value, step)
        self._curves.flush()

    def close(self) -> None:
        """End the curves."""
        if self._curves is not None:
            self._curves.close()
