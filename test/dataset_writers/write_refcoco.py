"""Writes generated tabletop images in the format of RefCOCOg."""

import json
import pickle
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from samwise_ros.data.formats.write_files import painted_videos, write_jpeg
from samwise_ros.data.painted.objects import SHAPES
from samwise_ros.data.painted.video import PaintedConfig, PaintedVideo, Split
from samwise_ros.vision.masks import bounding_box


@dataclass
class _Entries:
    """Contents of ``instances.json`` and ``refs(umd).p``."""

    images: list[dict[str, Any]] = field(default_factory=list)
    annotations: list[dict[str, Any]] = field(default_factory=list)
    refs: list[dict[str, Any]] = field(default_factory=list)


def write_refcoco(folder: Path, counts: Mapping[Split, int], config: PaintedConfig) -> None:
    """Write images as the splits ``train``, ``val`` and ``test``, which are those of RefCOCOg.

    Masks are run lengths, as for crowds in COCO: polygons cannot represent them exactly.

    Args:
        folder: created if missing; files of the same names are replaced.
        counts: number of images of each split, from index 0 on.
        config: properties of the images; one frame.
    """
    assert config.frames == 1, "images of RefCOCO are single frames"
    (folder / "train2014").mkdir(parents=True, exist_ok=True)
    entries = _Entries()
    for split, _, video in painted_videos(counts, config):
        number = len(entries.images) + 1
        name = f"COCO_train2014_{number:012d}.jpg"
        write_jpeg(folder / "train2014" / name, video.frames[0])
        size = {"height": config.height, "width": config.width}
        entries.images.append({"id": number, "file_name": name, **size})
        _add_objects(entries, split, video)
    content = {
        "images": entries.images,
        "annotations": entries.annotations,
        "categories": [{"id": number, "name": shape} for number, shape in enumerate(SHAPES, 1)],
    }
    (folder / "instances.json").write_text(json.dumps(content), "utf-8")
    # The pickle protocol of Python 2, as in the published files.
    (folder / "refs(umd).p").write_bytes(pickle.dumps(entries.refs, protocol=2))


def _add_objects(entries: _Entries, split: Split, video: PaintedVideo) -> None:
    """List the visible objects of the latest image and their sentences."""
    image = entries.images[-1]
    for index, (item, mask) in enumerate(zip(video.objects, video.masks[:, 0], strict=True)):
        expressions = [each for each in video.expressions if each.objects == (index,)]
        if not (mask.any() and expressions):
            continue
        annotation: dict[str, Any] = {
            "id": len(entries.annotations) + 1,
            "image_id": image["id"],
            "category_id": SHAPES.index(item.shape) + 1,
            "segmentation": {"size": list(mask.shape), "counts": _runs(mask)},
            "area": int(mask.sum()),
            "bbox": bounding_box(mask),
            "iscrowd": 0,
        }
        entries.annotations.append(annotation)
        sentences = [
            _sentence(10 * annotation["id"] + number, each.sentence)
            for number, each in enumerate(expressions)
        ]
        entries.refs.append(
            {
                "ref_id": len(entries.refs) + 1,
                "ann_id": annotation["id"],
                "image_id": image["id"],
                "category_id": annotation["category_id"],
                "file_name": image["file_name"],
                "split": split,
                "sent_ids": [sentence["sent_id"] for sentence in sentences],
                "sentences": sentences,
            }
        )


def _sentence(number: int, words: str) -> dict[str, Any]:
    return {"sent_id": number, "sent": words, "raw": words, "tokens": words.split()}


def _runs(mask: NDArray[np.bool_]) -> list[int]:
    """Return run lengths, column by column, starting with a run outside the mask.

    >>> _runs(np.array([[True, False], [True, False]]))
    [0, 2, 2]
    """
    pixels = np.concatenate([[False], mask.T.ravel()])
    changes = np.flatnonzero(np.diff(pixels))
    return [int(run) for run in np.diff(changes, prepend=0, append=mask.size)]
