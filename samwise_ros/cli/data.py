"""Writes generated videos as files, in the folder format of the MeViS data set.

The folder gets `JPEGImages/`, `meta_expressions.json` and `mask_dict.json`.

  samwise data tabletop --out tabletop --split train --videos 100
"""

import argparse
from pathlib import Path
from typing import get_args

from samwise_ros.data.write_mevis import write_mevis
from samwise_ros.data.tabletop import Split, TabletopConfig


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what `samwise data` takes."""
    parser.add_argument("world", choices=("tabletop",), help="which generator")
    parser.add_argument("--out", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--split", choices=get_args(Split), default="train", help="(train)")
    parser.add_argument("--videos", type=int, default=100, help="how many (100)")
    parser.add_argument("--frames", type=int, default=16, help="of each video (16)")
    parser.add_argument("--width", type=int, default=320, help="in pixels (320)")
    parser.add_argument("--height", type=int, default=240, help="in pixels (240)")


def run(arguments: argparse.Namespace) -> int:
    """Write the videos."""
    if arguments.videos < 1:
        raise ValueError(f"videos: expected 1 or more, got {arguments.videos}")
    scene = TabletopConfig(arguments.frames, arguments.width, arguments.height)
    write_mevis(arguments.out, arguments.split, arguments.videos, scene)
    print(f"wrote {arguments.videos} videos to {arguments.out}")
    return 0
