"""Frames on which every memory is full: the same work on other numbers.

A frame is about a thousand operators, each started by the host, and on a GPU the starting takes
longer than the work. Where nothing but the numbers changes from frame to frame, a frame is recorded
once and started as a whole ever after.
"""

import warnings
import weakref
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from samwise_ros.engine.backend.frame_step import (
    FrameOutput,
    OutputSpec,
    TextBatch,
    encode,
    track_frame,
)
from samwise_ros.engine.memory.rings import Memory
from samwise_ros.network.features import TextStem
from samwise_ros.network.image.preprocess import cached_tensors
from samwise_ros.network.samwise import Samwise

_KEPT = 8
"""Recordings: sets of commands, each on its camera."""
_CLOSE = 0.05
"""A recording's numbers may differ by so much, relatively, from those that it was made from; of its
masks so many of the image's pixels."""

Step = Callable[..., tuple[Tensor, ...]]
"""Takes tensors, of which it may change some, and gives others."""
Record = Callable[[Step, Sequence[Tensor]], Callable[[], tuple[Tensor, ...]]]
"""Records a step on tensors. What it gives does the step again, on what these tensors then hold."""


class SteadyWarning(UserWarning):
    """Frames could not be recorded; they are processed operator by operator, as ever."""


@dataclass(frozen=True, eq=False)
class Recording:
    """A recorded frame.

    Attributes:
        inputs: the tensors that it reads: pixels, whom to ask for, sentences, and the memories'.
        kept: what it reads besides, and nobody else may keep.
        replay: gives what is in `FrameOutput`.
        memories: that it brings up to date.
    """

    inputs: Sequence[Tensor]
    kept: Sequence[Tensor]
    replay: Callable[[], tuple[Tensor, ...]]
    memories: tuple[weakref.ref[Memory], ...]

    @property
    def alive(self) -> bool:
        """Whether all of its memories are still somebody's."""
        return all(one() is not None for one in self.memories)


class Steady:
    """Recorded frames of a network, by the memories that they bring up to date.

    Attributes:
        recordings: those that were made, by what they show and for whom; the last used last.
        failure: why nothing is recorded any more; empty while all is well.
    """

    def __init__(self, network: Samwise, record: Record) -> None:
        """Have nothing recorded yet."""
        self._network = network
        self._record = record
        self.recordings: OrderedDict[object, Recording] = OrderedDict()
        self.failure = ""

    def track_frame(
        self,
        pixels: Tensor,
        sentences: Callable[[], TextBatch],
        memories: Sequence[Memory],
        asked: Sequence[bool],
        view: OutputSpec,
    ) -> FrameOutput | None:
        """Process a frame of the online mode, recording it where it is the first of its kind.

        Args:
            pixels: (1, H, W, 3) uint8 on the host.
            sentences: gives those of the commands.
            memories: of the commands, all full; they take the frame.
            asked: whom the conditional memory encoder is asked for.
            view: what the host wants.

        Returns:
            What was seen, good until the next frame; ``None``, and nothing has changed, where it
            cannot be recorded.
        """
        if self.failure:
            return None
        key = (view, *map(id, memories))
        recording = self.recordings.get(key)
        # An id may be another memory's after the first one's end.
        if recording is None or not recording.alive:
            living = [item for item in self.recordings.items() if item[1].alive]
            self.recordings = OrderedDict(living[1 - _KEPT :])
            try:
                recording = self._make(pixels, sentences(), memories, asked, view)
            except RuntimeError as error:
                self.failure = f"{type(error).__name__}: {error}"
                self.recordings.clear()
                warnings.warn(f"frames are not recorded: {self.failure}", SteadyWarning, 2)
                return None
            self.recordings[key] = recording
        self.recordings.move_to_end(key)
        frame, check_switch, *_ = recording.inputs
        frame.copy_(pixels, non_blocking=True)
        check_switch.copy_(torch.tensor(asked), non_blocking=True)
        seen = FrameOutput(*recording.replay())
        for memory in memories:
            memory.frames += 1
        return seen

    def _make(
        self,
        pixels: Tensor,
        sentences: TextBatch,
        memories: Sequence[Memory],
        asked: Sequence[bool],
        view: OutputSpec,
    ) -> Recording:
        """Record a frame, and see that it gives what it was recorded from.

        Raises:
            RuntimeError: it cannot be recorded, or gives something else; memories are as before.
        """
        device = memories[0].memories.device
        frame, check_switch = pixels.to(device), torch.tensor(asked, device=device)
        rings = [tensor for memory in memories for tensor in memory.tensors().values()]
        text = sentences.text
        inputs = [frame, check_switch, text.hidden, text.mask, sentences.verbs, *rings]
        before = [one.clone() for one in rings]

        def restore() -> None:
            for ring, one in zip(rings, before, strict=True):
                ring.copy_(one)

        step = _step(self._network, sentences.has_verb, len(rings) // len(memories), view)
        try:
            # Twice: libraries choose and reserve on a first call what they then keep.
            for _ in range(2):
                restore()
                wanted = [one.clone() for one in (*step(*inputs), *rings)]
            replay = self._record(step, inputs)
            restore()
            found = [*replay(), *rings]
            if not all(map(_is_close, found, wanted)):
                raise RuntimeError("a recorded frame gave something else than the frame itself")
        finally:
            restore()
        kept = cached_tensors(view.height, view.width, self._network.config.image_size, device)
        return Recording(inputs, kept, replay, tuple(weakref.ref(one) for one in memories))


def _step(network: Samwise, has_verb: tuple[bool, ...], of_each: int, view: OutputSpec) -> Step:
    """Give a frame's way as a function of tensors: pixels, whom to ask for, sentences, rings."""

    def step(
        pixels: Tensor,
        check_switch: Tensor,
        hidden: Tensor,
        mask: Tensor,
        verbs: Tensor,
        *rings: Tensor,
    ) -> tuple[Tensor, ...]:
        sentences = TextBatch(TextStem(hidden, mask), verbs, has_verb)
        parts = [rings[first : first + of_each] for first in range(0, len(rings), of_each)]
        memories = [Memory.full(part) for part in parts]
        encoded = encode(network, pixels, sentences, memories)
        seen = track_frame(network, encoded, 0, sentences, memories, check_switch, view)
        assert seen.candidate is not None
        return seen.masks, seen.numbers, seen.candidate

    return step


def _is_close(ours: Tensor, theirs: Tensor) -> bool:
    if ours.dtype == torch.bool:
        # A small mask's border is most of it, and a rounding may move it.
        return bool((ours ^ theirs).float().mean() <= _CLOSE)
    ours, theirs = ours.float(), theirs.float()
    return bool((ours - theirs).norm() <= _CLOSE * theirs.norm())
