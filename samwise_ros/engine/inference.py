"""Runs the network on a camera's frames for a batch of commands: numpy in, numpy out."""

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from samwise_ros.engine.commands import LivingCommand
from samwise_ros.engine.memory import Memory, stack_banks, stack_windows
from samwise_ros.network.conditional_memory import is_due
from samwise_ros.network.preprocess import to_frame_size, to_square
from samwise_ros.network.samwise import Encoded, Samwise, TextStem, Tracked
from samwise_ros.network.tokenizer import SentenceTokenizer

_DTYPES = {
    "float32": torch.float32,
    "bfloat16": torch.bfloat16,
    "float16": torch.float16,
}


@dataclass(frozen=True, eq=False)
class Observation:
    """What the network saw for B commands on one frame.

    Attributes:
        masks: (B, H, W) bool; empty where the object is not in view.
        scores: (B,) probability that it is in view.
        fired: (B,) bool, whether the conditional memory encoder asked for another object.
        probabilities: (B,) of that decision; NaN where it was not asked.
        candidates: (B, H, W) bool, the other objects; ``None`` where nobody was asked.
    """

    masks: NDArray[np.bool_]
    scores: NDArray[np.float32]
    fired: NDArray[np.bool_]
    probabilities: NDArray[np.float32]
    candidates: NDArray[np.bool_] | None


class Inference:
    """A network on a device, at a precision."""

    def __init__(
        self, network: Samwise, tokenizer: SentenceTokenizer, device: str, precision: str
    ) -> None:
        """Bring the network to its device.

        Raises:
            ValueError: for a device or precision that is not there.
        """
        self.device = _device(device)
        if precision == "auto":
            precision = "bfloat16" if self.device.type == "cuda" else "float32"
        if precision not in _DTYPES:
            raise ValueError(f"precision: expected auto, {', '.join(_DTYPES)}, got {precision!r}")
        if self.device.type == "cpu" and precision == "float16":
            raise ValueError("precision: float16 is for cuda; on the cpu use float32 or bfloat16")
        self.precision = precision
        self.network = network.to(self.device).eval().requires_grad_(False)
        self.tokenizer = tokenizer

    def empty_memory(self) -> Memory:
        """Reserve the memory of one command and camera."""
        return Memory.empty(self.network.config, self.device, _DTYPES[self.precision])

    @torch.inference_mode()
    def read(self, sentence: str) -> tuple[TextStem, tuple[bool, ...]]:
        """Run the text stem on a sentence; also return which tokens are verbs.

        Raises:
            ValueError: for a sentence of more tokens than the text encoder takes.
        """
        tokens = self.tokenizer.encode(sentence)
        config = self.network.config
        limit = config.positions - 2
        if len(tokens) > limit:
            raise ValueError(f"the sentence has {len(tokens)} tokens; at most {limit} are taken")
        verbs: tuple[bool, ...] = ()
        if config.motion_prompt:
            verbs = tuple(self.tokenizer.marks(sentence, config.verbs))
        with self._autocast():
            return self.network.text_stem(torch.tensor([tokens], device=self.device)), verbs

    @torch.inference_mode()
    def run(
        self,
        images: NDArray[np.uint8],
        commands: Sequence[LivingCommand],
        memories: Sequence[Memory],
        causal: bool,
        correct: bool,
        threshold: float,
    ) -> list[Observation]:
        """Process frames for all commands, and bring their memories up to date.

        Args:
            images: (T, H, W, 3) uint8, RGB; T is 1 in causal mode.
            commands: B of them.
            memories: of the commands, for this camera.
            causal: whether this is the online mode; else the frames are one clip.
            correct: whether the conditional memory encoder has a say.
            threshold: a pixel belongs to a mask above this probability.

        Returns:
            One observation for each frame.
        """
        network = self.network
        size = (images.shape[1], images.shape[2])
        pixels = torch.from_numpy(images).to(self.device, non_blocking=True)
        with self._autocast():
            stem = network.image_stem(to_square(pixels, network.config.image_size)[None])
            text = _pad_texts([command.text for command in commands])
            past = stack_windows(memories) if causal else None
            encoded = network.encode(stem, text, causal, past)
            if causal:
                for index, memory in enumerate(memories):
                    memory.push_windows([window[index] for window in encoded.windows])
            verbs = _pad_verbs(commands, text)
            observations = []
            for index in range(len(images)):
                tracked = self._track(encoded, index, memories, correct, verbs)
                observations.append(self._observe(tracked, memories, size, threshold))
        return observations

    def _track(
        self,
        encoded: Encoded,
        index: int,
        memories: Sequence[Memory],
        correct: bool,
        verbs: Tensor | None,
    ) -> Tracked:
        bank, fresh = stack_banks(memories)
        asked = [correct and is_due(m.frames, m.last_applied) for m in memories]
        due = torch.tensor(asked, device=self.device) if any(asked) else None
        frame = encoded.frame(index)
        tracked = self.network.track(frame, bank, fresh, due, verbs)
        remembered = self.network.memorise(frame, tracked)
        for place, memory in enumerate(memories):
            memory.push(remembered[place], tracked.decoded.pointer[place])
        return tracked

    def _observe(
        self,
        tracked: Tracked,
        memories: Sequence[Memory],
        size: tuple[int, int],
        threshold: float,
    ) -> Observation:
        """Copy out what the frame gave; only here does the host wait for the device."""
        bound = float(np.log(threshold / (1 - threshold)))
        side = self.network.config.image_size

        def masks(low_res: Tensor) -> NDArray[np.bool_]:
            logits = to_frame_size(low_res, *size, side)[:, 0]
            return (logits > bound).cpu().numpy()

        decoded = tracked.decoded
        count = len(memories)
        fired = np.zeros(count, np.bool_)
        probabilities = np.full(count, np.nan, np.float32)
        candidates = None
        if (
            tracked.applied is not None
            and tracked.decision is not None
            and tracked.candidate is not None
        ):
            fired = tracked.applied.cpu().numpy()
            probabilities = tracked.decision.float().softmax(1)[:, 1].cpu().numpy()
            candidates = masks(tracked.candidate.low_res_masks)
            for memory, applied in zip(memories, fired, strict=True):
                if applied:
                    memory.last_applied = memory.frames - 1
        scores = decoded.score[:, 0].sigmoid().float().cpu().numpy()
        return Observation(masks(decoded.low_res_masks), scores, fired, probabilities, candidates)

    def _autocast(self) -> AbstractContextManager[object]:
        if self.precision == "float32":
            return nullcontext()
        return torch.autocast(self.device.type, _DTYPES[self.precision])


