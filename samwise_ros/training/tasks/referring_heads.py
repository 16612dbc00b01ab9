"""All auxiliary heads of the training on sentences."""

from collections.abc import Mapping
from contextlib import AbstractContextManager

from torch import Tensor, nn
from torch.nn import functional

from samwise_ros.network.features import ClipFeatures, ImageStem
from samwise_ros.network.samwise import Samwise
from samwise_ros.training.batches import VideoBatch
from samwise_ros.training.losses import PartialMean
from samwise_ros.training.recipe import LossWeights
from samwise_ros.training.tasks.auxiliary_heads import (
    MotionHeads,
    ObjectHeads,
    TargetClassHead,
    TargetHeads,
    WordHead,
)
from samwise_ros.training.tasks.unroll import region_losses


class ReferringHeads(nn.Module):
    """Heads on the image trunk, the adapters, the neck and the sentence vector."""

    def __init__(self, network: Samwise, sizes: Mapping[str, int]) -> None:
        """Build the heads for a network and the sizes of ``label_sizes``."""
        super().__init__()
        self._objects = ObjectHeads(network, sizes)
        self._motions = MotionHeads(network, sizes["motion"])
        self._target = TargetHeads(network)
        self._words = WordHead(network)
        self._target_class = TargetClassHead(network, sizes)

    def by_name(self) -> dict[str, nn.Module]:
        """Return the heads by name."""
        return {name.removeprefix("_"): head for name, head in self.named_children()}

    def recording(self, network: Samwise) -> AbstractContextManager[None]:
        """Record what the heads need of the network's forward pass, until the block ends."""
        return self._motions.recording(network)

    def losses(
        self,
        network: Samwise,
        plain: ImageStem,
        encoded: ClipFeatures,
        batch: VideoBatch,
        weights: LossWeights,
    ) -> dict[str, PartialMean]:
        """Return the losses of all heads.

        Args:
            network: the network, whose forward pass was recorded.
            plain: output of the image trunk's first stages for the N clips of the batch.
            encoded: output of both trunks for all B = N * K sentences.
            batch: the batch.
            weights: weights of the losses of masks.
        """
        losses = self._objects.losses(network.sam.later_stages(plain.stage2), batch.labels)
        losses["motion"] = self._motions.losses(batch.labels)
        coarse = self._target(encoded.levels)
        holds = batch.holds.flatten(0, 1)
        inside = batch.inside.repeat_interleave(batch.masks.shape[1], 0)
        cover, within = (
            functional.adaptive_avg_pool2d(part.float(), coarse.shape[-1])
            for part in (batch.masks.flatten(0, 1), inside)
        )
        regions = region_losses(coarse, cover, within, holds, weights)
        losses |= {f"coarse_{name}": loss for name, loss in regions.items()}
        losses |= self._sentence_losses(encoded.sentence, batch, cover * holds[..., None, None])
        return losses

    def _sentence_losses(
        self, sentence: Tensor, batch: VideoBatch, cover: Tensor
    ) -> dict[str, PartialMean]:
        input_ids = batch.input_ids.flatten(0, 1).repeat_interleave(sentence.shape[1], 0)
        losses = self._target_class.losses(sentence, batch.labels, cover)
        return losses | {"bag": self._words.loss(sentence.flatten(0, 1), input_ids)}
