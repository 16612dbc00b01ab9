"""The trained modules of a stage with their optimizer."""

import math
from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor, nn

from samwise_ros.evaluation.distributed import ProcessGroup
from samwise_ros.training.losses import PartialMean
from samwise_ros.training.optimization.optimizers import Optimizer
from samwise_ros.training.recipe import OptimizerSettings, Stage


class Learner:
    """Updates the weights of the trained modules from losses."""

    def __init__(
        self,
        modules: list[nn.Module],
        heads: list[nn.Module],
        stage: Stage,
        settings: OptimizerSettings,
        steps: int,
        processes: ProcessGroup,
    ) -> None:
        """Put the modules into training mode and create the optimizer.

        Args:
            modules: the modules of the network to train.
            heads: modules that are trained with them but are not part of the network.
            stage: the stage, with learning rate and gradient norm.
            settings: settings of the optimizer.
            steps: number of steps of the stage.
            processes: the processes that share gradients.
        """
        self.modules = nn.ModuleList([*modules, *heads]).train().requires_grad_(True)
        self.stage, self.settings, self.steps = stage, settings, steps
        self.processes = processes
        self.optimizer = Optimizer(nn.ModuleList(modules), nn.ModuleList(heads), settings)
        self.sums: dict[str, tuple[float, int]] = {}

    def update(self, parts: Iterable[dict[str, PartialMean]], step: int) -> dict[str, float]:
        """Run one optimizer step.

        Args:
            parts: losses of this process for each part of the batch; each part is computed after
                the backward pass of the previous one.
            step: step of the stage, from 0.

        Returns:
            The losses over all parts and processes.

        Raises:
            ValueError: a loss or a gradient is not finite; the weights are unchanged.
        """
        self.optimizer.zero_grad()
        found: dict[str, Tensor] = {}
        for losses in parts:
            for name, value in self._backward(losses).items():
                found[name] = found[name] + value if name in found else value
        self.processes.all_reduce(found.values())
        values = {name: float(value) for name, value in found.items()}
        if not all(map(math.isfinite, values.values())):
            raise ValueError(
                f"stage {self.stage.name}, step {step}: expected finite losses, got {values}"
            )
        self._reduce_gradients()
        parameters = list(self.modules.parameters())
        norm = nn.utils.clip_grad_norm_(parameters, self.stage.gradient_norm)
        if not math.isfinite(norm):
            self.optimizer.zero_grad()
            raise ValueError(f"stage {self.stage.name}, step {step}: expected finite gradients")
        self.optimizer.step(self._rate(step))
        for parameter in parameters:  # the fused optimizer does not, see `DerivedTensors`
            torch.autograd.graph.increment_version(parameter)
        for name, number in values.items():
            total, count = self.sums.get(name, (0.0, 0))
            self.sums[name] = (total + number, count + 1)
        return values

    def _rate(self, step: int) -> float:
        """Return the learning rate: linear warm-up, then the schedule."""
        stage = self.stage
        rate = stage.learning_rate * min(1.0, (step + 1) / max(stage.warmup, 1))
        if self.settings.schedule == "cosine":
            rate *= 0.5 + 0.5 * math.cos(math.pi * step / max(self.steps, stage.decay_steps))
        return rate

    def _backward(self, losses: dict[str, PartialMean]) -> dict[str, Tensor]:
        """Accumulate one part's gradients; return this process's contribution to each loss."""
        counts = torch.stack([loss.count for loss in losses.values()])
        self.processes.all_reduce([counts])
        counts = counts.clamp(min=1.0) * self.stage.accumulate
        values = [loss.total / count for loss, count in zip(losses.values(), counts, strict=True)]
        torch.stack(values).sum().backward()
        return {name: value.detach() for name, value in zip(losses, values, strict=True)}

    def _reduce_gradients(self) -> None:
        """Sum the gradients over all processes; the losses are already divided by all counts."""
        if self.processes.world_size == 1:
            return
        parameters = list(self.modules.parameters())
        used = torch.tensor([float(p.grad is not None) for p in parameters])
        used = used.to(self.processes.device)
        self.processes.all_reduce([used])
        gradients = []
        for parameter, times in zip(parameters, used.tolist(), strict=True):
            if not times:  # without gradient the optimizer skips it, as with one process
                continue
            if parameter.grad is None:
                parameter.grad = torch.zeros_like(parameter)
            gradients.append(parameter.grad)
        self.processes.all_reduce(gradients)

    def mean_losses(self) -> dict[str, float]:
        """Return the mean of each loss since the last call."""
        means = {name: round(total / count, 4) for name, (total, count) in self.sums.items()}
        self.sums = {}
        return means

    def state(self) -> dict[str, Any]:
        """Return the state that is needed to resume exactly."""
        return {
            "modules": self.modules.state_dict(),
            "optimizer": self.optimizer.state(),
            "sums": self.sums,
        }

    def load(self, state: dict[str, Any]) -> None:
        """Restore a state."""
        self.modules.load_state_dict(state["modules"])
        self.optimizer.load(state["optimizer"])
        self.sums = dict(state["sums"])
