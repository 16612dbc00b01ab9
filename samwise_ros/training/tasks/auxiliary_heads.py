"""Heads that tell what every object is and does, so that the trunks learn to see it.

A sentence teaches one object of a video; these teach all of them at once. They stand beside the
network while it learns, and are thrown away afterwards. Only generated videos know the answers.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from samwise_ros.data.tabletop.objects import COLOURS, SHAPES, TabletopObject
from samwise_ros.data.tabletop.video import TabletopVideo
from samwise_ros.network.samwise import Samwise
from samwise_ros.training.losses import PartialMean

STRIDE = 8
"""Pixels of the network's image to a cell that has labels."""
_SIZES = ("small", "medium", "large")
_MOTIONS = ("still", "left", "right", "towards", "away", "lifted", "enters", "leaves", "behind")
_IGNORED = -1
_NOTHING = len(SHAPES)
_COVERED = 0.3  # of a cell, by an object that is asked for
_FREE = 0.05
_BEFORE = 3  # frames that show a motion
_MOVED = 0.5  # IoU with the mask of then; the camera's shake alone leaves more


def object_labels(
    video: TabletopVideo, side: int, frame_indices: Sequence[int]
) -> NDArray[np.int64]:
    """Label the cells of a clip of a video that is as wide or as high as the network's image.

    Args:
        video: the video.
        side: the network's image size S.
        frame_indices: the T frames of the clip.

    Returns:
        (T, 4, S/8, S/8): shape (one number more where there is no object), colour, size and motion
        of the object on each cell; -1 where nothing is asked, as of a motion that cannot be seen.
    """
    masks = video.masks[:, list(frame_indices)]
    count, frames, height, width = masks.shape
    square = np.zeros((count, frames, side, side), np.float32)
    square[:, :, :height, :width] = masks
    cells = side // STRIDE
    cover = square.reshape(count, frames, cells, STRIDE, cells, STRIDE).mean((3, 5))
    most = cover.max(0)
    progress = np.array(frame_indices) / max(len(video.frames) - 1, 1)
    pairs = zip(video.objects, masks, strict=True)
    answers = np.stack([_answers(item, mask, progress) for item, mask in pairs])  # (N, T, 4)
    named = answers[cover.argmax(0), np.arange(frames)[:, None, None]]
    labels = np.where(most[..., None] >= _COVERED, named, _IGNORED)
    labels[..., 0] = np.where(most < _FREE, _NOTHING, labels[..., 0])
    return labels.transpose(0, 3, 1, 2)


def _answers(
    item: TabletopObject, mask: NDArray[np.bool_], progress: NDArray[np.float64]
) -> NDArray[np.int64]:
    """Tell what an object is, and on frames that show it what it does.

    Args:
        item: the object.
        mask: (T, H, W) where it is.
        progress: (T,) where the frames are in the video, 0 to 1.

    Returns:
        (T, 4) shape, colour, size and motion.
    """
    size = _SIZES.index(item.size) if item.size in _SIZES else _IGNORED
    answers = np.empty((len(mask), 4), np.int64)
    answers[:] = SHAPES.index(item.shape), COLOURS.index(item.colour), size, _IGNORED
    before, now = mask[:-_BEFORE], mask[_BEFORE:]
    shown = progress[:-_BEFORE] >= item.onset
    if item.motion in ("enters", "leaves"):
        shown = (before & now).sum((1, 2)) < _MOVED * (before | now).sum((1, 2))
    answers[_BEFORE:, 3] = np.where(shown, _MOTIONS.index(item.motion), _IGNORED)
    return answers


class ObjectHeads(nn.Module):
    """Linear heads on the image trunk, and on what the adapters select of all frames."""

    def __init__(self, network: Samwise) -> None:
        """Build the heads for a network."""
        super().__init__()
        config = network.config
        self._sizes = (len(SHAPES) + 1, len(COLOURS), len(_SIZES))
        self.look = nn.ModuleList(
            nn.Linear(width, sum(self._sizes)) for width in config.stage_widths[1:3]
        )
        self.motion = nn.ModuleList(
            nn.Linear(config.adapter_width, len(_MOTIONS)) for _ in network.cmt_adapters
        )
        self._sides = [config.image_size // stride for stride in (8, 16, 32)]
        self._selected: dict[int, Tensor] = {}

    @contextmanager
    def watching(self, network: Samwise) -> Iterator[None]:
        """Keep what the adapters select, for ``losses``; else nothing holds on to it."""
        attentions = [one.get_submodule("ca_V2T.multihead_attn") for one in network.cmt_adapters]
        handles = [
            attention.register_forward_pre_hook(self._keep(index))
            for index, attention in enumerate(attentions)
        ]
        try:
            yield
        finally:
            for handle in handles:
                handle.remove()

    def _keep(self, index: int) -> Callable[[nn.Module, tuple[Tensor, ...]], None]:
        """Keep what an adapter's cells are before the text is asked, (M, H, W, A)."""

        def keep(_: nn.Module, arguments: tuple[Tensor, ...]) -> None:
            side = self._sides[index]
            self._selected[index] = arguments[0].reshape(-1, side, side, arguments[0].shape[-1])

        return keep

    def losses(self, stages: list[Tensor], labels: Tensor) -> dict[str, PartialMean]:
        """Compare what the heads tell with the labels.

        Args:
            stages: of the image trunk without text the second and third, (N T, H, W, C).
            labels: (N, T, 4, S/8, S/8) of N videos, each of which has K sentences.

        Returns:
            ``shape``, ``colour``, ``size`` and ``motion``.
        """
        flat = labels.flatten(0, 1)
        told = self._told(self.look, stages, flat)
        losses = {
            name: PartialMean.of(_entropy(logits, flat[:, index]))
            for index, (name, logits) in enumerate(
                zip(("shape", "colour", "size"), told.split(self._sizes, 1), strict=True)
            )
        }
        selected = [self._selected[index] for index in range(len(self.motion))]
        targets = len(selected[0]) // len(flat)
        motions = labels[:, :, 3].repeat_interleave(targets, 0).flatten(0, 1)
        told = self._told(self.motion, selected, flat)
        losses["motion"] = PartialMean.of(_entropy(told, motions))
        self._selected.clear()
        return losses

    @staticmethod
    def _told(heads: nn.ModuleList, features: list[Tensor], labels: Tensor) -> Tensor:
        """Add up what heads tell of features (M, H, W, C) into (M, answers, S/8, S/8)."""
        size = tuple(labels.shape[-2:])
        return torch.stack(
            [
                functional.interpolate(head(feature).permute(0, 3, 1, 2), size, mode="bilinear")
                for head, feature in zip(heads, features, strict=True)
            ]
        ).sum(0)


def _entropy(logits: Tensor, labels: Tensor) -> Tensor:
    """Cross-entropy of each cell that has a label."""
    asked = labels != _IGNORED
    return functional.cross_entropy(
        logits.permute(0, 2, 3, 1)[asked], labels[asked], reduction="none"
    )
