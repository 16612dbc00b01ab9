"""Training of adapters, prompt and conditional memory encoder on sentences about videos."""

import random
from collections.abc import Iterator
from contextlib import nullcontext

import torch
from torch import Tensor, nn

from samwise_ros.evaluation.distributed import ProcessGroup
from samwise_ros.network.conditional_memory import FIRST_CHECK_FRAME, MIN_CHECK_GAP
from samwise_ros.network.features import ImageStem
from samwise_ros.network.samwise import Samwise
from samwise_ros.network.text.tokenizer import SentenceTokenizer
from samwise_ros.training.batches import VideoBatch, load_videos
from samwise_ros.training.clips import Clips
from samwise_ros.training.losses import PartialMean
from samwise_ros.training.recipe import LossWeights
from samwise_ros.training.tasks.referring_heads import ReferringHeads
from samwise_ros.training.tasks.unroll import check_loss, mask_losses, unroll


class ReferringTask:
    """Trains adapters, prompt and conditional memory encoder on sentences about videos."""

    def __init__(
        self, network: Samwise, clips: Clips, tokenizer: SentenceTokenizer, losses: LossWeights
    ) -> None:
        """Keep the network, and build auxiliary heads if the stage trains them."""
        self.network, self.clips, self.tokenizer, self.weights = network, clips, tokenizer, losses
        self._heads: ReferringHeads | None = None
        if clips.stage.name_objects:
            self._heads = ReferringHeads(network, clips.label_sizes)

    def heads(self) -> dict[str, nn.Module]:
        """Return the auxiliary heads, if the stage trains them."""
        return {} if self._heads is None else self._heads.by_name()

    def batches(self, first: int, processes: ProcessGroup) -> Iterator[VideoBatch]:
        """Yield videos with sentences."""
        return load_videos(self.clips, self.tokenizer, self.network.config, first, processes)

    def losses(self, batch: VideoBatch, seed: str) -> dict[str, PartialMean]:
        """Return the mask, score, switch and auxiliary losses over all frames."""
        network, targets = self.network, batch.masks.shape[1]
        frames, rng = batch.pixels.shape[1], random.Random(seed)
        plain = network.image_stem(batch.pixels)
        stem = ImageStem(
            plain.stage1.repeat_interleave(targets, 0), plain.stage2.repeat_interleave(targets, 0)
        )
        text = network.text_stem(batch.input_ids.flatten(0, 1))
        # On a single frame both forms are equal, and the clip form is cheaper.
        causal = frames > 1 and rng.random() < self.clips.stage.causal_share
        with nullcontext() if self._heads is None else self._heads.recording(network):
            encoded = network.encode(stem, text, causal)
        switch_frames = range(0)
        if frames > FIRST_CHECK_FRAME:
            first = rng.randrange(FIRST_CHECK_FRAME, frames)
            switch_frames = range(first, frames, MIN_CHECK_GAP)
        memory_order = _memory_order(batch.swapped)
        inside = batch.inside.repeat_interleave(targets, 0)
        verbs = batch.verbs.flatten(0, 1) if network.config.motion_prompt else None
        unrolled = unroll(network, encoded, verbs, switch_frames, memory_order)
        truth, holds = batch.masks.flatten(0, 1), batch.holds.flatten(0, 1)
        losses = mask_losses(unrolled.logits, unrolled.score, truth, inside, holds, self.weights)
        if unrolled.checks:
            losses["switch"] = check_loss(
                network, unrolled.checks, truth, inside, holds, self.weights
            )
        if self._heads is not None:
            auxiliary = self._heads.losses(network, plain, encoded, batch, self.weights)
            weight = self.clips.stage.name_objects
            losses.update({name: loss * weight for name, loss in auxiliary.items()})
        return losses


def _memory_order(swapped: Tensor) -> Tensor | None:
    """Return the memory of which sentence each of two sentences uses; ``None`` for its own."""
    if not swapped.any():
        return None
    own = torch.arange(2 * len(swapped), device=swapped.device).unflatten(0, (-1, 2))
    return torch.where(swapped[:, None], own.flip(1), own).flatten()
