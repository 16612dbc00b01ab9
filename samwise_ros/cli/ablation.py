"""Train and score variants of the network without some parts, as in the paper's ablations.

All variants use the same recipe and the same frozen SAM 2 and text encoder. The output folder
contains `ablation.md` (one table), `ablation.json` (all scores) and a folder for each variant.
The same command resumes an interrupted run.

Examples:
  samwise ablation recipes/ablation.yaml --out runs/ablation
  samwise ablation recipes/ablation.yaml --out runs/ablation --variants prompt selective
"""

import argparse
from pathlib import Path

import torch

from samwise_ros.benchmark.ablation.ablation import AblationConfig, run_ablation
from samwise_ros.benchmark.ablation.variants import VARIANTS
from samwise_ros.engine.backend.find_model import DEFAULT_MODEL
from samwise_ros.training.recipe import Recipe


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `samwise ablation`."""
    names = [variant.name for variant in VARIANTS]
    parser.add_argument("recipe", type=Path, help="a YAML file, such as recipes/ablation.yaml")
    parser.add_argument("--out", type=Path, required=True, metavar="FOLDER", help="output folder")
    parser.add_argument(
        "--init",
        default=DEFAULT_MODEL,
        metavar="MODEL",
        help="model with the frozen parts (default: %(default)s)",
    )
    parser.add_argument(
        "--data",
        default="painted:test",
        help="test data: FORMAT:DIR[:SPLIT], painted:SPLIT or tabletop:SPLIT "
        "(default: painted:test)",
    )
    parser.add_argument(
        "--videos", type=int, default=100, help="number of test videos (default: 100)"
    )
    parser.add_argument(
        "--variants",
        nargs="+",
        choices=names,
        default=names,
        help="variants to train (default: all)",
    )
    parser.add_argument("--threads", type=int, default=1, help="CPU threads (default: 1)")


def run(arguments: argparse.Namespace) -> int:
    """Train and evaluate the remaining variants, and print the table."""
    if arguments.threads < 1:
        raise ValueError(f"--threads: expected 1 or more, got {arguments.threads}")
    torch.set_num_threads(arguments.threads)
    config = AblationConfig(
        Recipe.read(arguments.recipe),
        arguments.out,
        arguments.init,
        arguments.data,
        arguments.videos,
        tuple(arguments.variants),
    )
    print(run_ablation(config).to_markdown())
    return 0
