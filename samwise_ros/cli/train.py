"""Trains a model by a recipe; the same command goes on where a stopped training was.

The folder gets `model` (a model folder, at the end of each stage), `log.jsonl` (the losses) and
`state.pt` (from which training goes on).

  samwise train recipes/tabletop.yaml --out runs/tabletop
  samwise train recipes/tabletop.yaml --out runs/tabletop --threads 2
"""

import argparse
from pathlib import Path

import torch

from samwise_ros.training.recipe import Recipe
from samwise_ros.training.trainer import Trainer


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what `samwise train` takes."""
    parser.add_argument("recipe", type=Path, help="a YAML file, such as recipes/tabletop.yaml")
    parser.add_argument("--out", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--threads", type=int, help="of the computation (as torch chooses)")


def run(arguments: argparse.Namespace) -> int:
    """Train what is left of the recipe."""
    if arguments.threads is not None:
        if arguments.threads < 1:
            raise ValueError(f"threads: expected 1 or more, got {arguments.threads}")
        torch.set_num_threads(arguments.threads)
    recipe = Recipe.read(arguments.recipe)
    trainer = Trainer(recipe, arguments.out)
    if trainer.stage_index == len(recipe.stages):
        print(f"{arguments.out}: has all of its {len(recipe.stages)} stages already")
    elif trainer.stage_index or trainer.step:
        print(
            f"{arguments.out}: goes on at stage {trainer.stage_index + 1} of "
            f"{len(recipe.stages)}, step {trainer.step}"
        )
    try:
        trainer.run()
    except KeyboardInterrupt:
        print("stopped; the same command goes on from the last state that was saved")
        return 130
    print(f"the model is in {arguments.out / 'model'}")
    return 0
