"""Training of the image trunk on the labels of all objects of an image."""

from collections.abc import Iterator

from torch import nn

from samwise_ros.evaluation.distributed import ProcessGroup
from samwise_ros.network.samwise import Samwise
from samwise_ros.network.text.tokenizer import SentenceTokenizer
from samwise_ros.training.batches import VideoBatch, load_videos
from samwise_ros.training.clips import Clips
from samwise_ros.training.losses import PartialMean
from samwise_ros.training.recipe import LossWeights
from samwise_ros.training.tasks.auxiliary_heads import ObjectHeads


class ObjectsTask:
    """Trains the image trunk to recognise all objects."""

    def __init__(
        self, network: Samwise, clips: Clips, tokenizer: SentenceTokenizer, losses: LossWeights
    ) -> None:
        """Add heads to the network's image trunk."""
        self.network, self.clips, self.tokenizer = network, clips, tokenizer
        self._heads = ObjectHeads(network, clips.label_sizes)

    def heads(self) -> dict[str, nn.Module]:
        """Return the heads."""
        return {"objects": self._heads}

    def batches(self, first: int, processes: ProcessGroup) -> Iterator[VideoBatch]:
        """Yield images with labels."""
        return load_videos(self.clips, self.tokenizer, self.network.config, first, processes)

    def losses(self, batch: VideoBatch, seed: str) -> dict[str, PartialMean]:
        """Return the losses of the labels."""
        _, second = self.network.sam.image_stem(batch.pixels.flatten(0, 1))
        losses = self._heads.losses(self.network.sam.later_stages(second), batch.labels)
        weight = self.clips.stage.name_objects
        return {name: loss * weight for name, loss in losses.items()}
