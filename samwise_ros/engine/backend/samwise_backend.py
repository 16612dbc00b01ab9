"""SAMWISE as a backend of the engine: numpy images in, numpy masks out."""

import warnings
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import cached_property, partial

import numpy as np
import torch
from numpy.typing import NDArray

from samwise_ros.engine.backend.cuda_graphs import CudaGraphCapture, FrameGraphs
from samwise_ros.engine.backend.device import DTYPES, resolve_device, resolve_precision
from samwise_ros.engine.backend.frame_step import FrameOutput, OutputSpec, encode, track_frame
from samwise_ros.engine.backend.memory_policy import POLICIES
from samwise_ros.engine.backend.memory_rings import MemoryRings
from samwise_ros.engine.backend.protocol import Prediction
from samwise_ros.engine.backend.switch_policy import is_switch_frame
from samwise_ros.engine.backend.text_batch import EncodedText, SentenceEncoder, TextBatch
from samwise_ros.engine.config import EngineConfig, SwitchCorrection
from samwise_ros.network.checkpoints.fingerprint import fingerprint
from samwise_ros.network.checkpoints.model_folder import load_model
from samwise_ros.network.memory_bank import MEMORY_FRAMES
from samwise_ros.network.precision import cast_matmul_weights
from samwise_ros.network.samwise import Samwise
from samwise_ros.network.text.tokenizer import SentenceTokenizer


class ImagesOnlyWarning(UserWarning):
    """A model for video was trained on single images only."""


