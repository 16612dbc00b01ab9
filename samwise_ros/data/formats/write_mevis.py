"""Writes tabletop videos as a folder of the MeViS data set."""

import json
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from samwise_ros.data.formats.write_files import frame_names, tabletop_videos, write_frames
from samwise_ros.data.rle import encode
from samwise_ros.data.tabletop.video import Split, TabletopConfig, TabletopVideo

_SPLITS: dict[Split, str] = {"train": "train", "val": "valid_u", "test": "valid"}


def write_mevis(folder: Path, counts: Mapping[Split, int], config: TabletopConfig) -> None:
    """Write videos as ``train/``, ``valid_u/`` (val) and, without masks, ``valid/`` (test).

    Each object of each video has one annotation.

    Args:
        folder: made where it is missing; files of the same names are replaced.
        counts: how many videos of each split, from index 0 on.
        config: what they are like.

    Raises:
        OSError: something could not be written.
    """
    videos: dict[Split, dict[str, Any]] = defaultdict(dict)
    masks: dict[Split, dict[str, list[dict[str, object] | None]]] = defaultdict(dict)
    for split, name, video in tabletop_videos(counts, config):
        write_frames(folder / _SPLITS[split] / "JPEGImages" / name, video)
        first = None if split == "test" else len(masks[split])
        videos[split][name] = _listed(video, first)
        for mask in video.masks if first is not None else ():
            masks[split][str(len(masks[split]))] = _encoded(mask)
    for split, entries in videos.items():
        place = folder / _SPLITS[split]
        (place / "meta_expressions.json").write_text(json.dumps({"videos": entries}), "utf-8")
        if split in masks:
            (place / "mask_dict.json").write_text(json.dumps(masks[split]), "utf-8")


def _listed(video: TabletopVideo, first_annotation: int | None) -> dict[str, Any]:
    """One video's entry of ``meta_expressions.json``."""
    expressions: dict[str, dict[str, Any]] = {}
    for said in video.expressions:
        expressions[said.id] = {"exp": said.sentence}
        if first_annotation is not None:
            expressions[said.id]["obj_id"] = list(said.objects)
            expressions[said.id]["anno_id"] = [first_annotation + one for one in said.objects]
    return {"frames": frame_names(video), "expressions": expressions}


def _encoded(mask: NDArray[np.bool_]) -> list[dict[str, object] | None]:
    """Run lengths of the frames of a (T, H, W) mask, nothing where it is empty."""
    return [encode(frame) if frame.any() else None for frame in mask]
