"""A cache of tensors that are computed from weights alone."""

from collections.abc import Callable, Hashable, Sequence

import torch
from torch import Tensor


class DerivedTensors:
    """Caches tensors that depend on weights only, and recomputes them after the weights change.

    Nothing is cached while gradients are required. Weights created in inference mode have no
    version counter, so tensors derived from them are not cached either.
    """

    def __init__(self) -> None:
        """Start with an empty cache."""
        self._cache: dict[Hashable, tuple[Hashable, Tensor]] = {}

    def get(
        self, key: Hashable, weights: Sequence[Tensor], compute: Callable[[], Tensor]
    ) -> Tensor:
        """Return a derived tensor, from the cache if its weights are unchanged.

        Args:
            key: identifies the tensor, including every input other than the weights.
            weights: the tensors it is computed from, at least one.
            compute: computes it; autocast is disabled for the call if the result is cached.
        """
        differentiable = torch.is_grad_enabled() and any(one.requires_grad for one in weights)
        if differentiable or any(weight.is_inference() for weight in weights):
            return compute()
        # In-place changes increase the version; a replaced tensor has another address.
        state = tuple((weight.data_ptr(), weight._version, weight.device) for weight in weights)
        cached_state, tensor = self._cache.get(key, (None, None))
        if tensor is None or cached_state != state:
            # A tensor made in inference mode could not take part in autograd later.
            with (
                torch.inference_mode(False),
                torch.no_grad(),
                torch.autocast(weights[0].device.type, enabled=False),
            ):
                tensor = compute()
            self._cache[key] = (state, tensor)
        return tensor
