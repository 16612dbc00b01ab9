"""Records work on a GPU as a CUDA graph."""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from samwise_ros.engine.backend.cuda_graphs import Step


class CudaGraphs:
    """Records steps as CUDA graphs, which share the memory that they work in."""

    def __init__(self, device: torch.device) -> None:
        """Record on a GPU."""
        self._device = device
        # One frame at a time is worked on, and read before the next: one place is enough.
        self._pool = torch.cuda.graph_pool_handle()

    def record(self, step: Step, inputs: Sequence[Tensor]) -> Callable[[], tuple[Tensor, ...]]:
        """Record a step, which has run before.

        Args:
            step: it may neither wait for the GPU nor read from the host.
            inputs: on the GPU.

        Returns:
            What does the step again. It gives the same tensors each time, which hold what was
            found until any step of these runs the next time.

        Raises:
            RuntimeError: it does what cannot be recorded.
        """
        graph = torch.cuda.CUDAGraph()
        with (
            torch.cuda.device(self._device),
            # Other threads may use the GPU meanwhile: another node's, in the same process.
            torch.cuda.graph(graph, pool=self._pool, capture_error_mode="thread_local"),
        ):
            outputs = step(*inputs)

        def replay() -> tuple[Tensor, ...]:
            graph.replay()
            return outputs

        return replay
