"""Logs metrics of a training as JSON lines and for TensorBoard."""

import json
import os
from pathlib import Path

from torch.utils.tensorboard import SummaryWriter

from samwise_ros.training.state import TrainingState


class MetricLog:
    """Writes the metrics of one stage to ``log.jsonl`` and to ``tensorboard/STAGE``."""

    def __init__(self, folder: Path, stage: str, state: TrainingState, rank: int) -> None:
        """Open the log at a state and remove later entries of an interrupted run.

        Args:
            folder: folder of the training.
            stage: name of the stage.
            state: state to continue from.
            rank: rank of this process; only rank 0 writes.
        """
        self.stage = stage
        self.log_bytes = state.log_bytes
        self._log = folder / "log.jsonl"
        self._curves: SummaryWriter | None = None
        if rank == 0:
            self._log.touch()
            # A log that was deleted or cut is shorter; truncation would extend it with zeros.
            self.log_bytes = min(state.log_bytes, self._log.stat().st_size)
            os.truncate(self._log, self.log_bytes)
            curves = folder / "tensorboard" / stage
            self._curves = SummaryWriter(str(curves), purge_step=state.step + 1)

    def write(self, step: int, seconds: float, values: dict[str, float]) -> None:
        """Write the metrics of a step.

        Raises:
            OSError: the log cannot be written; names the log.
        """
        if self._curves is None:
            return
        line = {"stage": self.stage, "step": step, "seconds": round(seconds), **values}
        try:
            with self._log.open("a") as log:
                log.write(json.dumps(line) + "\n")
                self.log_bytes = log.tell()
        except OSError as error:
            error.filename = str(self._log)
            raise
        for name, value in values.items():
            self._curves.add_scalar(name, value, step)
        self._curves.flush()

    def close(self) -> None:
        """Close the TensorBoard writer."""
        if self._curves is not None:
            self._curves.close()
