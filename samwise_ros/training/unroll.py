"""A video's frames one after the other, with gradients through the memory."""

from dataclasses import dataclass

import torch
from torch import Tensor

from samwise_ros.network.memory_bank import MemoryBank
from samwise_ros.network.preprocess import to_frame_size
from samwise_ros.network.samwise import Encoded, Samwise, Tracked
from samwise_ros.training.losses import dice_loss, focal_loss, switch_labels, switch_loss


@dataclass(frozen=True, eq=False)
class Unrolled:
    """The decoder's word on every frame, and the switch's on one.

    Attributes:
        logits: (B, T, S/4, S/4) raw mask logits.
        score: (B, T) object score logits.
        switch: loss of the conditional memory encoder; zero where it was not asked.
    """

    logits: Tensor
    score: Tensor
    switch: Tensor


def unroll(
    network: Samwise, encoded: Encoded, size: tuple[int, int], ask_at: int | None
) -> Unrolled:
    """Track through a clip; the candidate is judged on one frame, and never applied.

    Args:
        network: the network.
        encoded: the clip after both trunks.
        size: (H, W) of the frames, on which the switch's label is read off.
        ask_at: the frame on which the conditional memory encoder is asked.
    """
    frames = encoded.levels[0].shape[1]
    bank, logits, scores = None, [], []
    switch = encoded.text.new_zeros(())
    for index in range(frames):
        frame = encoded.frame(index)
        due = None
        if index == ask_at:
            due = torch.ones(len(frame.text), dtype=torch.bool, device=frame.text.device)
        tracked = network.track(frame, bank, due=due)
        if due is not None:
            switch = _switch_loss(network, tracked, size)
        decoded = tracked.decoded
        logits.append(decoded.logits[:, 0])
        scores.append(decoded.score[:, 0])
        if index < frames - 1:
            memory = network.memorise(frame, Tracked(decoded))
            bank = (
                bank.push(memory, decoded.pointer)
                if bank
                else MemoryBank.start(memory, decoded.pointer)
            )
    return Unrolled(torch.stack(logits, 1), torch.stack(scores, 1), switch)


def _switch_loss(network: Samwise, tracked: Tracked, size: tuple[int, int]) -> Tensor:
    assert tracked.candidate is not None
    assert tracked.decision is not None
    with torch.no_grad():
        mask, other = (
            to_frame_size(decoded.low_res_masks, *size, network.config.image_size)[:, 0] > 0
            for decoded in (tracked.decoded, tracked.candidate)
        )
        # An object that the memory lost and the sentence still finds is what the switch is for,
        # and one that the memory holds while the sentence finds nothing is not.
        labels = switch_labels(mask, other, tracked.candidate.score[:, 0], one_empty=1)
    return switch_loss(tracked.decision, labels)


def mask_losses(logits: Tensor, score: Tensor, truth: Tensor, side: int) -> dict[str, Tensor]:
    """Compare masks and object scores with the truth.

    Args:
        logits: (M, S/4, S/4) raw mask logits.
        score: (M,) object score logits.
        truth: (M, H, W) bool.
        side: the network's image size S.

    Returns:
        The weighted losses by name; the mask's count only where the object is in view.
    """
    visible = truth.flatten(1).any(1)
    losses = {"score": torch.nn.functional.binary_cross_entropy_with_logits(score, visible.float())}
    if visible.any():
        full = to_frame_size(
            logits[visible][:, None], truth.shape[-2], truth.shape[-1], side
        ).flatten(1)
        target = truth[visible].flatten(1).float()
        losses["focal"] = 20 * focal_loss(full, target)
        losses["dice"] = dice_loss(full, target)
    return losses
