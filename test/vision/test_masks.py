"""Boxes, centres, overlaps and label images of masks."""

import numpy as np
import pytest

from samwise_ros.vision.masks import bounding_box, centroid, iou, label_mask


def rectangle(x: int, y: int, width: int, height: int) -> np.ndarray:
    mask = np.zeros((48, 64), np.bool_)
    mask[y : y + height, x : x + width] = True
    return mask


def test_bounding_box() -> None:
    assert bounding_box(rectangle(5, 7, 20, 10)) == (5, 7, 20, 10)
    assert bounding_box(rectangle(0, 0, 64, 48)) == (0, 0, 64, 48)
    assert bounding_box(rectangle(63, 47, 1, 1)) == (63, 47, 1, 1)
    assert bounding_box(np.zeros((4, 4), np.bool_)) is None


def test_bounding_box_of_strided_mask() -> None:
    masks = np.stack([rectangle(5, 7, 20, 10)] * 2, axis=2)
    assert bounding_box(masks[:, :, 1]) == (5, 7, 20, 10)


def test_centroid() -> None:
    assert centroid(rectangle(10, 20, 3, 5)) == (11.0, 22.0)
    assert centroid(np.zeros((4, 4), np.bool_)) is None


def test_iou() -> None:
    assert iou(rectangle(0, 0, 10, 10), rectangle(5, 0, 10, 10)) == pytest.approx(1 / 3)
    assert iou(rectangle(0, 0, 4, 4), rectangle(8, 8, 4, 4)) == 0
    nothing = np.zeros((4, 4), np.bool_)
    assert iou(nothing, nothing) == 1
    with pytest.raises(ValueError, match="equal shape"):
        iou(nothing, np.zeros((4, 5), np.bool_))


def test_label_mask_draws_later_masks_on_top() -> None:
    image = label_mask((48, 64), [rectangle(0, 0, 10, 10), rectangle(5, 5, 10, 10)], [3, 254])
    assert image.dtype == np.uint8
    assert (image[0, 0], image[7, 7], image[14, 14], image[20, 20]) == (3, 254, 254, 0)
    assert not label_mask((48, 64), [], []).any()


def test_label_mask_rejects_invalid_labels_and_shapes() -> None:
    mask = rectangle(0, 0, 2, 2)
    with pytest.raises(ValueError, match="a label for each mask"):
        label_mask((48, 64), [mask], [])
    with pytest.raises(ValueError, match="1 to 254"):
        label_mask((48, 64), [mask], [255])
    with pytest.raises(ValueError, match="shape"):
        label_mask((40, 64), [mask], [1])
