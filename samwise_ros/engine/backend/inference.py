"""Runs the network on a camera's frames for a batch of commands: numpy in, numpy out."""

from collections import OrderedDict
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import cached_property, partial

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from samwise_ros.engine.backend.cuda_graphs import Steady
from samwise_ros.engine.backend.frame_step import (
    FrameOutput,
    OutputSpec,
    TextBatch,
    encode,
    track_frame,
)
from samwise_ros.engine.backend.graph_capture import CudaGraphs
from samwise_ros.engine.commands import TrackedCommand
from samwise_ros.engine.config import SwitchCorrection
from samwise_ros.engine.memory.policy import is_switch_frame
from samwise_ros.engine.memory.rings import Memory
from samwise_ros.network.checkpoints.fingerprint import fingerprint
from samwise_ros.network.features import TextStem
from samwise_ros.network.precision import cast_matmul_weights
from samwise_ros.network.samwise import Samwise
from samwise_ros.network.text.tokenizer import SentenceTokenizer
from samwise_ros.network.text.verbs import VerbTagger

_KEPT_TEXTS = 64
_DTYPES = {
    "float32": torch.float32,
    "bfloat16": torch.bfloat16,
    "float16": torch.float16,
}


@dataclass(frozen=True, eq=False)
class Prediction:
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
    """A network on a device, at a precision.

    Attributes:
        device: where it works.
        precision: of its numbers.
        network: its weights are frozen.
        tokenizer: the network's.
        steady: records frames of the online mode, on a GPU; ``None`` elsewhere.
    """

    def __init__(
        self, network: Samwise, tokenizer: SentenceTokenizer, device: str, precision: str
    ) -> None:
        """Bring the network to its device, and its weights to the precision.

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
        if precision != "float32":
            cast_matmul_weights(self.network, _DTYPES[precision])
        self.tokenizer = tokenizer
        self._verbs = VerbTagger(network.config, tokenizer)
        self._texts: OrderedDict[str, tuple[TextStem, tuple[bool, ...]]] = OrderedDict()
        self.steady: Steady | None = None
        if self.device.type == "cuda":
            self.steady = Steady(self.network, CudaGraphs(self.device).record)

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
        self.steady = None
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
        verbs = tuple(self._verbs.token_mask(sentence))
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
        commands: Sequence[TrackedCommand],
        memories: Sequence[Memory],
        causal: bool,
        correction: SwitchCorrection,
        threshold: float,
    ) -> list[list[Prediction]]:
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
        pixels = torch.from_numpy(images)
        view = OutputSpec(images.shape[1], images.shape[2], correction, threshold)
        with self._autocast():
            if causal and self.steady and all(memory.is_full for memory in memories):
                asked = _asked(memories, correction)
                side_by_side = partial(self._side_by_side, commands)
                seen = self.steady.track_frame(pixels, side_by_side, memories, asked, view)
                if seen is not None:
                    return [self._sightings(seen, asked, memories, view)]
            pixels = pixels.to(self.device, non_blocking=True)
            sentences = self._side_by_side(commands)
            encoded = encode(self.network, pixels, sentences, memories if causal else None)
            sightings = []
            for index in range(len(images)):
                asked = _asked(memories, correction)
                check_switch = torch.tensor(asked, device=self.device) if any(asked) else None
                seen = track_frame(
                    self.network, encoded, index, sentences, memories, check_switch, view
                )
                sightings.append(self._sightings(seen, asked, memories, view))
        return sightings

    def _sightings(
        self, seen: FrameOutput, asked: Sequence[bool], memories: Sequence[Memory], view: OutputSpec
    ) -> list[Prediction]:
        """Copy out what the frame gave; only here does the host wait for the device."""
        masks = seen.masks.cpu().numpy()
        rows = seen.numbers.tolist()
        candidates = None
        # At the camera's size a mask costs more than the decision, which is seldom for it.
        if seen.candidate is not None and any(row[2] for row in rows):
            candidates = view.masks(seen.candidate, self.network.config.image_size).cpu().numpy()
        sightings = []
        for place, (memory, (score, *switch)) in enumerate(zip(memories, rows, strict=True)):
            probability = switch[0] if asked[place] else None
            candidate = None
            if candidates is not None and probability is not None and switch[1]:
                memory.last_applied = memory.frames - 1
                memory.last_probability = probability
                candidate = candidates[place]
            sightings.append(Prediction(masks[place], score, probability, candidate))
        return sightings

    def _side_by_side(self, commands: Sequence[TrackedCommand]) -> TextBatch:
        text = _pad_texts([command.text for command in commands])
        verbs = _pad_verbs(commands, text).to(self.device)
        return TextBatch(text, verbs, tuple(any(command.verbs) for command in commands))

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


def _asked(memories: Sequence[Memory], correction: SwitchCorrection) -> list[bool]:
    """Tell for which commands the conditional memory encoder is asked on the next frame."""
    return [is_switch_frame(correction, one.frames, one.last_applied) for one in memories]


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


def _pad_verbs(commands: Sequence[TrackedCommand], text: TextStem) -> Tensor:
    """Return (B, L) bool, on the host."""
    verbs = torch.zeros(text.mask.shape, dtype=torch.bool)
    for row, command in enumerate(commands):
        verbs[row, : len(command.verbs)] = torch.tensor(command.verbs)
    return verbs
