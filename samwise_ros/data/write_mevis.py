"""Writes tabletop videos as a folder of the MeViS data set (Ding et al., ICCV 2023)."""

import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from pycocotools import mask as coco
from tqdm import tqdm

from samwise_ros.data.tabletop import Split, TabletopConfig, TabletopVideo, make_video

_JPEG_QUALITY = 95


def write_mevis(folder: Path, split: Split, count: int, config: TabletopConfig) -> None:
    """Write videos as ``JPEGImages/``, ``meta_expressions.json`` and ``mask_dict.json``.

    Each object of each video has one annotation: a list with one run-length encoded mask a frame,
    ``None`` where the object is not visible.

    Args:
        folder: made where it is missing; files of the same names are replaced.
        split: which videos.
        count: how many, from index 0 on.
        config: what the videos are like.

    Raises:
        OSError: something could not be written.
    """
    videos: dict[str, dict[str, Any]] = {}
    masks: dict[str, list[dict[str, Any] | None]] = {}
    for index in tqdm(range(count), desc=f"tabletop {split}", unit="video"):
        name = f"{split}{index:06d}"
        video = make_video(split, index, config)
        _write_frames(folder / "JPEGImages" / name, video.frames)
        videos[name] = _expressions(index, video, first_annotation=len(masks))
        for mask in video.masks:
            masks[str(len(masks))] = _encoded(mask)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "meta_expressions.json").write_text(json.dumps({"videos": videos}), "utf-8")
    (folder / "mask_dict.json").write_text(json.dumps(masks), "utf-8")


def _write_frames(folder: Path, frames: NDArray[np.uint8]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for index, frame in enumerate(frames):
        path = folder / f"{index:05d}.jpg"
        bgr = cv2.cvtColor(frame, cv2.COLOR_RGB2BGR)
        if not cv2.imwrite(str(path), bgr, [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY]):
            raise OSError(f"could not write {path}")


def _expressions(index: int, video: TabletopVideo, first_annotation: int) -> dict[str, Any]:
    """One video's entry of ``meta_expressions.json``."""
    return {
        "vid_id": index,
        "frames": [f"{moment:05d}" for moment in range(len(video.frames))],
        "expressions": {
            str(number): {
                "exp": item.sentence,
                "obj_id": list(item.objects),
                "anno_id": [first_annotation + item.objects[0]],
            }
            for number, item in enumerate(video.expressions)
        },
    }


def _encoded(mask: NDArray[np.bool_]) -> list[dict[str, Any] | None]:
    """Run-length codes of the frames of a (T, H, W) mask."""
    # The encoder wants (H, W, T), column by column.
    codes = coco.encode(np.asfortranarray(mask.transpose(1, 2, 0), np.uint8))
    return [
        {"size": code["size"], "counts": code["counts"].decode("ascii")} if frame.any() else None
        for code, frame in zip(codes, mask, strict=True)
    ]
