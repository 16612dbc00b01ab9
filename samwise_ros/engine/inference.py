"""Runs the network on a camera's frames for a batch of commands: numpy in, numpy out."""

import math
from collections import OrderedDict
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from samwise_ros.engine.commands import LivingCommand
from samwise_ros.engine.config import SwitchCorrection
from samwise_ros.engine.memory import Memory, stack_banks, stack_windows
from samwise_ros.engine.switch import may_write
from samwise_ros.network.fingerprint import fingerprint
from samwise_ros.network.preprocess import to_frame_size, to_square
from samwise_ros.network.samwise import Encoded, Samwise, TextStem, Tracked
from samwise_ros.network.tokenizer import SentenceTokenizer
from samwise_ros.network.verbs import Verbs

_KEPT_TEXTS = 64
_DTYPES = {
    "float32": torch.float32,
    "bfloat16": torch.bfloat16,
    "float16": torch.float16,
}


@dataclass(frozen=True, eq=False)
class Sighting:
    """What the network saw for one command on one frame.

    Attributes:
        mask: (H, W) bool; empty where the object is not in view.
        score: probability that it is in view.
        probability: that another object fits better; ``None`` where nobody was asked.
        candidate: (H, W) bool, that other object, where the switch was asked for.
    """

    mask: NDArray[np.bool_]
    score: float
    probability: float | None = None
    candidate: NDArray[np.bool_] | None = None


class Inference:
    """A network on a device, at a precision."""

    def __init__(
        self, network: Samwise, tokenizer: SentenceTokenizer, device: str, precision: str
    ) -> None:
        """Bring the network to its device.

        Raises:
            ValueError: for a device, precision or verb tagger that is not there.
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
        self._verbs = Verbs(network.config, tokenizer)
        self._texts: OrderedDict[str, tuple[TextStem, tuple[bool, ...]]] = OrderedDict()

    def empty_memory(self) -> Memory:
        """Reserve the memory of one command and camera."""
        return Memory.empty(self.network.config, self.device, _DTYPES[self.precision])

    @property
    def memory_bytes(self) -> int:
        """Size of one command's memory of one camera, bytes."""
        return self.empty_memory().nbytes

    @cached_property
    def fingerprint(self) -> str:
        """What tells the network from others; the first time it costs a look at every weight."""
        return fingerprint(self.network)

    def close(self) -> None:
        """Free the device's memory."""
        self._texts.clear()
        self.network.to("meta")
        if self.device.type == "cuda":
            torch.cuda.empty_cache()

    @torch.inference_mode()
    def read(self, sentence: str) -> tuple[TextStem, tuple[bool, ...]]:
        """Run the text stem on a sentence; also return which tokens are verbs.

        Raises:
            ValueError: for a sentence of more tokens than the text encoder takes.
        """
        if sentence in self._texts:
            self._texts.move_to_end(sentence)
            return self._texts[sentence]
        tokens = self.tokenizer.encode(sentence)
        limit = self.network.config.max_tokens
        if len(tokens) > limit:
            raise ValueError(f"the sentence has {len(tokens)} tokens; at most {limit} are taken")
        verbs = tuple(self._verbs.marks(sentence))
        with self._autocast():
            text = self.network.text_stem(torch.tensor([tokens], device=self.device))
        self._texts[sentence] = (text, verbs)
        if len(self._texts) > _KEPT_TEXTS:
            self._texts.popitem(last=False)
        return text, verbs

    @torch.inference_mode()
    def run(
        self,
        images: NDArray[np.uint8],
        commands: Sequence[LivingCommand],
        memories: Sequence[Memory],
        causal: bool,
        correction: SwitchCorrection,
        threshold: float,
    ) -> list[list[Sighting]]:
        """Process frames for all commands, and bring their memories up to date.

        Args:
            images: (T, H, W, 3) uint8, RGB; T is 1 in causal mode.
            commands: B of them.
            memories: of the commands, for this camera.
            causal: whether this is the online mode; else the frames are one clip.
            correction: who decides whether a candidate is written to the memory.
            threshold: a pixel belongs to a mask above this probability.

        Returns:
            For each frame what was seen for each command.
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
            sightings = []
            for index in range(len(images)):
                tracked = self._track(encoded, index, memories, correction, verbs)
                sightings.append(self._look(tracked, memories, size, threshold))
        return sightings

    def _track(
        self,
        encoded: Encoded,
        index: int,
        memories: Sequence[Memory],
        correction: SwitchCorrection,
        verbs: Tensor,
    ) -> Tracked:
        bank, fresh = stack_banks(memories)
        asked = [may_write(correction, m.frames, m.last_applied) for m in memories]
        due = torch.tensor(asked, device=self.device) if any(asked) else None
        frame = encoded.frame(index)
        tracked = self.network.track(frame, bank, fresh, due, verbs)
        if correction != "learned" and due is not None:
            tracked = replace(tracked, applied=due)
        remembered = self.network.memorise(frame, tracked)
        for place, memory in enumerate(memories):
            memory.push(remembered[place], tracked.decoded.pointer[place])
        return tracked

    def _look(
        self,
        tracked: Tracked,
        memories: Sequence[Memory],
        size: tuple[int, int],
        threshold: float,
    ) -> list[Sighting]:
        """Copy out what the frame gave; only here does the host wait for the device."""
        bound = math.log(threshold / (1 - threshold))
        side = self.network.config.image_size

        def masks(low_res: Tensor) -> NDArray[np.bool_]:
            logits = to_frame_size(low_res, *size, side)[:, 0]
            found: NDArray[np.bool_] = (logits > bound).cpu().numpy()
            return found

        seen = masks(tracked.decoded.low_res_masks)
        scores = tracked.decoded.score[:, 0].sigmoid().tolist()
        if tracked.candidate is None or tracked.decision is None or tracked.applied is None:
            return [Sighting(mask, score) for mask, score in zip(seen, scores, strict=True)]
        probabilities = tracked.decision.float().softmax(1)[:, 1].tolist()
        asked_for = tracked.applied.tolist()
        # At the camera's size a mask costs more than the decision, which is seldom for it.
        candidates = masks(tracked.candidate.low_res_masks) if any(asked_for) else None
        sightings = []
        for row, applied in enumerate(asked_for):
            candidate = None
            if applied and candidates is not None:
                memories[row].last_applied = memories[row].frames - 1
                memories[row].last_probability = probabilities[row]
                candidate = candidates[row]
            sightings.append(Sighting(seen[row], scores[row], probabilities[row], candidate))
        return sightings

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


def _pad_verbs(commands: Sequence[LivingCommand], text: TextStem) -> Tensor:
    """Return (B, L) bool, on the host."""
    verbs = torch.zeros(text.mask.shape, dtype=torch.bool)
    for row, command in enumerate(commands):
        verbs[row, : len(command.verbs)] = torch.tensor(command.verbs)
    return verbs
