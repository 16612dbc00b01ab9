"""Auxiliary heads, which are trained with the network but are not part of it.

A sentence supervises one object of a video; heads that predict the labels of ``label_sizes``, such
as kind, colour, column and motion, supervise all objects. Painted videos and those of the simulated
tabletop have the labels. Another head predicts the mask of the target before the decoder does, and
two predict the words and the target's labels except its motion from the sentence vector.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

import torch
from torch import Tensor, nn
from torch.nn import functional

from samwise_ros.network.samwise import Samwise
from samwise_ros.network.text.tokenizer import SPECIAL_TOKENS
from samwise_ros.training.losses import IGNORED, PartialMean

_BACKGROUND_WEIGHT = 0.05
"""Weight of a cell without an object; most cells have none."""
_WORD_PRIOR = -4.0
"""Initial logit of each word; a sentence has few of them."""
_MIN_COVER = 0.5
"""Part of a cell that the target covers, to be known by the cell's labels."""
_REST, _REST_WEIGHT = 0, 0.1
"""Class of an object at rest, and its weight; nine of ten objects rest."""


class ObjectHeads(nn.Module):
    """Linear heads on the image trunk."""

    def __init__(self, network: Samwise, sizes: Mapping[str, int]) -> None:
        """Build the heads for a network.

        Args:
            network: the network.
            sizes: number of classes of each label by name, see ``label_sizes``; the last one is
                ``motion``, which one image does not show.
        """
        super().__init__()
        *self._names, _ = sizes
        *self._sizes, _ = sizes.values()
        widths = network.config.stage_widths[1:]
        self.heads = nn.ModuleList(nn.Linear(width, sum(self._sizes)) for width in widths)

    def losses(self, stages: Sequence[Tensor], labels: Tensor) -> dict[str, PartialMean]:
        """Return the losses of the heads' predictions.

        Args:
            stages: stages 2 to 4 of the image trunk without text, (M, H, W, C).
            labels: (N, T, labels, S/8, S/8) with N * T = M.

        Returns:
            The losses by the names of the labels.
        """
        flat = labels.flatten(0, 1)
        logits = _cell_logits(self.heads, stages, flat).split(self._sizes, 1)
        weight = torch.where(flat[:, 0] == self._sizes[0] - 1, _BACKGROUND_WEIGHT, 1.0)
        return {
            name: _entropy(logits[index], flat[:, index], weight)
            for index, name in enumerate(self._names)
        }


