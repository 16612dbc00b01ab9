"""The interface of a training task."""

from collections.abc import Iterator
from typing import Any, Protocol

from torch import nn

from samwise_ros.evaluation.distributed import ProcessGroup
from samwise_ros.training.losses import PartialMean


class Task(Protocol):
    """One kind of stage: its batches and losses."""

    def heads(self) -> dict[str, nn.Module]:
        """Return modules by name that are trained with the network but are not part of it.

        A later stage continues with the weights of heads of the same name.
        """
        ...

    def batches(self, first: int, processes: ProcessGroup) -> Iterator[Any]:
        """Yield the parts of the stage's batches, starting at a part."""
        ...

    def losses(self, batch: Any, seed: str) -> dict[str, PartialMean]:
        """Return the losses of one part by name."""
        ...
