"""Labels of the auxiliary heads: what the object on each cell of an image is, and where.

Kinds and colours do not depend on the place, so that a trunk which is trained on them alone forgets
it, and sentences with "leftmost" cannot be learned. The column keeps it. How far up an object is
follows from its surroundings.
"""

from collections.abc import Sequence
from typing import get_args

import numpy as np
import torch
from numpy.typing import NDArray

from samwise_ros.data.augmentation import View
from samwise_ros.data.concat import ConcatDataset
from samwise_ros.data.dataset import Dataset
from samwise_ros.data.files import read_arrays
from samwise_ros.data.formats.mevis import Mevis
from samwise_ros.data.painted.dataset import PaintedDataset
from samwise_ros.data.painted.objects import COLOURS, SHAPES, Motion, PaintedObject
from samwise_ros.data.painted.video import PaintedVideo
from samwise_ros.data.tabletop.catalogue import KINDS, PAINTS
from samwise_ros.data.tabletop.description import Material, Pattern
from samwise_ros.data.tabletop.truth import Motion as TabletopMotion
from samwise_ros.network.image.preprocess import masks_to_square
from samwise_ros.training.losses import IGNORED

STRIDE = 8
"""Side of a labelled cell, in pixels of the network's image."""
_SIZES = ("small", "medium", "large")
_MOTIONS = get_args(Motion)
_KINDS = tuple(KINDS)
_PATTERNS, _MATERIALS = get_args(Pattern), get_args(Material)
_LOOKS = {
    "kinds": _KINDS,
    "colours": PAINTS,
    "patterns": _PATTERNS,
    "materials": _MATERIALS,
}
"""Arrays of a truth file that name what each object looks like, and their values."""
_MIRRORED = np.array(
    [_MOTIONS.index({"left": "right", "right": "left"}.get(name, name)) for name in _MOTIONS]
)
"""The motion that each motion is in a mirrored image."""
_WHOLE = View()
_COLUMNS = 16
_MIN_COVER = 0.3  # of a cell by an object, to label the cell
_MAX_BACKGROUND_COVER = 0.05
_MOTION_LAG = 3  # frames over which a motion becomes visible
_MAX_MOTION_IOU = 0.5  # with the mask of _MOTION_LAG frames ago; camera shake keeps it larger


def label_sizes(dataset: Dataset) -> dict[str, int]:
    """Return the number of classes of each label; the first has the background as its last class.

    Raises:
        ValueError: the data set has no such labels.
    """
    if isinstance(dataset, PaintedDataset):
        return {
            "shape": len(SHAPES) + 1,
            "colour": len(COLOURS),
            "size": len(_SIZES),
            "column": _COLUMNS,
            "motion": len(_MOTIONS),
        }
    parts = dataset.parts if isinstance(dataset, ConcatDataset) else [dataset]
    if all(isinstance(part, Mevis) and part.truth_file(0).exists() for part in parts):
        return {
            "kind": len(_KINDS) + 1,
            "colour": len(PAINTS),
            "pattern": len(_PATTERNS),
            "material": len(_MATERIALS),
            "column": _COLUMNS,
            "motion": len(TabletopMotion),
        }
    raise ValueError(
        "name_objects: expected videos with labels of all objects (painted:SPLIT, or a folder that "
        f"`samwise data tabletop` has written), got {dataset.name}"
    )


def object_labels(
    dataset: Dataset,
    index: int,
    side: int,
    frame_indices: Sequence[int],
    view: View = _WHOLE,
) -> NDArray[np.int64]:
    """Label the cells of a clip.

    Args:
        dataset: a data set that ``label_sizes`` accepts.
        index: number of the video.
        side: image size S of the network.
        frame_indices: indices of the T frames of the clip.
        view: the part of the images that the clip shows.

    Returns:
        (T, labels, S/8, S/8) int64: the classes of ``label_sizes`` of the object on each cell; -1
        for no label, for example before a motion is visible.

    Raises:
        DatasetError: a file is missing or damaged.
    """
    if isinstance(dataset, PaintedDataset):
        return painted_labels(dataset.scene(index), side, frame_indices, view)
    assert isinstance(dataset, Mevis | ConcatDataset)
    truth = read_arrays(dataset.truth_file(index), ("labels", "motion", *_LOOKS))
    labels = truth["labels"][list(frame_indices)]
    motions = truth["motion"][list(frame_indices)].T  # (N, T)
    looks = [
        [values.index(value) if value else IGNORED for value in truth[name].tolist()]
        for name, values in _LOOKS.items()
    ]
    classes = np.full((len(motions), len(labels), len(looks) + 1), IGNORED, np.int64)
    classes[..., :-1] = np.array(looks).T[:, None]
    classes[:, _MOTION_LAG:, -1] = motions[:, _MOTION_LAG:]
    numbers = np.arange(1, len(classes) + 1)[:, None, None, None]
    return _cell_labels(view.apply(labels) == numbers, classes, side, len(_KINDS))


def painted_labels(
    video: PaintedVideo, side: int, frame_indices: Sequence[int], view: View = _WHOLE
) -> NDArray[np.int64]:
    """Label the cells of a painted clip; see ``object_labels``."""
    masks = video.masks[:, list(frame_indices)]
    progress = np.array(frame_indices) / max(len(video.frames) - 1, 1)
    pairs = zip(video.objects, masks, strict=True)
    classes = np.stack([_classes(item, mask, progress) for item, mask in pairs])
    if view.flip:
        motions = classes[..., 3]
        motions[:] = np.where(motions == IGNORED, IGNORED, _MIRRORED[motions])
    return _cell_labels(view.apply(masks), classes, side, len(SHAPES))


def _cell_labels(
    masks: NDArray[np.bool_], classes: NDArray[np.int64], side: int, background: int
) -> NDArray[np.int64]:
    """Label each cell with the classes of the object that covers the largest part of it.

    Args:
        masks: (N, T, H, W) bool, of all objects.
        classes: (N, T, labels - 1) int64, without the column.
        side: image size S of the network.
        background: class of the first label without an object.
    """
    count, frames = masks.shape[:2]
    square = masks_to_square(torch.from_numpy(np.ascontiguousarray(masks)), side).numpy()
    cells = side // STRIDE
    classes = np.insert(classes, -1, _columns(square), axis=-1)
    cover = square.reshape(count, frames, cells, STRIDE, cells, STRIDE).mean((3, 5))
    most = cover.max(0)
    covering = classes[cover.argmax(0), np.arange(frames)[:, None, None]]
    labels = np.where(most[..., None] >= _MIN_COVER, covering, IGNORED)
    labels[..., 0] = np.where(most < _MAX_BACKGROUND_COVER, background, labels[..., 0])
    return labels.transpose(0, 3, 1, 2)


def _columns(masks: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return the column (N, T) of the centre of each mask (N, T, S, S)."""
    area = masks.sum(2)  # of each column of pixels
    side = masks.shape[-1]
    centre = (area * np.arange(side)).sum(-1) / np.maximum(area.sum(-1), 1)
    columns: NDArray[np.int64] = (centre * _COLUMNS / side).astype(np.int64)
    return columns


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
