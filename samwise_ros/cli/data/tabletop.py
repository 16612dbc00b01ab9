"""Writes videos of the simulated tabletop, and makes its fixed splits."""

import argparse
from pathlib import Path
from typing import get_args

from samwise_ros.cli.data.split_arguments import add_size, split_counts
from samwise_ros.data.tabletop.description import Split
from samwise_ros.data.tabletop.stored import FOLDER, VIDEOS

_SIZE = (128, 96)


def add_task(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `samwise data tabletop`."""
    parser.add_argument(
        "--out",
        type=Path,
        required=True,
        metavar="FOLDER",
        help="a new folder, or one to continue with the same size",
    )
    parser.add_argument(
        "--split",
        nargs="+",
        choices=get_args(Split),
        default=["train"],
        help="one or more splits (default: train)",
    )
    fixed = ", ".join(f"{split} {count}" for split, count in VIDEOS.items())
    parser.add_argument(
        "--videos",
        nargs="+",
        type=int,
        default=[50],
        help=f"number of videos in each split (default: 50); at most: {fixed}",
    )
    parser.add_argument(
        "--frames",
        type=int,
        help="frames in each video of train, 8 to 96 (default: drawn for each video)",
    )
    parser.add_argument(
        "--first",
        type=int,
        default=0,
        metavar="INDEX",
        help="index of the first video of train, for videos of other scenes than those of another "
        "folder (default: %(default)s)",
    )
    parser.add_argument(
        "--processes", type=int, default=2, help="number of processes (default: %(default)s)"
    )
    add_size(parser, _SIZE)
    parser.set_defaults(do=_write)


def add_fixing_task(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `samwise data fixed-splits`."""
    parser.add_argument(
        "--split", nargs="+", choices=list(VIDEOS), default=list(VIDEOS), help="default: all"
    )
    parser.add_argument(
        "--out", type=Path, default=FOLDER, metavar="FOLDER", help="folder (default: the package)"
    )
    parser.set_defaults(do=_fix)


def _write(arguments: argparse.Namespace) -> int:
    from samwise_ros.data.tabletop.write import Output, write_tabletop  # noqa: PLC0415  (extra sim)

    counts = split_counts(arguments.split, arguments.videos)
    for split, count in counts.items():
        if split in VIDEOS and count > VIDEOS[split]:
            raise ValueError(
                f"--videos: expected at most {VIDEOS[split]} of the split {split}, got {count}"
            )
    if arguments.frames is not None and not 8 <= arguments.frames <= 96:
        raise ValueError(f"--frames: expected 8 to 96, got {arguments.frames}")
    size = (arguments.width, arguments.height)
    output = Output(
        arguments.out,
        *size,
        frames=arguments.frames,
        first=arguments.first,
        processes=arguments.processes,
    )
    versions = write_tabletop(output, counts)
    print(
        f"wrote {sum(counts.values())} videos to {arguments.out} with MuJoCo {versions['mujoco']}, "
        f"{versions['gl_renderer']}, {versions['gl_version']}; "
        f"check them with `samwise data check {arguments.out}`"
    )
    return 0


def _fix(arguments: argparse.Namespace) -> int:
    from samwise_ros.data.tabletop.fix_splits import fix_split  # noqa: PLC0415  (the extra sim)
    from samwise_ros.data.tabletop.simulation.scene import SceneRenderer  # noqa: PLC0415

    renderer = SceneRenderer(*_SIZE)
    for split in arguments.split:
        fix_split(renderer, split, arguments.out)
        size = sum(file.stat().st_size for file in arguments.out.glob(f"{split}.*"))
        print(f"{split}: {VIDEOS[split]} videos, {size / VIDEOS[split] / 1000:.1f} kB each")
    return 0
