"""One stage of a recipe, step after step."""

import random
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import nn
from tqdm import tqdm

from samwise_ros.network.checkpoints.fingerprint import fingerprint
from samwise_ros.network.samwise import Samwise
from samwise_ros.network.text.tokenizer import SentenceTokenizer
from samwise_ros.training.clips import Clips
from samwise_ros.training.distributed import Processes
from samwise_ros.training.interruption import Interruption
from samwise_ros.training.learner import Learner
from samwise_ros.training.losses import PartialMean
from samwise_ros.training.metric_log import Journal
from samwise_ros.training.recipe import Recipe, Stage
from samwise_ros.training.state import State, settings
from samwise_ros.training.tasks.tasks import TASKS, Task
from samwise_ros.training.validation import is_due, measure

_SAVE_SECONDS = 60.0
_LOG_STEPS = 50


@dataclass(frozen=True, eq=False)
class Training:
    """What all stages share.

    Attributes:
        recipe: what to do.
        folder: where to write.
        processes: this one among all.
        network: what learns, on the device.
        tokenizer: of the sentences.
    """

    recipe: Recipe
    folder: Path
    processes: Processes
    network: Samwise
    tokenizer: SentenceTokenizer


class StageRun:
    """A stage under way."""

    def __init__(self, training: Training, state: State) -> None:
        """Begin the stage, or take it up where the state was saved.

        Raises:
            ValueError: for data that cannot be used, or a module that is not there.
        """
        self.training, recipe = training, training.recipe
        self.index, self.step, self.seconds = state.stage, state.step, state.seconds
        self.stage = stage = recipe.stages[state.stage]
        # A stage's chance does not depend on the stages before it.
        torch.manual_seed(recipe.seed + self.index)
        network = training.network.eval().requires_grad_(False)
        clips = Clips.open(recipe.data, stage, recipe.seed, network.config.image_size)
        self.steps = clips.steps
        self.task: Task = TASKS[stage.task](network, clips, training.tokenizer, recipe.losses)
        if stage.task == "sentences":
            network.trained_frames = stage.frames
        heads = [head.to(training.processes.device) for head in self.task.heads()]
        modules = [*trained_modules(network, stage), *heads]
        self.learner = Learner(modules, stage, recipe.optimizer, self.steps, training.processes)
        if state.learner is not None:
            self.learner.load(state.learner)
        self.frozen = fingerprint(network, stage.trained)
        self.journal = Journal(training.folder, stage.name, state, training.processes.rank)

    def run(self, interruption: Interruption) -> bool:
        """Take the steps that are left; if there is an interruption first, save the state.

        Returns:
            Whether there was one.
        """
        stage, recipe, processes = self.stage, self.training.recipe, self.training.processes
        batches = self.task.batches(self.step * stage.accumulate, processes)
        stop = False
        began, saved = time.monotonic() - self.seconds, time.monotonic()
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
            self.step, self.seconds = step + 1, time.monotonic() - began
            progress.set_postfix({k: f"{v:.3f}" for k, v in losses.items()}, refresh=False)
            if self.step % _LOG_STEPS == 0 or self.step == self.steps:
                self.journal.write(self.step, self.seconds, self.learner.mean_losses())
            if is_due(recipe, stage, self.step, self.steps):
                self.journal.write(self.step, self.seconds, self._scores())
            stop = processes.any(interruption.due())
            if stop or time.monotonic() - saved > _SAVE_SECONDS:
                self._save()
                saved = time.monotonic()
            if stop:
                break
        progress.close()
        self.journal.close()
        if fingerprint(self.training.network, self.stage.trained) != self.frozen:
            raise RuntimeError(f"stage {stage.name} changed weights that it does not train")
        return stop

    def _scores(self) -> dict[str, float]:
        training = self.training
        return measure(
            training.network, training.tokenizer, training.recipe, self.stage, training.processes
        )

    def _parts(self, batches: Iterator[Any]) -> Iterator[dict[str, PartialMean]]:
        """Compute the losses of each part of one step's batch, when they are asked for."""
        recipe, processes = self.training.recipe, self.training.processes
        for part in range(self.stage.accumulate):
            batch = next(batches)  # before chance is set: a loader that starts takes some
            seed = f"{recipe.seed}/{self.stage.name}/{self.step}/{part}/choices"
            # Dropout: of this part alone, so that a training that goes on does as one that did not
            # stop; and not the same in all processes.
            torch.manual_seed(random.Random(f"{seed}/{processes.rank}").getrandbits(63))
            with self._precision():
                losses = self.task.losses(batch, seed)
            yield losses

    def _precision(self) -> AbstractContextManager[object]:
        if self.training.recipe.precision == "float32":
            return nullcontext()
        return torch.autocast(self.training.processes.device.type, torch.bfloat16)

    def _save(self) -> None:
        if self.training.processes.rank > 0:
            return
        State(
            settings(self.training.recipe, self.index + 1),
            self.index,
            self.step,
            self.seconds,
            self.journal.log_bytes,
            self.frozen,
            self.learner.state(),
        ).write(self.training.folder)


def trained_modules(network: Samwise, stage: Stage) -> list[nn.Module]:
    """Return the modules that a stage trains.

    Raises:
        ValueError: naming one that the network does not have.
    """
    modules = dict(network.named_modules())
    for name in stage.trained:
        if name not in modules:
            raise ValueError(
                f"stage {stage.name}: train: the network has no module {name!r}; it has "
                f"{', '.join(name for name, _ in network.named_children())} and what is in them"
            )
    return [modules[name] for name in stage.trained]
