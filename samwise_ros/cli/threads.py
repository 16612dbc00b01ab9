"""The --threads option of the subcommands that run the network."""

import argparse


def add_threads_argument(parser: argparse.ArgumentParser) -> None:
    """Add ``--threads``; pass its value to `use_threads`."""
    parser.add_argument(
        "--threads",
        type=int,
        default=0,
        metavar="N",
        help="CPU threads of the network (default: OMP_NUM_THREADS, else all cores except one)",
    )
