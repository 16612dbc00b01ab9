"""Writes the masks of a generated video as palette PNG files."""

from pathlib import Path

import numpy as np
from PIL import Image

from samwise_ros.data.formats.write_files import frame_names
from samwise_ros.data.painted.video import PaintedVideo

# Colours of the labels 0 to 8; 0 is the background.
_PALETTE = bytes.fromhex("000000 c00000 00a000 c0a000 0040c0 a000a0 00a0a0 c0c0c0 804000")


def write_labels(folder: Path, video: PaintedVideo) -> None:
    """Write one PNG file for each frame; a pixel is the index of its object plus one."""
    folder.mkdir(parents=True, exist_ok=True)
    numbers = np.arange(1, len(video.masks) + 1, dtype=np.uint8).reshape(-1, 1, 1, 1)
    labels = (video.masks * numbers).max(axis=0)
    for name, plane in zip(frame_names(video), labels, strict=True):
        image = Image.fromarray(plane, "P")
        image.putpalette(_PALETTE)
        image.save(folder / f"{name}.png")
