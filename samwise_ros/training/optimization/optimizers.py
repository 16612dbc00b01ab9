"""The optimizers of a recipe."""

from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor, nn

from samwise_ros.training.recipe import OptimizerSettings

_ADAM = {"adam": torch.optim.Adam, "adamw": torch.optim.AdamW}
_MATRIX_RATE = 2.0
"""Learning rate of Muon's matrices, relative to that of all other weights."""
_MIN_SIDE = 16  # of a matrix, to be worth an orthogonal update


class Optimizer:
    """Updates weights from their gradients.

    With ``muon``, the network's matrices with sides of 16 or more, except embeddings, get
    orthogonal updates (Jordan et al., 2024, "Muon: An optimizer for hidden layers in neural
    networks"), all other weights those of AdamW.
    """

    def __init__(self, modules: nn.Module, heads: nn.Module, settings: OptimizerSettings) -> None:
        """Create the optimizer.

        Args:
            modules: the trained modules of the network.
            heads: modules that are not part of the network; their weights are never orthogonal.
            settings: the recipe's settings.

        Raises:
            ValueError: the installed PyTorch does not have the optimizer.
        """
        matrices = _matrices(modules) if settings.name == "muon" else []
        chosen = set(map(id, matrices))
        weights = [*modules.parameters(), *heads.parameters()]
        others = [weight for weight in weights if id(weight) not in chosen]
        adam = _ADAM["adamw" if settings.name == "muon" else settings.name]
        decay = settings.weight_decay
        # Fused is one operator for all weights, of which there are hundreds of small ones.
        self._parts: list[tuple[float, torch.optim.Optimizer]] = [
            (1.0, adam(others, betas=settings.betas, weight_decay=decay, fused=True))
        ]
        if matrices:
            self._parts.append((_MATRIX_RATE, _muon(matrices, decay)))

    def step(self, rate: float) -> None:
        """Update the weights with a learning rate."""
        for factor, part in self._parts:
            for group in part.param_groups:
                group["lr"] = factor * rate
            part.step()

    def zero_grad(self) -> None:
        """Remove the gradients."""
        for _, part in self._parts:
            part.zero_grad(set_to_none=True)

    def state(self) -> list[dict[str, Any]]:
        """Return the state that is needed to resume exactly."""
        return [part.state_dict() for _, part in self._parts]

    def load(self, states: list[dict[str, Any]]) -> None:
        """Restore a state.

        Raises:
            ValueError: the state is of another optimizer.
        """
        if len(states) != len(self._parts):
            raise ValueError(f"expected the state of {len(self._parts)} optimizers")
        for (_, part), state in zip(self._parts, states, strict=True):
            part.load_state_dict(state)


def _muon(matrices: Iterable[Tensor], weight_decay: float) -> torch.optim.Optimizer:
    if not hasattr(torch.optim, "Muon"):
        raise ValueError(
            f"optimizer: name: muon needs PyTorch 2.9 or newer, found {torch.__version__}"
        )
    # Updates as large as those of AdamW, so that both need similar learning rates.
    return torch.optim.Muon(matrices, weight_decay=weight_decay, adjust_lr_fn="match_rms_adamw")


def _matrices(modules: nn.Module) -> list[Tensor]:
    """Return the matrices that get orthogonal updates: those of linear layers and of attention."""
    embeddings = {
        id(module.weight) for module in modules.modules() if isinstance(module, nn.Embedding)
    }
    return [
        weight
        for weight in modules.parameters()
        if weight.ndim == 2 and min(weight.shape) >= _MIN_SIDE and id(weight) not in embeddings
    ]
