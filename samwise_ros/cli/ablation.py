"""Trains and scores variants of the network with parts left out, as the paper's ablations do.

Each variant is trained by the same recipe between the same frozen SAM 2 and text encoder. The
folder gets `ablation.md` (one table), `ablation.json` (every score) and a folder for each variant.
The same command goes on where it was stopped.

  samwise ablation recipes/ablation.yaml --out runs/ablation
  samwise ablation recipes/ablation.yaml --out runs/ablation --variants prompt selective
"""

import argparse
from pathlib import Path

import torch

from samwise_ros.benchmark.ablation.ablation import AblationConfig, run_ablation
from samwise_ros.benchmark.ablation.variants import VARIANTS
from samwise_ros.training.recipe import Recipe


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what `samwise ablation` takes."""
    names = [variant.name for variant in VARIANTS]
    parser.add_argument("recipe", type=Path, help="a YAML file, such as recipes/ablation.yaml")
    parser.add_argument("--out", type=Path, required=True, metavar="FOLDER")
    parser.add_argument(
        "--init", default="tabletop", metavar="MODEL", help="gives the frozen parts (tabletop)"
    )
    parser.add_argument(
        "--data", default="tabletop:test", help="FORMAT:DIR[:SPLIT] or tabletop:SPLIT"
    )
    parser.add_argument("--videos", type=int, default=100, help="to evaluate on (100)")
    parser.add_argument(
        "--variants", nargs="+", choices=names, default=names, help="which of them (all)"
    )
    parser.add_argument("--threads", type=int, default=1, help="of the computation (1)")


def run(arguments: argparse.Namespace) -> int:
    """Train and evaluate what is left, and print the table."""
    if arguments.threads < 1:
        raise ValueError(f"threads: expected 1 or more, got {arguments.threads}")
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
