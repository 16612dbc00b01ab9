"""Writes generated tabletop videos in the format of Ref-YouTube-VOS."""

import json
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from write_labels import write_labels

from samwise_ros.data.formats.write_files import frame_names, painted_videos, write_frames
from samwise_ros.data.painted.video import PaintedConfig, PaintedVideo, Split

_SPLITS: dict[Split, str] = {"train": "train", "val": "valid", "test": "test"}


def write_ref_youtube_vos(folder: Path, counts: Mapping[Split, int], config: PaintedConfig) -> None:
    """Write videos as the splits ``train`` and, without masks, ``valid`` (val) and ``test``.

    Args:
        folder: created if missing; files of the same names are replaced.
        counts: number of videos of each split, from index 0 on.
        config: properties of the videos.
    """
    videos: dict[Split, dict[str, Any]] = defaultdict(dict)
    for split, name, video in painted_videos(counts, config):
        write_frames(folder / _SPLITS[split] / "JPEGImages" / name, video)
        if split == "train":
            write_labels(folder / _SPLITS[split] / "Annotations" / name, video)
        videos[split][name] = _video_entry(video, with_objects=split == "train")
    for split, entries in videos.items():
        lists = folder / "meta_expressions" / _SPLITS[split]
        lists.mkdir(parents=True, exist_ok=True)
        (lists / "meta_expressions.json").write_text(json.dumps({"videos": entries}), "utf-8")


def _video_entry(video: PaintedVideo, with_objects: bool) -> dict[str, Any]:
    """Return one video's entry of ``meta_expressions.json``."""
    entries = {item.id: {"exp": item.sentence} for item in video.expressions}
    if with_objects:
        for item in video.expressions:
            entries[item.id]["obj_id"] = str(item.objects[0] + 1)
    return {"frames": frame_names(video), "expressions": entries}
