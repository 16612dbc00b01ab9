"""Writes tabletop videos as a folder of the Ref-YouTube-VOS data set."""

import json
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from samwise_ros.data.formats.write_files import (
    frame_names,
    tabletop_videos,
    write_frames,
    write_labels,
)
from samwise_ros.data.tabletop.video import Split, TabletopConfig, TabletopVideo

_SPLITS: dict[Split, str] = {"train": "train", "val": "valid", "test": "test"}


def write_ref_youtube_vos(
    folder: Path, counts: Mapping[Split, int], config: TabletopConfig
) -> None:
    """Write videos as the splits ``train`` and, without masks, ``valid`` (val) and ``test``.

    Args:
        folder: made where it is missing; files of the same names are replaced.
        counts: how many videos of each split, from index 0 on.
        config: what they are like.

    Raises:
        OSError: something could not be written.
    """
    videos: dict[Split, dict[str, Any]] = defaultdict(dict)
    for split, name, video in tabletop_videos(counts, config):
        write_frames(folder / _SPLITS[split] / "JPEGImages" / name, video)
        if split == "train":
            write_labels(folder / _SPLITS[split] / "Annotations" / name, video)
        videos[split][name] = _listed(video, with_objects=split == "train")
    for split, entries in videos.items():
        place = folder / "meta_expressions" / _SPLITS[split]
        place.mkdir(parents=True, exist_ok=True)
        (place / "meta_expressions.json").write_text(json.dumps({"videos": entries}), "utf-8")


def _listed(video: TabletopVideo, with_objects: bool) -> dict[str, Any]:
    """One video's entry of ``meta_expressions.json``."""
    expressions = {said.id: {"exp": said.sentence} for said in video.expressions}
    if with_objects:
        for said in video.expressions:
            expressions[said.id]["obj_id"] = str(said.objects[0] + 1)
    return {"frames": frame_names(video), "expressions": expressions}
