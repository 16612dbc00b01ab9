"""Writes videos of the simulated tabletop, and the motion of its fixed splits."""

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
        "--processes", type=int, default=2, help="number of processes (default: %(default)s)"
    )
    add_size(parser, _SIZE)
    parser.set_defaults(do=_write)


def add_simulation_task(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `samwise data simulate`."""
    parser.add_argument(
        "--out", type=Path, default=FOLDER, metavar="FOLDER", help="folder (default: the package)"
    )
    parser.set_defaults(do=_simulate)


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
    output = Output(arguments.out, *size, arguments.frames, arguments.processes)
    versions = write_tabletop(output, counts)
    print(
        f"wrote {sum(counts.values())} videos to {arguments.out} with MuJoCo {versions['mujoco']}, "
        f"{versions['gl_renderer']}, {versions['gl_version']}; "
        f"check them with `samwise data check {arguments.out}`"
    )
    return 0


def _simulate(arguments: argparse.Namespace) -> int:
    from samwise_ros.data.tabletop.composition.describe import describe  # noqa: PLC0415
    from samwise_ros.data.tabletop.simulation.physics import simulate  # noqa: PLC0415  (extra sim)
    from samwise_ros.data.tabletop.stored import write_trajectories  # noqa: PLC0415

    for split, count in VIDEOS.items():
        path = arguments.out / f"{split}.npz"
        descriptions = (describe(split, index) for index in range(count))
        write_trajectories(path, descriptions, simulate)
        print(f"{path}: {count} videos, {path.stat().st_size / count / 1000:.1f} kB each")
    return 0
