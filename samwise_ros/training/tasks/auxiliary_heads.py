"""Auxiliary heads that predict the kind, colour and motion of every object.

A sentence supervises one object of a video; these heads supervise all objects. They are trained
with the network and discarded afterwards. Painted videos and those of the simulated tabletop have
the labels.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import torch
from torch import Tensor, nn
from torch.nn import functional

from samwise_ros.network.samwise import Samwise
from samwise_ros.training.losses import IGNORED, PartialMean


class ObjectHeads(nn.Module):
    """Linear heads on the image trunk, and on the features the adapters select of all frames."""

    def __init__(self, network: Samwise, sizes: Mapping[str, int]) -> None:
        """Build the heads for a network.

        Args:
            network: the network.
            sizes: number of classes of each label by name, see ``label_sizes``; the last one is
                ``motion``.
        """
        super().__init__()
        config = network.config
        *self._names, _ = sizes
        *self._sizes, motions = sizes.values()
        self.look = nn.ModuleList(
            nn.Linear(width, sum(self._sizes)) for width in config.stage_widths[1:3]
        )
        self.motion = nn.ModuleList(
            nn.Linear(config.adapter_width, motions) for _ in network.cmt_adapters
        )
        self._sides = [config.image_size // stride for stride in (8, 16, 32)]
        self._selected: dict[int, Tensor] = {}

    @contextmanager
    def recording(self, network: Samwise) -> Iterator[None]:
        """Record the features that the adapters select, for ``losses``, until the block ends."""
        attentions = [
            adapter.get_submodule("ca_V2T.multihead_attn") for adapter in network.cmt_adapters
        ]
        handles = [
            attention.register_forward_pre_hook(self._recorder(index))
            for index, attention in enumerate(attentions)
        ]
        try:
            yield
        finally:
            for handle in handles:
                handle.remove()

    def _recorder(self, index: int) -> Callable[[nn.Module, tuple[Tensor, ...]], None]:
        """Return a hook that records an adapter's features before text attention, (M, H, W, A)."""

        def record(_: nn.Module, arguments: tuple[Tensor, ...]) -> None:
            side = self._sides[index]
            self._selected[index] = arguments[0].reshape(-1, side, side, arguments[0].shape[-1])

        return record

    def losses(self, stages: list[Tensor], labels: Tensor) -> dict[str, PartialMean]:
        """Return the losses of the heads' predictions.

        Args:
            stages: second and third stage of the image trunk without text, (N * T, H, W, C).
            labels: (N, T, labels, S/8, S/8) labels of N videos with K sentences each.

        Returns:
            The losses by the names of the labels.
        """
        flat = labels.flatten(0, 1)
        logits = self._logits(self.look, stages, flat).split(self._sizes, 1)
        losses = {
            name: PartialMean.of(_entropy(logits[index], flat[:, index]))
            for index, name in enumerate(self._names)
        }
        selected = [self._selected[index] for index in range(len(self.motion))]
        targets = len(selected[0]) // len(flat)
        motions = labels[:, :, -1].repeat_interleave(targets, 0).flatten(0, 1)
        motion_logits = self._logits(self.motion, selected, flat)
        losses["motion"] = PartialMean.of(_entropy(motion_logits, motions))
        self._selected.clear()
        return losses

    @staticmethod
    def _logits(heads: nn.ModuleList, features: list[Tensor], labels: Tensor) -> Tensor:
        """Return the sum of the heads' logits (M, classes, S/8, S/8) of features (M, H, W, C)."""
        size = tuple(labels.shape[-2:])
        return torch.stack(
            [
                functional.interpolate(head(feature).permute(0, 3, 1, 2), size, mode="bilinear")
                for head, feature in zip(heads, features, strict=True)
            ]
        ).sum(0)


def _entropy(logits: Tensor, labels: Tensor) -> Tensor:
    """Return the cross-entropy of each labelled cell."""
    labelled = labels != IGNORED
    return functional.cross_entropy(
        logits.permute(0, 2, 3, 1)[labelled], labels[labelled], reduction="none"
    )
