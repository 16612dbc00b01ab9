"""Trains a model by a recipe; the same command goes on where a stopped training was.

The folder gets `model` (a model folder, at the end of each stage), `log.jsonl` and `tensorboard`
(the losses), and `state.pt` (from which training goes on). Ctrl-C saves the state first.

  samwise train recipes/tabletop.yaml --out runs/tabletop
  samwise train recipes/mevis.yaml --data mevis:DIR:train --init runs/refcoco/model --out runs/mevis
  torchrun --standalone --nproc-per-node 8 -m samwise_ros.cli.main train recipes/mevis.yaml ...
"""

import argparse
from dataclasses import replace
from pathlib import Path

import torch

from samwise_ros.training.recipe import Recipe
from samwise_ros.training.trainer import Trainer


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what `samwise train` takes."""
    parser.add_argument("recipe", type=Path, help="a YAML file, such as recipes/tabletop.yaml")
    parser.add_argument("--out", type=Path, required=True, metavar="FOLDER")
    parser.add_argument(
        "--data", nargs="+", metavar="FORMAT:DIR:SPLIT", help="one or several (the recipe's)"
    )
    parser.add_argument("--evaluate", metavar="FORMAT:DIR:SPLIT", help="meanwhile, now and then")
    parser.add_argument("--init", metavar="MODEL", help="a model folder, or a shipped model's name")
    parser.add_argument("--device", choices=("auto", "cpu", "cuda"), default="auto")
    parser.add_argument("--stop-after", type=int, metavar="STEPS", help="save and leave then")
    parser.add_argument("--threads", type=int, help="of the computation (as torch chooses)")


def run(arguments: argparse.Namespace) -> int:
    """Train what is left of the recipe."""
    for name in ("stop_after", "threads"):
        value = getattr(arguments, name)
        if value is not None and value < 1:
            raise ValueError(f"{name.replace('_', '-')}: expected 1 or more, got {value}")
    if arguments.threads is not None:
        torch.set_num_threads(arguments.threads)
    recipe, out = Recipe.read(arguments.recipe), arguments.out
    if arguments.data:
        recipe = replace(recipe, data=tuple(arguments.data))
    if arguments.evaluate:
        recipe = replace(recipe, evaluate=replace(recipe.evaluate, data=arguments.evaluate))
    trainer = Trainer(recipe, out, arguments.init, arguments.device)
    tell = print if trainer.training.processes.rank == 0 else _say_nothing
    tell(_where(trainer))
    try:
        done = trainer.run(arguments.stop_after)
    except KeyboardInterrupt:
        tell("stopped; the same command goes on")
        return 130
    tell(f"the model is in {out / 'model'}" if done else "stopped; the same command goes on")
    return 0


def _say_nothing(line: str) -> None:
    """The first process speaks for all."""


def _where(trainer: Trainer) -> str:
    """Say where a training begins or goes on."""
    state, stages = trainer.state, trainer.training.recipe.stages
    folder = trainer.training.folder
    if state.stage == len(stages):
        return f"{folder}: has all of its {len(stages)} stages already"
    verb = "goes on" if state.stage or state.step else "begins"
    return f"{folder}: {verb} at stage {state.stage + 1} of {len(stages)}, step {state.step}"