class MotionHeads(nn.Module):
    """Linear heads on the features that the adapters select of all frames."""

    def __init__(self, network: Samwise, motions: int) -> None:
        """Build the heads for a network and a number of motions."""
        super().__init__()
        config = network.config
        self.heads = nn.ModuleList(
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

    def losses(self, labels: Tensor) -> PartialMean:
        """Return the loss of the motions on the recorded features.

        Args:
            labels: (N, T, labels, S/8, S/8) labels of N videos with K sentences each.
        """
        selected = [self._selected[index] for index in range(len(self.heads))]
        targets = len(selected[0]) // (labels.shape[0] * labels.shape[1])
        motions = labels[:, :, -1].repeat_interleave(targets, 0).flatten(0, 1)
        logits = _cell_logits(self.heads, selected, motions)
        self._selected.clear()
        return _entropy(logits, motions, torch.where(motions == _REST, _REST_WEIGHT, 1.0))


class TargetHeads(nn.Module):
    """Linear heads that predict the target's mask from the features of an image with a sentence.

    The mask decoder chooses among the objects at stride 16, where two small objects share a cell;
    these heads train adapters and neck to mark the target at stride 8.
    """

    def __init__(self, network: Samwise) -> None:
        """Build the heads for a network."""
        super().__init__()
        width = network.config.width
        self.heads = nn.ModuleList(nn.Linear(channels, 1) for channels in (width // 4, width))

    def forward(self, levels: Sequence[Tensor]) -> Tensor:
        """Return mask logits (B, T, S/8, S/8) of the neck's levels (B, T, C, H, W)."""
        middle, coarse = (level.flatten(0, 1).permute(0, 2, 3, 1) for level in levels[1:])
        logits = _cell_logits(self.heads, (middle, coarse), levels[1])
        masks: Tensor = logits[:, 0].float().unflatten(0, levels[1].shape[:2])
        return masks


class WordHead(nn.Module):
    """Linear head that predicts the words of a sentence from its vector.

    Masks alone teach the vector little about rare words: it becomes almost the same for "leftmost"
    and "rightmost", or for two nouns, and the mask decoder is prompted with it.
    """

    def __init__(self, network: Samwise) -> None:
        """Build the head for a network."""
        super().__init__()
        self.head = nn.Linear(network.config.text_width, network.config.vocabulary)
        nn.init.constant_(self.head.bias, _WORD_PRIOR)

    def loss(self, sentence: Tensor, input_ids: Tensor) -> PartialMean:
        """Return the binary cross-entropy of all tokens, for each token of the sentences.

        Args:
            sentence: sentence vectors (B, D).
            input_ids: (B, L) int64, tokens of the sentences.
        """
        logits = self.head(sentence).float()
        contained = torch.zeros_like(logits).scatter_(1, input_ids, 1.0)
        logits, contained = (part[:, len(SPECIAL_TOKENS) :] for part in (logits, contained))
        entropy = functional.binary_cross_entropy_with_logits(logits, contained, reduction="sum")
        return PartialMean(entropy, contained.sum())


class TargetClassHead(nn.Module):
    """Linear head that predicts what the target is, and where, from the sentence vector.

    The vector has seen the image, and prompts the mask decoder. The head teaches it which nouns
    name a kind of object, and which object a relation selects.
    """

    def __init__(self, network: Samwise, sizes: Mapping[str, int]) -> None:
        """Build the head for a network and the label sizes of ``ObjectHeads``."""
        super().__init__()
        *self._names, _ = sizes
        *self._sizes, _ = sizes.values()
        self.head = nn.Linear(network.config.text_width, sum(self._sizes))

    def losses(self, sentence: Tensor, labels: Tensor, cover: Tensor) -> dict[str, PartialMean]:
        """Return the losses of the classes of the cell that the target covers most.

        Args:
            sentence: sentence vectors (B, G, D), for all frames (G = 1) or for each frame (G = T).
            labels: (N, T, labels, H, W) int64 labels of N videos with K sentences each, B = N * K.
            cover: (B, T, H, W), part of each cell that the target covers.

        Returns:
            The losses by the names of the labels, with the prefix ``target_``.
        """
        most, cell = cover.flatten(2).max(-1)  # (B, T)
        labels = labels.repeat_interleave(len(sentence) // len(labels), 0).flatten(3)
        chosen = labels.gather(3, cell[:, :, None, None].expand(-1, -1, labels.shape[2], -1))
        chosen = torch.where(most[..., None] < _MIN_COVER, IGNORED, chosen[..., 0])
        logits = self.head(sentence).expand(-1, cover.shape[1], -1).split(self._sizes, -1)
        losses = {}
        for index, name in enumerate(self._names):
            known = chosen[..., index] != IGNORED
            entropy = functional.cross_entropy(
                logits[index][known].float(), chosen[..., index][known], reduction="none"
            )
            losses[f"target_{name}"] = PartialMean.of(entropy)
        return losses


def _cell_logits(heads: Iterable[nn.Module], features: Iterable[Tensor], like: Tensor) -> Tensor:
    """Return the sum of heads' logits (M, classes, H', W') of features (M, H, W, C).

    Args:
        heads: a linear layer for each of the features.
        features: the features.
        like: tensor of the wanted height and width.
    """
    size = like.shape[-2:]
    return torch.stack(
        [
            functional.interpolate(head(feature).permute(0, 3, 1, 2), size, mode="bilinear")
            for head, feature in zip(heads, features, strict=True)
        ]
    ).sum(0)


def _entropy(logits: Tensor, labels: Tensor, weight: Tensor) -> PartialMean:
    """Return the weighted mean of the cross-entropy of the labelled cells."""
    labelled = labels != IGNORED
    entropy = functional.cross_entropy(
        logits.permute(0, 2, 3, 1)[labelled].float(), labels[labelled], reduction="none"
    )
    weights = weight[labelled]
    return PartialMean((entropy * weights).sum(), weights.sum())
