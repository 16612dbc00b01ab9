"""Writes a picture of the simulated tabletop."""

import argparse
from pathlib import Path


def add_task(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `samwise data look-book`."""
    parser.add_argument(
        "--out", type=Path, required=True, metavar="FILE", help="a .webp, .png or .jpg file"
    )
    parser.set_defaults(do=_write)


def _write(arguments: argparse.Namespace) -> int:
    from samwise_ros.data.tabletop.look_book import write_look_book  # noqa: PLC0415  (extra sim)

    write_look_book(arguments.out)
    print(f"wrote {arguments.out}, {arguments.out.stat().st_size / 1000:.0f} kB")
    return 0
