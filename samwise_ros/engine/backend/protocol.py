"""The interface between the engine and a network.

A backend runs one network on one device. The engine passes encoded texts and memories through
without looking at their tensors, so another network needs another implementation of `Backend` and
one changed import in ``engine.py``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from samwise_ros.engine.config import EngineConfig


@dataclass(frozen=True, eq=False)
class Prediction:
    """The network's output for one command on one frame.

    Attributes:
        mask: (H, W) bool; empty where the object is not in view.
        score: probability that the object is in view, 0 to 1.
        candidate: (H, W) bool, the mask of another object that this frame writes to the memory;
            ``None`` if the frame writes none.
        switch_probability: probability of the last candidate, 0 to 1; ``None`` once the memory
            no longer holds the frame that wrote it.
        memoryless_mask: bool, the mask decoded without memory, of the whole image at any
            resolution; ``None`` if the frame did not decode it.
    """

    mask: NDArray[np.bool_]
    score: float
    candidate: NDArray[np.bool_] | None = None
    switch_probability: float | None = None
    memoryless_mask: NDArray[np.bool_] | None = None


class NetworkMemory(Protocol):
    """What a network remembers of one command on one camera.

    Attributes:
        frames: frames added since the memory started; dropped frames are not counted.
        last_switch_frame: index of the last frame that wrote a candidate, 0 if there is none.
        last_switch_probability: probability of that candidate, 0 to 1.
    """

    frames: int
    last_switch_frame: int
    last_switch_probability: float

    def tensors(self) -> dict[str, Tensor]:
        """Return the tensors by name; names, shapes and dtypes are fixed for a backend."""
        ...

    def restore(self, tensors: Mapping[str, Tensor]) -> None:
        """Replace the tensors by others of the same names, shapes and dtypes, on any device."""
        ...


TextT = TypeVar("TextT")
MemoryT = TypeVar("MemoryT", bound=NetworkMemory)


class Backend(Protocol[TextT, MemoryT]):
    """A network on a device, at a precision."""

    @property
    def precision(self) -> str:
        """The dtype of activations and memories: float32, bfloat16 or float16."""
        ...

    @property
    def fingerprint(self) -> str:
        """Hash of the weights; memories are exchangeable between equal fingerprints."""
        ...

    @property
    def clip_frames(self) -> int:
        """Frames of a full clip in clip mode."""
        ...

    def describe(self) -> dict[str, object]:
        """Return facts about the model and the device, for display."""
        ...

    def encode_text(self, sentence: str) -> TextT:
        """Encode a sentence.

        Raises:
            ValueError: the sentence has too many tokens.
        """
        ...

    def known_and_unknown_words(self, sentence: str) -> tuple[list[str], list[str]]:
        """Return the words of a sentence that the network knows, and those it cannot know."""
        ...

    def empty_memory(self) -> MemoryT:
        """Allocate the memory of one command on one camera."""
        ...

    def run(
        self,
        images: NDArray[np.uint8],
        texts: Sequence[TextT],
        memories: Sequence[MemoryT],
        config: EngineConfig,
    ) -> list[list[Prediction]]:
        """Process frames of one camera for all commands and update the memories.

        Args:
            images: (T, H, W, 3) uint8, RGB; T is 1 in online mode.
            texts: encoded sentences of B commands.
            memories: of the same commands, for this camera.
            config: supplies ``mode``, ``switch_correction``, ``memory_policy`` and
                ``mask_threshold``.

        Returns:
            For each frame, the predictions of the B commands.
        """
        ...

    def warm_up(self, height: int, width: int) -> None:
        """Process blank images of a size, which moves one-time costs ahead of the first frame."""
        ...

    def close(self) -> None:
        """Free the device's memory; the backend cannot be used afterwards."""
        ...
