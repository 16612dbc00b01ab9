"""Writes videos of the painted world."""

import argparse
from pathlib import Path
from typing import get_args

from samwise_ros.cli.data.split_arguments import add_size, split_counts
from samwise_ros.data.formats.write_mevis import write_mevis
from samwise_ros.data.open_dataset import PAINTED_FRAMES, PAINTED_SIZE
from samwise_ros.data.painted.video import PaintedConfig, Split
from samwise_ros.files.complete_folder import complete_folder


def add_task(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `samwise data painted`."""
    parser.add_argument(
        "--out", type=Path, required=True, metavar="FOLDER", help="a new or empty folder"
    )
    parser.add_argument(
        "--split",
        nargs="+",
        choices=get_args(Split),
        default=["train"],
        help="one or more splits (default: train)",
    )
    parser.add_argument(
        "--videos",
        nargs="+",
        type=int,
        default=[100],
        help="number of videos in each split (default: 100)",
    )
    parser.add_argument(
        "--frames",
        type=int,
        default=PAINTED_FRAMES,
        help="frames in each video (default: %(default)s)",
    )
    add_size(parser, PAINTED_SIZE)
    parser.set_defaults(do=_write)


def _write(arguments: argparse.Namespace) -> int:
    out: Path = arguments.out
    counts = split_counts(arguments.split, arguments.videos)
    config = PaintedConfig(arguments.frames, arguments.width, arguments.height)
    with complete_folder(out) as part:
        write_mevis(part, counts, config)
    print(
        f"wrote {sum(counts.values())} videos to {out}; check them with `samwise data check {out}`"
    )
    return 0
