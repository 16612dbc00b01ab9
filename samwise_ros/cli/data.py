"""Check the folder of a data set, or write generated videos as a data set.

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

`samwise data tabletop` writes any of these formats.

Examples:
  samwise data check data/mevis
  samwise data check mevis:data/mevis:valid_u
  samwise data tabletop --format mevis --out tabletop --split train --videos 100
  samwise data tabletop --format ref_davis17 --out davis --split train val --videos 100 10
"""

import argparse
from dataclasses import asdict
from pathlib import Path
from typing import get_args

from samwise_ros.data.check import Findings, check_split
from samwise_ros.data.formats.write_mevis import write_mevis
from samwise_ros.data.formats.write_ref_davis17 import write_ref_davis17
from samwise_ros.data.formats.write_ref_youtube_vos import write_ref_youtube_vos
from samwise_ros.data.formats.write_refcoco import write_refcoco
from samwise_ros.data.open_dataset import FORMATS, parse_spec, recognise
from samwise_ros.data.tabletop.video import Split, TabletopConfig

_WRITE = {
    "mevis": write_mevis,
    "ref_youtube_vos": write_ref_youtube_vos,
    "ref_davis17": write_ref_davis17,
    "refcoco": write_refcoco,
}
_SHOWN_PROBLEMS = 50


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `samwise data`."""
    tasks = parser.add_subparsers(dest="task", required=True, metavar="{check,tabletop}")
    check = tasks.add_parser("check", help="check the folder of a data set")
    check.add_argument("place", metavar="DIR", help="a folder, or FORMAT:DIR[:SPLIT]")
    check.set_defaults(do=_check)
    write = tasks.add_parser("tabletop", help="write generated videos as a data set")
    write.add_argument(
        "--out", type=Path, required=True, metavar="FOLDER", help="a new or empty folder"
    )
    write.add_argument("--format", choices=_WRITE, default="mevis", help="(default: mevis)")
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
    write.add_argument("--frames", type=int, help="frames in each video (default: 16; refcoco: 1)")
    write.add_argument("--width", type=int, default=320, help="width in pixels (default: 320)")
    write.add_argument("--height", type=int, default=240, help="height in pixels (default: 240)")
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
    frames = arguments.frames
    if frames is None:
        frames = 1 if arguments.format == "refcoco" else 16
    counts = dict(zip(splits, videos * (len(splits) // len(videos)), strict=True))
    config = TabletopConfig(frames, arguments.width, arguments.height)
    _WRITE[arguments.format](out, counts, config)
    print(
        f"wrote {sum(counts.values())} videos to {out}; check them with `samwise data check {out}`"
    )
    return 0


def _check(arguments: argparse.Namespace) -> int:
    if Path(arguments.place).is_dir():
        folder, split = Path(arguments.place), ""
        name = recognise(folder)
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


def _table(found: list[Findings]) -> str:
    """Return a table with one row for each split."""
    rows = [asdict(findings) | {"problems": len(findings.problems)} for findings in found]
    lines = ["".join(f"{name:>13}" for name in rows[0])]
    lines += ["".join(f"{value:>13}" for value in row.values()) for row in rows]
    return "\n".join(lines)
