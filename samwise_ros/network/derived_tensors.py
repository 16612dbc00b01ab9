"""What is made of weights alone, and stays as it is for as long as they do."""

from collections.abc import Callable, Hashable, Sequence

import torch
from torch import Tensor


class Constants:
    """Keeps tensors that are made of weights, and makes them anew once the weights changed.

    Nothing is kept where gradients are wanted, nor of weights that do not count their changes,
    which are those made in inference mode.
    """

    def __init__(self) -> None:
        """Keep nothing yet."""
        self._kept: dict[Hashable, tuple[Hashable, Tensor]] = {}

    def get(self, name: Hashable, weights: Sequence[Tensor], make: Callable[[], Tensor]) -> Tensor:
        """Give a constant.

        Args:
            name: what it is, and what else than the weights it depends on.
            weights: what it is made of; at least one.
            make: makes it, in full precision.
        """
        wanted = torch.is_grad_enabled() and any(weight.requires_grad for weight in weights)
        if wanted or any(weight.is_inference() for weight in weights):
            return make()
        # The counter goes up with each change in place; a new place is a new tensor.
        state = tuple((weight.data_ptr(), weight._version, weight.device) for weight in weights)
        known, constant = self._kept.get(name, (None, None))
        if constant is None or known != state:
            # No inference tensor: those may not meet a gradient later.
            with (
                torch.inference_mode(False),
                torch.no_grad(),
                torch.autocast(weights[0].device.type, enabled=False),
            ):
                constant = make()
            self._kept[name] = (state, constant)
        return constant
