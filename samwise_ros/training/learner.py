"""The part of the network that a stage trains, with its optimizer."""

import math
from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor, nn

from samwise_ros.training.distributed import Processes
from samwise_ros.training.losses import PartialMean
from samwise_ros.training.recipe import Optimizer, Stage

_OPTIMIZERS = {"adam": torch.optim.Adam, "adamw": torch.optim.AdamW}


class Learner:
    """Takes losses, and changes weights by them."""

    def __init__(
        self,
        modules: list[nn.Module],
        stage: Stage,
        settings: Optimizer,
        steps: int,
        processes: Processes,
    ) -> None:
        """Make the modules ready to learn.

        Args:
            modules: all that learn.
            stage: how fast.
            settings: how.
            steps: updates in the stage.
            processes: with which gradients are shared.
        """
        self.modules = nn.ModuleList(modules).train().requires_grad_(True)
        self.stage, self.settings, self.steps = stage, settings, steps
        self.processes = processes
        self.optimizer = _OPTIMIZERS[settings.name](
            self.modules.parameters(),
            lr=stage.learning_rate,
            betas=settings.betas,
            weight_decay=settings.weight_decay,
        )
        self.sums: dict[str, tuple[float, int]] = {}

    def update(self, parts: Iterable[dict[str, PartialMean]], step: int) -> dict[str, float]:
        """Take one step.

        Args:
            parts: the losses of each part of the batch, as far as this process sees them; each is
                computed when the one before has given its gradients.
            step: of the stage, from 0.

        Returns:
            The losses over all parts and processes.

        Raises:
            ValueError: a loss is not a number; the weights are as they were.
        """
        for group in self.optimizer.param_groups:
            group["lr"] = self._rate(step)
        self.optimizer.zero_grad(set_to_none=True)
        found: dict[str, Tensor] = {}
        for losses in parts:
            for name, value in self._backward(losses).items():
                found[name] = found[name] + value if name in found else value
        self.processes.add(found.values())
        values = {name: float(value) for name, value in found.items()}
        if not all(map(math.isfinite, values.values())):
            raise ValueError(f"stage {self.stage.name}, step {step}: the losses are {values}")
        self._share_gradients()
        nn.utils.clip_grad_norm_(self.modules.parameters(), self.stage.gradient_norm)
        self.optimizer.step()
        for name, number in values.items():
            total, count = self.sums.get(name, (0.0, 0))
            self.sums[name] = (total + number, count + 1)
        return values

    def _rate(self, step: int) -> float:
        """The learning rate: it rises, then falls where the schedule says so."""
        stage = self.stage
        rate = stage.learning_rate * min(1.0, (step + 1) / max(stage.warmup, 1))
        if self.settings.schedule == "cosine":
            rate *= 0.5 + 0.5 * math.cos(math.pi * step / max(self.steps, stage.decay_steps))
        return rate

    def _backward(self, losses: dict[str, PartialMean]) -> dict[str, Tensor]:
        """Add one part's gradients; return this process's share of each loss."""
        counts = torch.stack([loss.count for loss in losses.values()])
        self.processes.add([counts])
        counts = counts.clamp(min=1.0) * self.stage.accumulate
        shares = [loss.total / count for loss, count in zip(losses.values(), counts, strict=True)]
        torch.stack(shares).sum().backward()
        return {name: share.detach() for name, share in zip(losses, shares, strict=True)}

    def _share_gradients(self) -> None:
        """Add up the gradients of all processes: each loss is divided by all counts already."""
        if self.processes.count == 1:
            return
        parameters = list(self.modules.parameters())
        used = torch.tensor([float(p.grad is not None) for p in parameters])
        used = used.to(self.processes.device)
        self.processes.add([used])
        gradients = []
        for parameter, times in zip(parameters, used.tolist(), strict=True):
            if not times:  # the optimizer then leaves it alone, as with one process
                continue
            if parameter.grad is None:
                parameter.grad = torch.zeros_like(parameter)
            gradients.append(parameter.grad)
        self.processes.add(gradients)

    def mean_losses(self) -> dict[str, float]:
        """Return the mean of each loss since the last call."""
        means = {name: round(total / count, 4) for name, (total, count) in self.sums.items()}
        self.sums = {}
        return means

    def state(self) -> dict[str, Any]:
        """Return what a later process needs to go on exactly."""
        return {
            "modules": self.modules.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "sums": self.sums,
        }

    def load(self, state: dict[str, Any]) -> None:
        """Go on from a state."""
        self.modules.load_state_dict(state["modules"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.sums = dict(state["sums"])
