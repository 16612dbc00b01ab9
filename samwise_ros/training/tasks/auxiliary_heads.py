"""Auxiliary heads that predict the attributes and motion of every object.

A sentence supervises one object of a video; these heads supervise all objects. They are trained
with the network and discarded afterwards. Only generated videos provide the labels.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import get_args

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from samwise_ros.data.painted.objects import COLOURS, SHAPES, Motion, PaintedObject
from samwise_ros.data.painted.video import PaintedVideo
from samwise_ros.network.samwise import Samwise
from samwise_ros.training.losses import IGNORED, PartialMean

STRIDE = 8
"""Side of a labelled cell, in pixels of the network's image."""
_SIZES = ("small", "medium", "large")
_MOTIONS = get_args(Motion)
_BACKGROUND = len(SHAPES)
_MIN_COVER = 0.3  # of a cell by an object, to label the cell
_MAX_BACKGROUND_COVER = 0.05
_MOTION_LAG = 3  # frames over which a motion becomes visible
_MAX_MOTION_IOU = 0.5  # with the mask of _MOTION_LAG frames ago; camera shake keeps it larger


def object_labels(
    video: PaintedVideo, side: int, frame_indices: Sequence[int]
) -> NDArray[np.int64]:
    """Label the cells of a clip; the video is as wide or as high as the network's image.

    Args:
        video: the video.
        side: image size S of the network.
        frame_indices: indices of the T frames of the clip.

    Returns:
        (T, 4, S/8, S/8) int64: shape (with an extra class for the background), colour, size and
        motion of the object on each cell; -1 for no label, for example before a motion is visible.
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
    classes = np.stack([_classes(item, mask, progress) for item, mask in pairs])  # (N, T, 4)
    covering = classes[cover.argmax(0), np.arange(frames)[:, None, None]]
    labels = np.where(most[..., None] >= _MIN_COVER, covering, IGNORED)
    labels[..., 0] = np.where(most < _MAX_BACKGROUND_COVER, _BACKGROUND, labels[..., 0])
    return labels.transpose(0, 3, 1, 2)


def _classes(
    item: PaintedObject, mask: NDArray[np.bool_], progress: NDArray[np.float64]
) -> NDArray[np.int64]:
    """Return the classes of an object on each frame; the motion only on frames that show it.

    Args:
        item: the object.
        mask: (T, H, W) bool, mask of the object.
        progress: (T,) position of the frames in the video, 0 to 1.

    Returns:
        (T, 4) int64: shape, colour, size and motion.
    """
    size = _SIZES.index(item.size) if item.size in _SIZES else IGNORED
    classes = np.empty((len(mask), 4), np.int64)
    classes[:] = SHAPES.index(item.shape), COLOURS.index(item.colour), size, IGNORED
    before, now = mask[:-_MOTION_LAG], mask[_MOTION_LAG:]
    visible = progress[:-_MOTION_LAG] >= item.onset
    if item.motion in ("enters", "leaves"):
        visible = (before & now).sum((1, 2)) < _MAX_MOTION_IOU * (before | now).sum((1, 2))
    classes[_MOTION_LAG:, 3] = np.where(visible, _MOTIONS.index(item.motion), IGNORED)
    return classes


class ObjectHeads(nn.Module):
    """Linear heads on the image trunk, and on the features the adapters select of all frames."""

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
            labels: (N, T, 4, S/8, S/8) labels of N videos with K sentences each.

        Returns:
            The losses ``shape``, ``colour``, ``size`` and ``motion``.
        """
        flat = labels.flatten(0, 1)
        logits = self._logits(self.look, stages, flat).split(self._sizes, 1)
        losses = {
            name: PartialMean.of(_entropy(logits[index], flat[:, index]))
            for index, name in enumerate(("shape", "colour", "size"))
        }
        selected = [self._selected[index] for index in range(len(self.motion))]
        targets = len(selected[0]) // len(flat)
        motions = labels[:, :, 3].repeat_interleave(targets, 0).flatten(0, 1)
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
