"""A frame's way through the network for B commands, on the device alone.

The host waits for nothing here and sends nothing: what it must know it knows before, and what came
of the frame it reads afterwards, from `FrameOutput`.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from samwise_ros.engine.config import SwitchCorrection
from samwise_ros.engine.memory.rings import Memory, stack_banks, stack_windows
from samwise_ros.network.features import ClipFeatures, TextStem
from samwise_ros.network.image.preprocess import to_frame_size, to_square
from samwise_ros.network.samwise import Samwise


@dataclass(frozen=True, eq=False)
class TextBatch:
    """The sentences of B commands side by side.

    Attributes:
        text: after the text stem, filled up to one length L.
        verbs: (B, L) bool, which tokens are verbs.
        has_verb: which commands have verbs.
    """

    text: TextStem
    verbs: Tensor
    has_verb: tuple[bool, ...]


@dataclass(frozen=True)
class OutputSpec:
    """What the host wants of a frame.

    Attributes:
        height, width: the camera's, pixels.
        correction: who decides whether a candidate is written to the memory.
        threshold: a pixel belongs to a mask above this probability.
    """

    height: int
    width: int
    correction: SwitchCorrection
    threshold: float

    def masks(self, low_res: Tensor, side: int) -> Tensor:
        """Bring mask logits (B, 1, S/4, S/4) to the camera's size, (B, height, width) bool."""
        bound = math.log(self.threshold / (1 - self.threshold))
        return to_frame_size(low_res, self.height, self.width, side)[:, 0] > bound


@dataclass(frozen=True, eq=False)
class FrameOutput:
    """What came of one frame, still on the device.

    Attributes:
        masks: (B, height, width) bool.
        numbers: (B, 1) float, the probability that the object is in view; where the conditional
            memory encoder was asked (B, 3), with the probability that another object fits better
            and 1 where that one was asked for.
        candidate: (B, 1, S/4, S/4) mask logits of that other object; ``None`` where nobody asked.
    """

    masks: Tensor
    numbers: Tensor
    candidate: Tensor | None


def encode(
    network: Samwise, pixels: Tensor, sentences: TextBatch, memories: Sequence[Memory] | None
) -> ClipFeatures:
    """Run both trunks.

    Args:
        network: the network.
        pixels: (T, H, W, 3) uint8, RGB; T is 1 with memories.
        sentences: of the commands.
        memories: of the online mode, whose windows take the frame; ``None``: a clip at once.
    """
    stem = network.image_stem(to_square(pixels, network.config.image_size)[None])
    if memories is None:
        return network.encode(stem, sentences.text, causal=False)
    encoded = network.encode(stem, sentences.text, causal=True, past=stack_windows(memories))
    for index, memory in enumerate(memories):
        memory.push_windows([window[index] for window in encoded.windows])
    return encoded


def track_frame(
    network: Samwise,
    encoded: ClipFeatures,
    index: int,
    sentences: TextBatch,
    memories: Sequence[Memory],
    check_switch: Tensor | None,
    view: OutputSpec,
) -> FrameOutput:
    """Find the targets on one frame of what was encoded, and memorise it.

    Args:
        network: the network.
        encoded: one frame or a clip.
        index: of the frame.
        sentences: of the commands.
        memories: of the commands; they take the frame.
        check_switch: (B,) bool, the per-command CME flags; ``None`` runs no CME.
        view: what the host wants.
    """
    frame = encoded.frame(index)
    bank, is_first_frame = stack_banks(memories)
    tracked = network.track(
        frame, bank, is_first_frame, check_switch, sentences.verbs, sentences.has_verb
    )
    if view.correction != "learned" and check_switch is not None:
        tracked = replace(tracked, applied=check_switch)
    remembered = network.encode_memory(frame, tracked)
    for place, memory in enumerate(memories):
        memory.push(remembered[place], tracked.decoded.pointer[place])
    masks = view.masks(tracked.decoded.low_res_masks, network.config.image_size)
    numbers = tracked.decoded.score.sigmoid()
    if tracked.candidate is None or tracked.decision is None or tracked.applied is None:
        return FrameOutput(masks, numbers, None)
    better = tracked.decision.float().softmax(1)[:, 1:]
    numbers = torch.cat((numbers, better, tracked.applied[:, None].float()), 1)
    return FrameOutput(masks, numbers, tracked.candidate.low_res_masks)
