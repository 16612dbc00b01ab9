"""Checks the folder of a data set."""

import argparse
from pathlib import Path

from samwise_ros.data.check import SplitReport, check_split
from samwise_ros.data.open_dataset import FORMATS, detect_format, parse_spec

_SHOWN_PROBLEMS = 50


def add_task(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `samwise data check`."""
    parser.add_argument("place", metavar="DIR", help="a folder, or FORMAT:DIR[:SPLIT]")
    parser.set_defaults(do=_check)


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
    print(_table([findings.counts() for findings in found]))
    if any(findings.kinds for findings in found):
        print(_table(_kinds(found)))
    problems = [problem for findings in found for problem in findings.problems]
    for problem in problems[:_SHOWN_PROBLEMS]:
        print(problem)
    if len(problems) > _SHOWN_PROBLEMS:
        print(f"and {len(problems) - _SHOWN_PROBLEMS} more")
    return 1 if problems else 0


def _kinds(found: list[SplitReport]) -> list[dict[str, str | int]]:
    """Return the number of expressions of each kind, one row for each split."""
    kinds = sorted({kind for findings in found for kind in findings.kinds})
    return [
        {"split": findings.split, **{kind: findings.kinds[kind] for kind in kinds}}
        for findings in found
    ]


def _table(rows: list[dict[str, str | int]]) -> str:
    """Return a table with one line for each row."""
    widths = {name: max(13, len(name) + 2) for name in rows[0]}
    lines = ["".join(f"{name:>{width}}" for name, width in widths.items())]
    lines += ["".join(f"{row[name]:>{width}}" for name, width in widths.items()) for row in rows]
    return "\n".join(lines)
