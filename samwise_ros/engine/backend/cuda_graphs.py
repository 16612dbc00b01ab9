"""CUDA graphs of frames whose memories are full.

A frame runs about a thousand operators. The host launches each of them, and on a GPU the launches
take longer than the computation. Once all memories are full, shapes no longer change from frame to
frame. The first such frame is captured, and later frames replay the capture with one launch.
"""

import threading
import warnings
import weakref
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from samwise_ros.engine.backend.frame_step import FrameOutput, OutputSpec, encode, track_frame
from samwise_ros.engine.backend.memory_rings import MemoryRings
from samwise_ros.engine.backend.text_batch import TextBatch
from samwise_ros.network.features import TextStem
from samwise_ros.network.image.preprocess import cached_tensors
from samwise_ros.network.samwise import Samwise

_MAX_GRAPHS = 8
"""Graphs kept at once; each belongs to one set of commands on one camera."""
_TURN = 100
"""Frames after which a graph that was not used may be replaced."""
_CAPTURES = threading.Lock()
"""PyTorch captures on one stream for the whole process."""
_TOLERANCE = 0.05
"""Allowed difference between a replayed and a computed frame: relative error of numbers, and
share of differing pixels in masks."""

Step = Callable[..., tuple[Tensor, ...]]
"""A function of tensors that returns tensors; it may modify its arguments."""
Replay = Callable[[], tuple[Tensor, ...]]
"""Repeats a captured step on the present content of its input tensors."""
Capture = Callable[[Step, Sequence[Tensor]], Replay]
"""Captures a step on its input tensors."""


class GraphCaptureWarning(UserWarning):
    """Frames cannot be captured as CUDA graphs and run operator by operator instead."""


class CudaGraphCapture:
    """Captures steps as CUDA graphs that share one memory pool."""

    def __init__(self, device: torch.device) -> None:
        """Capture on a GPU."""
        self._device = device
        # Graphs run one at a time and their outputs are read before the next one runs.
        self._pool = torch.cuda.graph_pool_handle()

    def capture(self, step: Step, inputs: Sequence[Tensor]) -> Replay:
        """Capture a step.

        Args:
            step: has run before; neither waits for the GPU nor reads from the host.
            inputs: on the GPU.

        Returns:
            A function that repeats the step. It returns the same tensors on every call; their
            content is valid until any captured step runs again.

        Raises:
            RuntimeError: the step contains an operation that cannot be captured.
        """
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.device(self._device), _CAPTURES:
            before = torch.cuda.current_stream()
            try:
                # Other threads may use the GPU meanwhile, such as a node in this process.
                with torch.cuda.graph(graph, pool=self._pool, capture_error_mode="thread_local"):
                    outputs = step(*inputs)
            finally:
                # A capture that fails leaves the thread on its stream.
                torch.cuda.set_stream(before)

        def replay() -> tuple[Tensor, ...]:
            graph.replay()
            return outputs

        return replay


@dataclass(frozen=True, eq=False)
class CapturedFrame:
    """A captured frame.

    Attributes:
        inputs: the tensors that the graph reads: pixels, CME flags, text, and the memories'.
        cached: tensors of caches that the graph reads too; this reference keeps them alive.
        replay: returns the fields of `FrameOutput`.
        memories: the memories that the graph updates.
    """

    inputs: Sequence[Tensor]
    cached: Sequence[Tensor]
    replay: Replay
    memories: tuple[weakref.ref[MemoryRings], ...]

    @property
    def is_alive(self) -> bool:
        """Whether all of its memories still exist."""
        return all(memory() is not None for memory in self.memories)