class SamwiseBackend:
    """A SAMWISE network on a device; implements `Backend`.

    Attributes:
        device: where the network runs.
        precision: float32, bfloat16 or float16.
        network: its weights are frozen.
        frame_graphs: captured frames of the online mode; ``None`` on the CPU.
    """

    def __init__(
        self,
        network: Samwise,
        tokenizer: SentenceTokenizer,
        *,
        device: str = "auto",
        precision: str = "auto",
        name: str = "network",
    ) -> None:
        """Move a network to a device.

        Args:
            network: its weights are frozen, moved and converted in place.
            tokenizer: the network's.
            device: ``auto`` (CUDA if available, else the CPU), ``cpu``, ``cuda`` or ``cuda:N``.
            precision: ``auto`` (bfloat16 on CUDA), ``float32``, ``bfloat16`` or ``float16``.
            name: of the model, for `describe`.

        Raises:
            ValueError: the device, precision or verb tagger is invalid or not available.
        """
        if network.trained_frames == 1:
            # Published for MeViS: the loss against the same network trained on clips.
            warnings.warn(
                f"{name}: this model was trained on images only; on video it scores over 20 "
                "points of J&F less than a model trained on clips. Train it on video first",
                ImagesOnlyWarning,
                stacklevel=2,
            )
        self.device = resolve_device(device)
        self.precision = resolve_precision(precision, self.device)
        self.network = network.to(self.device).eval().requires_grad_(False)
        if self.precision != "float32":
            cast_matmul_weights(self.network, DTYPES[self.precision])
        self._name = name
        self._sentences = SentenceEncoder(network, tokenizer, self.device)
        self.frame_graphs: FrameGraphs | None = None
        if self.device.type == "cuda":
            self.frame_graphs = FrameGraphs(self.network, CudaGraphCapture(self.device).capture)

    @classmethod
    def from_model(
        cls, model: str, *, device: str = "auto", precision: str = "auto"
    ) -> "SamwiseBackend":
        """Load a shipped or installed model by name, or a model folder by path.

        Raises:
            CheckpointError: the model cannot be loaded; the message names the file.
            ValueError: the device or precision is invalid or not available.
        """
        network, tokenizer = load_model(model)
        return cls(network, tokenizer, device=device, precision=precision, name=model)

    @property
    def clip_frames(self) -> int:
        """Frames of a full clip in clip mode."""
        return self.network.config.clip_frames

    @cached_property
    def fingerprint(self) -> str:
        """Hash of the weights; the first access reads all of them."""
        return fingerprint(self.network)

    def describe(self) -> dict[str, object]:
        """Return facts about the model and the device, for display."""
        graphs = self.frame_graphs
        return {
            "model": self._name,
            "device": str(self.device),
            "precision": self.precision,
            "threads": torch.get_num_threads(),
            "image_size": self.network.config.image_size,
            "parameters": sum(parameter.numel() for parameter in self.network.parameters()),
            "memory_bytes_per_command": self.empty_memory().nbytes,
            **({"cuda_graphs": graphs.failure or len(graphs.graphs)} if graphs else {}),
        }

    @torch.inference_mode()
    def encode_text(self, sentence: str) -> EncodedText:
        """Encode a sentence.

        Raises:
            ValueError: the sentence has too many tokens.
        """
        with self._autocast():
            return self._sentences.encode(sentence)

    def known_and_unknown_words(self, sentence: str) -> tuple[list[str], list[str]]:
        """Return the words inside the tokenizer's vocabulary, and those outside it."""
        return self._sentences.known_and_unknown_words(sentence)

    def empty_memory(self) -> MemoryRings:
        """Allocate the memory of one command on one camera."""
        return MemoryRings.empty(self.network.config, self.device, DTYPES[self.precision])

    @torch.inference_mode()
    def run(
        self,
        images: NDArray[np.uint8],
        texts: Sequence[EncodedText],
        memories: Sequence[MemoryRings],
        config: EngineConfig,
    ) -> list[list[Prediction]]:
        """Process frames of one camera for all commands; see `Backend.run`."""
        pixels = torch.from_numpy(images)
        online, correction = config.mode == "online", config.switch_correction
        policy = POLICIES[config.memory_policy if online else "paper"]
        spec = OutputSpec(
            images.shape[1], images.shape[2], correction, config.mask_threshold, policy
        )
        make_text = partial(TextBatch.stack, texts, self.device)
        with self._autocast():
            if online and self.frame_graphs and all(memory.is_full for memory in memories):
                flags = _switch_flags(memories, correction)
                output = self.frame_graphs.track_frame(pixels, make_text, memories, flags, spec)
                if output is not None:
                    return [self._finish_frame(output, flags, memories, spec)]
            pixels = pixels.to(self.device, non_blocking=True)
            text = make_text()
            encoded = encode(self.network, pixels, text, memories if online else None)
            predictions = []
            for index in range(len(images)):
                flags = _switch_flags(memories, correction)
                check_switch = torch.tensor(flags, device=self.device) if any(flags) else None
                output = track_frame(
                    self.network, encoded, index, text, memories, check_switch, spec
                )
                predictions.append(self._finish_frame(output, flags, memories, spec))
        return predictions

    def warm_up(self, height: int, width: int) -> None:
        """Process blank images of a size, which moves one-time costs ahead of the first frame."""
        text, memory = self.encode_text("warm up"), self.empty_memory()
        image = np.zeros((1, height, width, 3), np.uint8)
        # On a GPU until a frame is captured, which takes longest.
        while not (memory.is_full if self.frame_graphs else memory.frames >= MEMORY_FRAMES - 1):
            self.run(image, [text], [memory], EngineConfig())
        self.run(image, [text], [memory], EngineConfig())

    def close(self) -> None:
        """Free the device's memory; the backend cannot be used afterwards."""
        self._sentences.clear()
        self.frame_graphs = None
        self.network.to("meta")
        if self.device.type == "cuda":
            torch.cuda.empty_cache()

    def _finish_frame(
        self,
        output: FrameOutput,
        flags: Sequence[bool],
        memories: Sequence[MemoryRings],
        spec: OutputSpec,
    ) -> list[Prediction]:
        """Copy a frame's output to the host, and record its candidates in the memories.

        The host waits for the device only here.
        """
        side = self.network.config.image_size
        masks, memoryless = _masks_on_host(output, spec, side)
        rows = output.scores.tolist()
        candidates = None
        # Few frames write a candidate, and its mask at the camera's size takes long.
        if output.candidate is not None and any(row[2] for row in rows):
            candidates = spec.masks(output.candidate, side).cpu().numpy()
        predictions = []
        for index, (memory, (score, *switch)) in enumerate(zip(memories, rows, strict=True)):
            candidate = None
            if candidates is not None and flags[index] and switch[1]:
                memory.record_switch(switch[0])
                candidate = candidates[index]
            predictions.append(
                Prediction(
                    masks[index],
                    score,
                    candidate,
                    memory.switch_probability,
                    memoryless[index] if memoryless else None,
                )
            )
        return predictions

    def _autocast(self) -> AbstractContextManager[object]:
        if self.precision == "float32":
            return nullcontext()
        return torch.autocast(self.device.type, DTYPES[self.precision])


def _masks_on_host(
    output: FrameOutput, spec: OutputSpec, side: int
) -> tuple[list[NDArray[np.bool_]], list[NDArray[np.bool_]] | None]:
    """Copy the masks (H, W) and, if there are any, the masks without memory to the host."""
    if output.candidate is None:
        return list(output.masks.cpu().numpy()), None
    memoryless = spec.is_mask(spec.without_padding(output.candidate[:, 0], side))
    # One copy, because the host waits for each.
    rows = torch.cat((output.masks.flatten(1), memoryless.flatten(1)), 1).cpu().numpy()
    pixels = output.masks[0].numel()
    return (
        [row[:pixels].reshape(output.masks.shape[1:]) for row in rows],
        [row[pixels:].reshape(memoryless.shape[1:]) for row in rows],
    )


def _switch_flags(memories: Sequence[MemoryRings], correction: SwitchCorrection) -> list[bool]:
    """Return for each command whether the next frame checks for a switch."""
    return [is_switch_frame(correction, m.frames, m.last_switch_frame) for m in memories]
