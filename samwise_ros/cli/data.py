"""Check the folder of a data set, or write generated videos in the format of MeViS.

`samwise data check` prints what the folder contains, and lists problems with file and entry. The
folder has one of these formats, as the data sets are distributed:

  mevis            DIR/{train,valid_u,valid}/ with JPEGImages/, meta_expressions.json and, where
                   masks are public, mask_dict.json
  ref_youtube_vos  DIR/meta_expressions/{train,valid,test}/meta_expressions.json,
                   DIR/{train,valid,test}/JPEGImages/, DIR/train/Annotations/
  ref_davis17      DIR/davis_text_annotations/, DIR/DAVIS/ with JPEGImages/480p/,
                   Annotations_unsupervised/480p/ (or Annotations/480p/) and ImageSets/2017/
  refcoco          DIR/instances.json, DIR/refs(unc).p (or umd, google), train2014/ in DIR or in
                   its parent; DIR is the folder of RefCOCO, RefCOCO+ or RefCOCOg

`samwise data painted` writes a folder of format mevis.

Examples:
  samwise data check data/mevis
  samwise data check mevis:data/mevis:valid_u
  samwise data painted --out painted --split train val --videos 100 10
"""

import argparse
from pathlib import Path
from typing import get_args

from samwise_ros.data.check import SplitReport, check_split
from samwise_ros.data.formats.write_mevis import write_mevis
from samwise_ros.data.open_dataset import (
    FORMATS,
    PAINTED_FRAMES,
    PAINTED_SIZE,
    detect_format,
    parse_spec,
)
from samwise_ros.data.painted.video import PaintedConfig, Split

_SHOWN_PROBLEMS = 50


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `samwise data`."""
    tasks = parser.add_subparsers(dest="task", required=True, metavar="{check,painted}")
    check = tasks.add_parser("check", help="check the folder of a data set")
    check.add_argument("place", metavar="DIR", help="a folder, or FORMAT:DIR[:SPLIT]")
    check.set_defaults(do=_check)
    write = tasks.add_parser("painted", help="write generated videos as a data set")
    write.add_argument(
        "--out", type=Path, required=True, metavar="FOLDER", help="a new or empty folder"
    )
    write.add_argument(
        "--split",
        nargs="+",
        choices=get_args(Split),
        default=["train"],
        help="one or more splits (default: train)",
    )
    write.add_argument(
        "--videos",
        nargs="+",
        type=int,
        default=[100],
        help="number of videos in each split (default: 100)",
    )
    write.add_argument(
        "--frames",
        type=int,
        default=PAINTED_FRAMES,
        help="frames in each video (default: %(default)s)",
    )
    width, height = PAINTED_SIZE
    write.add_argument(
        "--width", type=int, default=width, help="width in pixels (default: %(default)s)"
    )
    write.add_argument(
        "--height", type=int, default=height, help="height in pixels (default: %(default)s)"
    )
    write.set_defaults(do=_write)


def run(arguments: argparse.Namespace) -> int:
    """Check or write."""
    return int(arguments.do(arguments))


def _write(arguments: argparse.Namespace) -> int:
    splits, videos, out = arguments.split, arguments.videos, arguments.out
    if min(videos) < 1:
        raise ValueError(f"--videos: expected 1 or more, got {min(videos)}")
    if len(videos) not in (1, len(splits)) or len(set(splits)) < len(splits):
        raise ValueError(
            "--split, --videos: expected different splits, and one number or one for each split, "
            f"got {' '.join(splits)} and {' '.join(map(str, videos))}"
        )
    if out.exists() and any(out.iterdir()):
        raise ValueError(f"{out}: the folder is not empty; choose a new folder with --out")
    counts = dict(zip(splits, videos * (len(splits) // len(videos)), strict=True))
    write_mevis(out, counts, PaintedConfig(arguments.frames, arguments.width, arguments.height))
    print(
        f"wrote {sum(counts.values())} videos to {out}; check them with `samwise data check {out}`"
    )
    return 0


def _check(arguments: argparse.Namespace) -> int:
    if Path(arguments.place).is_dir():
        folder, split = Path(arguments.place), ""
        name = detect_format(folder)
    else:
        name, folder, split = parse_spec(arguments.place)
    splits = FORMATS[name].splits(folder)
    if split and split not in splits:
        raise ValueError(f"{folder}: expected a split of {', '.join(splits)}, got {split!r}")
    found = [check_split(name, folder, one) for one in ((split,) if split else splits)]
    print(f"{folder}: {name}")
    print(_table(found))
    problems = [problem for findings in found for problem in findings.problems]
    for problem in problems[:_SHOWN_PROBLEMS]:
        print(problem)
    if len(problems) > _SHOWN_PROBLEMS:
        print(f"and {len(problems) - _SHOWN_PROBLEMS} more")
    return 1 if problems else 0


def _table(found: list[SplitReport]) -> str:
    """Return a table with one row for each split."""
    rows = [findings.counts() for findings in found]
    lines = ["".join(f"{name:>13}" for name in rows[0])]
    lines += ["".join(f"{value:>13}" for value in row.values()) for row in rows]
    return "\n".join(lines)
