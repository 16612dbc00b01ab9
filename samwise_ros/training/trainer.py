"""Runs a recipe: stage after stage, with checkpoints from which it goes on."""

import json
import math
import os
import random
import time
from pathlib import Path
from typing import Any

import torch
from torch import nn
from tqdm import tqdm

from samwise_ros.data.tabletop import vocabulary
from samwise_ros.network.checkpoint import CheckpointError, save_model
from samwise_ros.network.presets import preset
from samwise_ros.network.samwise import Samwise
from samwise_ros.network.tokenizer import SentenceTokenizer
from samwise_ros.training.processes import Processes
from samwise_ros.training.recipe import Recipe, Stage
from samwise_ros.training.tasks import TASKS, Task

_SAVE_SECONDS = 60.0
_LOG_STEPS = 50


class Trainer:
    """Trains one network by one recipe into one folder.

    The folder gets ``state.pt`` (from which training goes on), ``log.jsonl`` (losses), and the
    model folder ``model``.
    """

    def __init__(self, recipe: Recipe, folder: Path) -> None:
        """Build the network, or take up the training that the folder holds.

        Raises:
            CheckpointError: for a folder whose state is damaged or of another recipe.
        """
        self.processes = Processes.join()
        torch.manual_seed(recipe.seed)
        self.recipe, self.folder = recipe, folder
        self.network = Samwise(preset(recipe.preset))
        self.tokenizer = SentenceTokenizer.of_words(vocabulary())
        self.stage_index, self.step, self.seconds = 0, 0, 0.0
        self._stage_state: dict[str, Any] | None = None
        folder.mkdir(parents=True, exist_ok=True)
        if (folder / "state.pt").exists():
            self._resume()

    def run(self) -> None:
        """Train all stages that are left."""
        for index in range(self.stage_index, len(self.recipe.stages)):
            self.stage_index = index
            self._run_stage(self.recipe.stages[index])
            self.step, self._stage_state = 0, None
            self.stage_index = index + 1
            self._save(None)
            if self.processes.rank == 0:
                save_model(self.folder / "model", self.network.eval(), self.tokenizer)
        self.processes.leave()

    def _run_stage(self, stage: Stage) -> None:
        # A stage's chance does not depend on the stages before it.
        torch.manual_seed(self.recipe.seed + self.stage_index)
        task: Task = TASKS[stage.task](self.network, stage, self.tokenizer, self.recipe.seed)
        learner = _Learner(self.network, task.trained(), stage, self.processes)
        if self._stage_state is not None:
            learner.load(self._stage_state)
        began, saved = time.monotonic() - self.seconds, time.monotonic()
        progress = tqdm(
            task.batches(self.step),
            desc=f"{self.stage_index + 1}/{len(self.recipe.stages)} {stage.name}",
            initial=self.step,
            total=stage.steps,
            unit="step",
            mininterval=1.0,
            disable=self.processes.rank > 0,
        )
        for batch in progress:
            rng = random.Random(f"{self.recipe.seed}/{stage.name}/{self.step}/choices")
            losses = learner.update(task.losses(batch, rng), self.step)
            self.step += 1
            self.seconds = time.monotonic() - began
            progress.set_postfix(losses, refresh=False)
            if self.step % _LOG_STEPS == 0:
                self._log(stage, learner.mean_losses())
            if time.monotonic() - saved > _SAVE_SECONDS:
                self._save(learner)
                saved = time.monotonic()

    def _log(self, stage: Stage, losses: dict[str, float]) -> None:
        if self.processes.rank > 0:
            return
        line = {"stage": stage.name, "step": self.step, "seconds": round(self.seconds), **losses}
        with (self.folder / "log.jsonl").open("a") as log:
            log.write(json.dumps(line) + "\n")

    def _save(self, learner: "_Learner | None") -> None:
        """Write the state to a temporary file and rename it, so that a stop leaves a whole one."""
        if self.processes.rank > 0:
            return
        state = {
            "recipe": repr(self.recipe),
            "stage": self.stage_index,
            "step": self.step,
            "seconds": self.seconds,
            "network": self.network.state_dict(),
            "learner": learner.state() if learner else None,
        }
        temporary = self.folder / "state.pt.part"
        torch.save(state, temporary)
        os.replace(temporary, self.folder / "state.pt")

    def _resume(self) -> None:
        path = self.folder / "state.pt"
        try:
            state = torch.load(path, weights_only=True)
        except Exception as error:  # torch names no common class for its reasons
            raise CheckpointError(f"{path}: cannot be read: {error}") from error
        if state["recipe"] != repr(self.recipe):
            raise CheckpointError(
                f"{path}: belongs to another recipe; give another folder, or remove this one"
            )
        self.network.load_state_dict(state["network"])
        self.stage_index, self.step = state["stage"], state["step"]
        self.seconds, self._stage_state = state["seconds"], state["learner"]


class _Learner:
    """The part of the network that a stage trains, with its optimizer."""

    def __init__(
        self, network: Samwise, trained: list[nn.Module], stage: Stage, processes: Processes
    ) -> None:
        network.eval().requires_grad_(False)
        self.modules = nn.ModuleList(trained).train().requires_grad_(True)
        self.stage, self.processes = stage, processes
        self.optimizer = torch.optim.AdamW(
            self.modules.parameters(), betas=(0.9, 0.98), weight_decay=0.01
        )
        self.sums: dict[str, float] = {}
        self.count = 0

    def update(self, losses: dict[str, torch.Tensor], step: int) -> dict[str, str]:
        """Take one step; return the losses as text."""
        stage = self.stage
        rise = min(1.0, (step + 1) / max(stage.warmup, 1))
        fall = 0.5 + 0.5 * math.cos(math.pi * step / max(stage.steps, stage.decay_steps))
        for group in self.optimizer.param_groups:
            group["lr"] = stage.learning_rate * rise * fall
        total = torch.stack(list(losses.values())).sum()
        if not torch.isfinite(total):
            raise ValueError(f"stage {stage.name}, step {step}: the loss is {total.item()}")
        self.optimizer.zero_grad(set_to_none=True)
        total.backward()
        self._agree()
        nn.utils.clip_grad_norm_(self.modules.parameters(), stage.gradient_norm)
        self.optimizer.step()
        values = {name: float(loss.detach()) for name, loss in losses.items()}
        for name, value in values.items():
            self.sums[name] = self.sums.get(name, 0.0) + value
        self.count += 1
        return {name: f"{value:.3f}" for name, value in values.items()}

    def _agree(self) -> None:
        """Average over all processes the gradients, and the statistics that BatchNorm keeps."""
        if self.processes.count == 1:
            return
        for parameter in self.modules.parameters():
            if parameter.grad is None:  # unused on this process's videos, perhaps not on another's
                parameter.grad = torch.zeros_like(parameter)
        gradients = [p.grad for p in self.modules.parameters() if p.grad is not None]
        statistics = [b for b in self.modules.buffers() if b.is_floating_point()]
        self.processes.average([*gradients, *statistics])

    def mean_losses(self) -> dict[str, float]:
        """Return the mean of each loss since the last call."""
        means = {name: round(value / self.count, 4) for name, value in self.sums.items()}
        self.sums, self.count = {}, 0
        return means

    def state(self) -> dict[str, Any]:
        return {"modules": self.modules.state_dict(), "optimizer": self.optimizer.state_dict()}

    def load(self, state: dict[str, Any]) -> None:
        self.modules.load_state_dict(state["modules"])
        self.optimizer.load_state_dict(state["optimizer"])
