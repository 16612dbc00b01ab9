"""Unrolls tracking over a clip, with gradients through the memory."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from samwise_ros.network.decoder_output import TrackOutput
from samwise_ros.network.features import ClipFeatures
from samwise_ros.network.memory_bank import MemoryBank
from samwise_ros.network.samwise import Samwise
from samwise_ros.training.losses import (
    PartialMean,
    correction_labels,
    dice_loss,
    focal_loss,
    switch_labels,
    switch_loss,
)
from samwise_ros.training.recipe import LossWeights


@dataclass(frozen=True, eq=False)
class Unrolled:
    """Outputs of the decoder on every frame.

    Attributes:
        logits: (B, T, S/4, S/4) raw mask logits.
        score: (B, T) object score logits.
        checks: by frame, the outputs where the conditional memory encoder ran.
    """

    logits: Tensor
    score: Tensor
    checks: dict[int, TrackOutput]


def unroll(
    network: Samwise,
    encoded: ClipFeatures,
    verbs: Tensor | None,
    switch_frames: Sequence[int],
    memory_order: Tensor | None = None,
) -> Unrolled:
    """Track through a clip as the online engine does, but without applying a switch.

    Args:
        network: the network.
        encoded: the clip after both trunks.
        verbs: (B, L) bool, tokens of verbs; ``None`` for a network without the motion prompt.
        switch_frames: indices of the frames on which the conditional memory encoder runs.
        memory_order: (B,) int64, index of the memory that each sentence uses from the first of
            these frames on; ``None`` for its own.
    """
    frames = encoded.levels[0].shape[1]
    bank, logits, scores = None, [], []
    checks = {}
    for index in range(frames):
        frame = encoded.frame(index)
        check_switch = None
        if index in switch_frames:
            if bank and memory_order is not None and index == switch_frames[0]:
                bank = bank.select(memory_order)
            check_switch = torch.ones(len(frame.text), dtype=torch.bool, device=frame.text.device)
        tracked = network.track(frame, bank, check_switch=check_switch, verbs=verbs)
        if check_switch is not None:
            checks[index] = tracked
        decoded = tracked.decoded
        logits.append(decoded.logits[:, 0])
        scores.append(decoded.score[:, 0])
        if index < frames - 1:
            memory = network.encode_memory(frame, TrackOutput(decoded))
            bank = (
                bank.push(memory, decoded.pointer)
                if bank
                else MemoryBank.start(memory, decoded.pointer)
            )
    return Unrolled(torch.stack(logits, 1), torch.stack(scores, 1), checks)


def check_loss(
    network: Samwise,
    checks: dict[int, TrackOutput],
    truth: Tensor,
    inside: Tensor,
    holds: Tensor,
    losses: LossWeights,
) -> PartialMean:
    """Return the weighted loss of the conditional memory encoder.

    Args:
        network: the network.
        checks: by frame, the outputs where the conditional memory encoder ran; at least one.
        truth: (B, T, S, S) bool, ground truth.
        inside: (B, S, S) bool, true on the frame.
        holds: (B, T) bool, the frames on which the sentence holds.
        losses: weights, and the rule that makes the labels.
    """
    decisions, labels = [], []
    for index, tracked in checks.items():
        assert tracked.candidate is not None
        assert tracked.decision is not None
        decisions.append(tracked.decision)
        score = tracked.candidate.score[:, 0]
        with torch.no_grad():
            mask, other = (
                (network.sam.to_image_size(decoded.low_res_masks)[:, 0] > 0) & inside
                for decoded in (tracked.decoded, tracked.candidate)
            )
            if losses.switch_labels == "truth":
                found = correction_labels(mask, other, truth[:, index], holds[:, index], score)
            else:
                # Switch if only the candidate shows an object: the memory has lost it. Keep the
                # memory if only the tracked mask shows one: then the candidate's score is negative
                # and ignored.
                found = switch_labels(mask, other, score, one_empty=1)
        labels.append(found)
    return switch_loss(torch.cat(decisions), torch.cat(labels)) * losses.switch


def mask_losses(
    logits: Tensor,
    score: Tensor,
    truth: Tensor,
    inside: Tensor,
    holds: Tensor,
    losses: LossWeights,
) -> dict[str, PartialMean]:
    """Return the mask and object score losses.

    Args:
        logits: (B, T, S/4, S/4) raw mask logits.
        score: (B, T) object score logits.
        truth: (B, T, S, S) bool, ground truth.
        inside: (B, S, S) bool, true on the frame; padding is ignored.
        holds: (B, T) bool, the frames on which the sentence holds; others are ignored.
        losses: weights, and whether masks are compared by frame or by clip.

    Returns:
        The weighted losses by name.
    """
    full = functional.interpolate(logits, truth.shape[-2:], mode="bilinear", align_corners=False)
    found = region_losses(full, truth.float(), inside.float(), holds, losses)
    if losses.score:
        visible = truth.flatten(2).any(2)
        entropy = functional.binary_cross_entropy_with_logits(
            score, visible.float(), reduction="none"
        )
        found["score"] = PartialMean.of(entropy[holds]) * losses.score
    return found


def region_losses(
    logits: Tensor, truth: Tensor, inside: Tensor, holds: Tensor, losses: LossWeights
) -> dict[str, PartialMean]:
    """Return the focal and dice losses of masks of any resolution.

    Args:
        logits: (B, T, H, W) mask logits.
        truth: (B, T, H, W) float, fraction of each cell that the target covers.
        inside: (B, H, W) float, fraction of each cell on the frame; padding is ignored.
        holds: (B, T) bool, the frames on which the sentence holds; others are ignored.
        losses: weights, and whether masks are compared by frame or by clip.

    Returns:
        The weighted losses by name.
    """
    where = inside[:, None] * holds[..., None, None]
    target = truth * where
    visible = truth.flatten(2).any(2)
    rows = visible & holds if losses.over == "frame" else holds.any(1)
    cells = logits[rows].flatten(1), target[rows].flatten(1), where[rows].flatten(1)
    return {
        "focal": PartialMean.of(focal_loss(*cells, losses.focal_alpha)) * losses.focal,
        "dice": PartialMean.of(dice_loss(*cells)) * losses.dice,
    }