class FrameGraphs:
    """Captured frames of a network.

    Attributes:
        graphs: the captured frames by output and memories, the last used last.
        failure: why frames cannot be captured; ``None`` as long as they can.
    """

    def __init__(self, network: Samwise, capture: Capture) -> None:
        """Start without graphs."""
        self._network = network
        self._capture = capture
        self.graphs: OrderedDict[object, CapturedFrame] = OrderedDict()
        self.failure: str | None = None
        self._frames = 0
        self._used: dict[object, int] = {}

    def track_frame(
        self,
        pixels: Tensor,
        make_text: Callable[[], TextBatch],
        memories: Sequence[MemoryRings],
        check_switch: Sequence[bool],
        spec: OutputSpec,
    ) -> FrameOutput | None:
        """Process a frame in online mode; capture it if it is the first of its kind.

        Args:
            pixels: (1, H, W, 3) uint8 on the host.
            make_text: returns the sentences of the commands; called for a capture only.
            memories: of the commands, all full; the frame is added to them.
            check_switch: the per-command CME flags.
            spec: what to return.

        Returns:
            The frame's output, valid until the next frame. ``None`` if frames cannot be captured,
            or if too many sets of memories take turns; the memories are then unchanged.
        """
        if self.failure:
            return None
        self._frames += 1
        # A graph keeps the rings of its memories; a new memory can have the id of an earlier one.
        for dead in [key for key, graph in self.graphs.items() if not graph.is_alive]:
            del self.graphs[dead], self._used[dead]
        key = (spec, *map(id, memories))
        graph = self.graphs.get(key)
        if graph is None:
            if len(self.graphs) == _MAX_GRAPHS:
                oldest = next(iter(self.graphs))
                if self._frames - self._used[oldest] <= _TURN:
                    return None  # more sets in turn than graphs: each would replace one in use
                del self.graphs[oldest], self._used[oldest]
            try:
                graph = self._capture_frame(pixels, make_text(), memories, check_switch, spec)
            except RuntimeError as error:
                self.failure = f"{type(error).__name__}: {error}"
                self.graphs.clear()
                message = f"frames run without CUDA graphs, which is slower: {self.failure}"
                warnings.warn(message, GraphCaptureWarning, 2)
                return None
            self.graphs[key] = graph
        self.graphs.move_to_end(key)
        self._used[key] = self._frames
        frame, flags, *_ = graph.inputs
        frame.copy_(pixels, non_blocking=True)
        flags.copy_(torch.tensor(check_switch), non_blocking=True)
        output = FrameOutput(*graph.replay())
        for memory in memories:
            memory.frames += 1
        return output

    def _capture_frame(
        self,
        pixels: Tensor,
        text: TextBatch,
        memories: Sequence[MemoryRings],
        check_switch: Sequence[bool],
        spec: OutputSpec,
    ) -> CapturedFrame:
        """Capture a frame and compare the replay with the computed frame.

        Raises:
            RuntimeError: the capture failed or the replay differs; the memories are unchanged.
        """
        device = memories[0].memories.device
        frame, flags = pixels.to(device), torch.tensor(check_switch, device=device)
        rings = [tensor for memory in memories for tensor in memory.tensors().values()]
        inputs = [frame, flags, text.stem.hidden, text.stem.mask, text.verbs, *rings]
        saved = [ring.clone() for ring in rings]

        def restore() -> None:
            for ring, content in zip(rings, saved, strict=True):
                ring.copy_(content)

        step = _frame_function(self._network, text.has_verb, len(rings) // len(memories), spec)
        try:
            # Twice: libraries choose algorithms and reserve workspace on the first call.
            for _ in range(2):
                restore()
                expected = [tensor.clone() for tensor in (*step(*inputs), *rings)]
            replay = self._capture(step, inputs)
            restore()
            replayed = [*replay(), *rings]
            if not all(map(_is_close, replayed, expected)):
                raise RuntimeError("a replayed frame differs from the computed frame")
        finally:
            restore()
        cached = cached_tensors(spec.height, spec.width, self._network.config.image_size, device)
        return CapturedFrame(inputs, cached, replay, tuple(map(weakref.ref, memories)))


def _frame_function(
    network: Samwise, has_verb: tuple[bool, ...], tensors_per_memory: int, spec: OutputSpec
) -> Step:
    """Return a frame's steps as a function of tensors: pixels, CME flags, text, memories."""

    def step(
        pixels: Tensor,
        check_switch: Tensor,
        hidden: Tensor,
        mask: Tensor,
        verbs: Tensor,
        *rings: Tensor,
    ) -> tuple[Tensor, ...]:
        text = TextBatch(TextStem(hidden, mask), verbs, has_verb)
        starts = range(0, len(rings), tensors_per_memory)
        memories = [MemoryRings.full(rings[i : i + tensors_per_memory]) for i in starts]
        encoded = encode(network, pixels, text, memories)
        output = track_frame(network, encoded, 0, text, memories, check_switch, spec)
        assert output.candidate is not None
        return output.masks, output.scores, output.candidate

    return step


def _is_close(replayed: Tensor, expected: Tensor) -> bool:
    if replayed.dtype == torch.bool:
        # A relative bound would fail for a small mask, most of which is its border.
        return bool((replayed ^ expected).float().mean() <= _TOLERANCE)
    replayed, expected = replayed.float(), expected.float()
    return bool((replayed - expected).norm() <= _TOLERANCE * expected.norm())