def _device(name: str) -> torch.device:
    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        device = torch.device(name)
    except RuntimeError as error:
        raise ValueError(f"device: expected auto, cpu, cuda or cuda:N, got {name!r}") from error
    if device.type not in ("cpu", "cuda"):
        raise ValueError(f"device: expected auto, cpu, cuda or cuda:N, got {name!r}")
    if device.type == "cuda" and (device.index or 0) >= torch.cuda.device_count():
        raise ValueError(f"device: {name} is not there; CUDA devices: {torch.cuda.device_count()}")
    return device


def _pad_texts(texts: Sequence[TextStem]) -> TextStem:
    """Put sentences of different lengths side by side."""
    length = max(text.hidden.shape[1] for text in texts)

    def padded(tensor: Tensor) -> Tensor:
        missing = length - tensor.shape[1]
        return torch.cat((tensor, tensor.new_zeros(1, missing, *tensor.shape[2:])), 1)

    return TextStem(
        torch.cat([padded(text.hidden) for text in texts]),
        torch.cat([padded(text.mask) for text in texts]),
    )


def _pad_verbs(commands: Sequence[LivingCommand], text: TextStem) -> Tensor | None:
    """Return (B, L) bool; all commands of a batch have verbs, or none has."""
    if not any(commands[0].verbs):
        return None
    verbs = torch.zeros_like(text.mask)
    for row, command in enumerate(commands):
        verbs[row, : len(command.verbs)] = torch.tensor(command.verbs, device=verbs.device)
    return verbs
