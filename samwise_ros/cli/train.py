"""Train a model from a recipe; the same command resumes an interrupted training.

The output folder contains `model` (a model folder, written at the end of each stage), `log.jsonl`
and `tensorboard` (the losses), and `state.pt` (the state to resume from). Ctrl-C saves the state
before the program ends.

Examples:
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
    """Add the arguments of `samwise train`."""
    parser.add_argument("recipe", type=Path, help="a YAML file, such as recipes/tabletop.yaml")
    parser.add_argument("--out", type=Path, required=True, metavar="FOLDER", help="output folder")
    parser.add_argument(
        "--data",
        nargs="+",
        metavar="FORMAT:DIR:SPLIT",
        help="one or more training sets (default: those of the recipe)",
    )
    parser.add_argument(
        "--evaluate", metavar="FORMAT:DIR:SPLIT", help="evaluate on this data set during training"
    )
    parser.add_argument(
        "--init", metavar="MODEL", help="initial model: a name, or path of a model folder"
    )
    parser.add_argument(
        "--device", choices=("auto", "cpu", "cuda"), default="auto", help="device (default: auto)"
    )
    parser.add_argument(
        "--stop-after",
        type=int,
        metavar="STEPS",
        help="save the state and end after this number of steps",
    )
    parser.add_argument("--threads", type=int, help="CPU threads (default: as PyTorch chooses)")


def run(arguments: argparse.Namespace) -> int:
    """Train the remaining steps of the recipe."""
    for name in ("stop_after", "threads"):
        value = getattr(arguments, name)
        if value is not None and value < 1:
            raise ValueError(f"--{name.replace('_', '-')}: expected 1 or more, got {value}")
    if arguments.threads is not None:
        torch.set_num_threads(arguments.threads)
    recipe, out = Recipe.read(arguments.recipe), arguments.out
    if arguments.data:
        recipe = replace(recipe, data=tuple(arguments.data))
    if arguments.evaluate:
        recipe = replace(recipe, evaluate=replace(recipe.evaluate, data=arguments.evaluate))
    trainer = Trainer(recipe, out, arguments.init, arguments.device)
    report = print if trainer.training.processes.rank == 0 else _discard
    report(_progress(trainer))
    try:
        done = trainer.run(arguments.stop_after)
    except KeyboardInterrupt:
        report("stopped; run the same command to resume")
        return 130
    report(
        f"wrote the model to {out / 'model'}" if done else "stopped; run the same command to resume"
    )
    return 0


def _discard(line: str) -> None:
    """Print nothing; only the first of several processes reports."""


def _progress(trainer: Trainer) -> str:
    """Return where training starts or resumes."""
    state, stages = trainer.state, trainer.training.recipe.stages
    folder = trainer.training.folder
    if state.stage == len(stages):
        return f"{folder}: all {len(stages)} stages are complete"
    verb = "resumes" if state.stage or state.step else "starts"
    return f"{folder}: {verb} at stage {state.stage + 1} of {len(stages)}, step {state.step}"
