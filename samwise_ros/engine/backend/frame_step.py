"""The steps of one frame through the network for B commands, on the device.

The host neither waits for the device nor sends data to it. A CUDA graph can therefore capture the
whole frame. The host reads the results afterwards, from `FrameOutput`.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from samwise_ros.engine.backend.memory_policy import MemoryPolicy
from samwise_ros.engine.backend.memory_rings import MemoryRings, stack_windows
from samwise_ros.engine.backend.text_batch import TextBatch
from samwise_ros.engine.config import SwitchCorrection
from samwise_ros.network.features import ClipFeatures
from samwise_ros.network.image.preprocess import resized_size, to_frame_size, to_square
from samwise_ros.network.samwise import Samwise


@dataclass(frozen=True)
class OutputSpec:
    """The masks that the host needs, and the rule for the memory.

    Attributes:
        height, width: of the camera's images, pixels.
        correction: the rule that decides whether a candidate is written to the memory.
        threshold: a pixel belongs to a mask above this probability.
        memory_policy: how memories are read and written.
    """

    height: int
    width: int
    correction: SwitchCorrection
    threshold: float
    memory_policy: MemoryPolicy

    def masks(self, low_res: Tensor, side: int) -> Tensor:
        """Resize mask logits (B, 1, S/4, S/4) to the camera's size, (B, height, width) bool."""
        return self.is_mask(to_frame_size(low_res, self.height, self.width, side)[:, 0])

    def without_padding(self, low_res: Tensor, side: int) -> Tensor:
        """Crop (B, S/4, S/4) to the part that the camera's image covers in the network's square."""
        cells = low_res.shape[-1]
        height, width = resized_size(self.height, self.width, side)
        rows, columns = (max(round(length * cells / side), 1) for length in (height, width))
        return low_res[:, :rows, :columns]

    def is_mask(self, logits: Tensor) -> Tensor:
        """Return which pixels belong to a mask, bool."""
        return logits > math.log(self.threshold / (1 - self.threshold))


@dataclass(frozen=True, eq=False)
class FrameOutput:
    """The results of one frame, on the device.

    Attributes:
        masks: (B, height, width) bool.
        scores: (B, 1) float, the probability that the object is in view. On frames that check for
            a switch (B, 3): also the probability that the candidate fits better, and 1 where the
            candidate was written to the memory.
        candidate: (B, 1, S/4, S/4) mask logits of the candidate; ``None`` on other frames.
    """

    masks: Tensor
    scores: Tensor
    candidate: Tensor | None


def encode(
    network: Samwise, pixels: Tensor, text: TextBatch, memories: Sequence[MemoryRings] | None
) -> ClipFeatures:
    """Run the image and text trunks.

    Args:
        network: the network.
        pixels: (T, H, W, 3) uint8, RGB; T is 1 in online mode.
        text: sentences of the commands.
        memories: in online mode, of the commands; adds the frame to their windows. ``None``
            encodes a clip.
    """
    image = network.image_stem(to_square(pixels, network.config.image_size)[None])
    if memories is None:
        return network.encode(image, text.stem, causal=False)
    encoded = network.encode(image, text.stem, causal=True, past=stack_windows(memories))
    for index, memory in enumerate(memories):
        memory.push_windows([window[index] for window in encoded.windows])
    return encoded


def track_frame(
    network: Samwise,
    encoded: ClipFeatures,
    index: int,
    text: TextBatch,
    memories: Sequence[MemoryRings],
    check_switch: Tensor | None,
    spec: OutputSpec,
) -> FrameOutput:
    """Find the targets on one encoded frame and add the frame to the memories.

    Args:
        network: the network.
        encoded: one frame or a clip.
        index: of the frame in ``encoded``.
        text: sentences of the commands.
        memories: of the commands.
        check_switch: (B,) bool, the per-command CME flags; ``None`` does not run the CME.
        spec: what to return.
    """
    frame = encoded.frame(index)
    bank, is_first_frame = spec.memory_policy.read(memories)
    tracked = network.track(frame, bank, is_first_frame, check_switch, text.verbs, text.has_verb)
    if spec.correction != "learned" and check_switch is not None:
        tracked = replace(tracked, applied=check_switch)
    memorised = network.encode_memory(frame, tracked)
    spec.memory_policy.write(memories, memorised, tracked)
    masks = spec.masks(tracked.decoded.low_res_masks, network.config.image_size)
    scores = tracked.decoded.score.sigmoid()
    if tracked.candidate is None or tracked.decision is None or tracked.applied is None:
        return FrameOutput(masks, scores, None)
    preference = tracked.decision.float().softmax(1)[:, 1:]
    scores = torch.cat((scores, preference, tracked.applied[:, None].float()), 1)
    return FrameOutput(masks, scores, tracked.candidate.low_res_masks)
