"""Arguments that the writers of generated videos share."""

import argparse
from collections.abc import Sequence
from typing import TypeVar

Split = TypeVar("Split")


def add_size(parser: argparse.ArgumentParser, size: tuple[int, int]) -> None:
    """Add the size of the images, with its default."""
    width, height = size
    parser.add_argument(
        "--width", type=int, default=width, help="width in pixels (default: %(default)s)"
    )
    parser.add_argument(
        "--height", type=int, default=height, help="height in pixels (default: %(default)s)"
    )


def split_counts(splits: Sequence[Split], videos: Sequence[int]) -> dict[Split, int]:
    """Return the number of videos of each split: one number for all, or one for each.

    Raises:
        ValueError: the numbers do not fit the splits.

    >>> split_counts(["train", "val"], [10])
    {'train': 10, 'val': 10}
    """
    if min(videos) < 1:
        raise ValueError(f"--videos: expected 1 or more, got {min(videos)}")
    if len(videos) not in (1, len(splits)) or len(set(splits)) < len(splits):
        raise ValueError(
            "--split, --videos: expected different splits, and one number or one for each split, "
            f"got {' '.join(map(str, splits))} and {' '.join(map(str, videos))}"
        )
    return dict(zip(splits, [*videos] * (len(splits) // len(videos)), strict=True))
