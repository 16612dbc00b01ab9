"""Runs one stage of a recipe."""

import random
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from textwrap import shorten
from typing import Any

import torch
from torch import nn
from tqdm import tqdm

from samwise_ros.evaluation.distributed import ProcessGroup
from samwise_ros.network.checkpoints.errors import CheckpointError
from samwise_ros.network.checkpoints.fingerprint import fingerprint
from samwise_ros.network.precision import reduced_precision
from samwise_ros.network.samwise import Samwise
from samwise_ros.network.text.tokenizer import SentenceTokenizer
from samwise_ros.training.clips import Clips
from samwise_ros.training.interruption import Interruption
from samwise_ros.training.losses import PartialMean
from samwise_ros.training.metric_log import MetricLog
from samwise_ros.training.optimization.learner import Learner
from samwise_ros.training.recipe import Recipe, Stage
from samwise_ros.training.state import TrainingState, settings
from samwise_ros.training.tasks.registry import TASKS
from samwise_ros.training.tasks.task import Task
from samwise_ros.training.validation import is_validation_due, validate

_SAVE_SECONDS = 60.0
_LOG_STEPS = 50


@dataclass(frozen=True, eq=False)
class Training:
    """Objects that all stages share.

    Attributes:
        recipe: the recipe.
        folder: folder of the training.
        processes: the processes that train together.
        network: the network, on the device.
        tokenizer: tokenizer of the network.
    """

    recipe: Recipe
    folder: Path
    processes: ProcessGroup
    network: Samwise
    tokenizer: SentenceTokenizer


class StageRun:
    """A stage in progress."""

    def __init__(self, training: Training, state: TrainingState) -> None:
        """Start the stage, or resume it from the state.

        Raises:
            CheckpointError: the state has other weights than the stage.
            ValueError: the data cannot be used, or a module to train does not exist.
        """
        self.training, recipe = training, training.recipe
        self.index, self.step, self.seconds = state.stage, state.step, state.seconds
        self.stage = stage = recipe.stages[state.stage]
        # Random numbers of a stage do not depend on earlier stages.
        torch.manual_seed(recipe.seed + self.index)
        network = training.network.eval().requires_grad_(False)
        clips = Clips.open(recipe.data, stage, recipe.seed, network.config.image_size)
        self.steps = clips.steps
        self.task: Task = TASKS[stage.task](network, clips, training.tokenizer, recipe.losses)
        if stage.task == "sentences":
            network.trained_frames = stage.frames
        self._earlier_heads = state.heads
        heads = self.task.heads()
        for head in heads.values():
            head.to(training.processes.device)
        self.learner = Learner(
            trained_modules(network, stage),
            list(heads.values()),
            stage,
            recipe.optimizer,
            self.steps,
            training.processes,
        )
        try:
            for name in heads.keys() & state.heads.keys():
                heads[name].load_state_dict(state.heads[name])
            if state.learner is not None:
                self.learner.load(state.learner)
        except (RuntimeError, ValueError, KeyError) as error:
            raise CheckpointError(
                f"{training.folder}: the state of stage {stage.name} is of another version or "
                f"of other data: {shorten(str(error), 200)}; use another folder with --out"
            ) from error
        self.frozen = fingerprint(network, exclude=stage.trained)
        self.metric_log = MetricLog(training.folder, stage.name, state, training.processes.rank)

    def run(self, interruption: Interruption) -> bool:
        """Run the remaining steps; on an interruption save the state and stop.

        Returns:
            Whether the stage was interrupted.
        """
        stage, recipe, processes = self.stage, self.training.recipe, self.training.processes
        batches = self.task.batches(self.step * stage.accumulate, processes)
        stop = False
        started, saved = time.monotonic() - self.seconds, time.monotonic()
        progress = tqdm(
            range(self.step, self.steps),
            desc=f"{self.index + 1}/{len(recipe.stages)} {stage.name}",
            initial=self.step,
            total=self.steps,
            unit="step",
            mininterval=1.0,
            disable=processes.rank > 0,
        )
        for step in progress:
            losses = self.learner.update(self._parts(batches), step)
            self.step, self.seconds = step + 1, time.monotonic() - started
            progress.set_postfix({k: f"{v:.3f}" for k, v in losses.items()}, refresh=False)
            if self.step % _LOG_STEPS == 0 or self.step == self.steps:
                self.metric_log.write(self.step, self.seconds, self.learner.mean_losses())
            if is_validation_due(recipe, stage, self.step, self.steps):
                self.metric_log.write(self.step, self.seconds, self._scores())
            stop = processes.any(interruption.should_stop())
            if stop or time.monotonic() - saved > _SAVE_SECONDS:
                self.save()
                saved = time.monotonic()
            if stop:
                break
        progress.close()
        self.metric_log.close()
        if fingerprint(self.training.network, exclude=self.stage.trained) != self.frozen:
            raise RuntimeError(f"stage {stage.name}: expected frozen weights to stay unchanged")
        return stop

    def _scores(self) -> dict[str, float]:
        training = self.training
        return validate(
            training.network, training.tokenizer, training.recipe, self.stage, training.processes
        )

    def _parts(self, batches: Iterator[Any]) -> Iterator[dict[str, PartialMean]]:
        """Yield the losses of each part of one step's batch."""
        recipe, processes = self.training.recipe, self.training.processes
        for part in range(self.stage.accumulate):
            batch = next(batches)  # before seeding: a new loader draws random numbers
            seed = f"{recipe.seed}/{self.stage.name}/{self.step}/{part}/choices"
            # Seed dropout for this part and process, so that a resumed training equals an
            # uninterrupted one.
            torch.manual_seed(random.Random(f"{seed}/{processes.rank}").getrandbits(63))
            with self._precision():
                losses = self.task.losses(batch, seed)
            yield losses

    def _precision(self) -> AbstractContextManager[object]:
        if self.training.recipe.precision == "float32":
            return nullcontext()
        return reduced_precision(self.training.processes.device, torch.bfloat16)

    def heads(self) -> dict[str, dict[str, Any]]:
        """Return the weights of all heads of this stage and earlier ones, by name."""
        own = {name: head.state_dict() for name, head in self.task.heads().items()}
        return self._earlier_heads | own

    def save(self) -> None:
        """Write the state after the current step.

        Raises:
            OSError: the file cannot be written; the previous state stays.
        """
        if self.training.processes.rank > 0:
            return
        TrainingState(
            settings(self.training.recipe, self.index + 1),
            self.index,
            self.step,
            self.seconds,
            self.metric_log.log_bytes,
            self.frozen,
            self.learner.state(),
            self._earlier_heads,
        ).write(self.training.folder)


def trained_modules(network: Samwise, stage: Stage) -> list[nn.Module]:
    """Return the modules that a stage trains.

    Raises:
        ValueError: the network does not have such a module.
    """
    modules = dict(network.named_modules())
    for name in stage.trained:
        if name not in modules:
            raise ValueError(
                f"stage {stage.name}: train: expected modules of the network, got {name!r}; use "
                f"{', '.join(name for name, _ in network.named_children())} or their submodules"
            )
    return [modules[name] for name in stage.trained]
