"""Writes generated painted videos in the format of MeViS."""

import json
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from samwise_ros.data.formats.write_files import frame_names, painted_videos, write_frames
from samwise_ros.data.painted.video import PaintedConfig, PaintedVideo, Split
from samwise_ros.data.rle import encode
from samwise_ros.files.atomic import write_atomically

_SPLITS: dict[Split, str] = {"train": "train", "val": "valid_u", "test": "valid"}


def write_mevis(folder: Path, counts: Mapping[Split, int], config: PaintedConfig) -> None:
    """Write videos as ``train/``, ``valid_u/`` (val) and, without masks, ``valid/`` (test).

    Each object of each video has one annotation.

    Args:
        folder: created if missing; files of the same names are replaced.
        counts: number of videos of each split, from index 0 on.
        config: properties of the videos.

    Raises:
        OSError: a file could not be written.
    """
    videos: dict[Split, dict[str, Any]] = defaultdict(dict)
    masks: dict[Split, dict[str, list[dict[str, object] | None]]] = defaultdict(dict)
    for split, name, video in painted_videos(counts, config):
        write_frames(folder / _SPLITS[split] / "JPEGImages" / name, video)
        first = None if split == "test" else len(masks[split])
        videos[split][name] = _video_entry(video, first)
        for mask in video.masks if first is not None else ():
            masks[split][str(len(masks[split]))] = _encode_frames(mask)

    for split, entries in videos.items():
        split_folder = folder / _SPLITS[split]
        meta = json.dumps({"videos": entries}).encode()
        write_atomically(split_folder / "meta_expressions.json", meta)
        if split in masks:
            write_atomically(split_folder / "mask_dict.json", json.dumps(masks[split]).encode())


def _video_entry(video: PaintedVideo, first_annotation: int | None) -> dict[str, Any]:
    """Return one video's entry of ``meta_expressions.json``."""
    entries: dict[str, dict[str, Any]] = {}
    for expression in video.expressions:
        entry: dict[str, Any] = {"exp": expression.sentence}
        if first_annotation is not None:
            entry["obj_id"] = list(expression.objects)
            entry["anno_id"] = [first_annotation + index for index in expression.objects]
        entries[expression.id] = entry
    return {"frames": frame_names(video), "expressions": entries}


def _encode_frames(mask: NDArray[np.bool_]) -> list[dict[str, object] | None]:
    """Encode each frame of a (T, H, W) mask as run lengths; ``None`` for an empty frame."""
    return [encode(frame) if frame.any() else None for frame in mask]
