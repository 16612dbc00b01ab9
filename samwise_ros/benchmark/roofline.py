"""Roofline model: the cost of a part of the network, and the peak performance of a device."""

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves
from torch.utils.flop_counter import FlopCounterMode, sdpa_flop_count

from samwise_ros.benchmark.timing import time_call

_MATRIX_SIDE = {"cpu": 2048, "cuda": 8192}
_COPIED_BYTES = 2**28
_REPEATS = 5
_COMPOSITE = torch._C.DispatchKey.CompositeImplicitAutograd
_FREE = ("empty", "empty_like", "empty_strided", "new_empty", "new_empty_strided")


@dataclass
class Cost:
    """Cost of a part of the network.

    Attributes:
        flops: multiplications and additions in matrix products, convolutions and attention.
        min_bytes: bytes of weights, inputs and outputs, each counted once.
        operators: operator calls that compute; each launches at least one kernel on a GPU.
    """

    flops: int = 0
    min_bytes: int = 0
    operators: int = 0

    def __add__(self, other: "Cost") -> "Cost":
        """Return the sum of two costs."""
        return Cost(
            self.flops + other.flops,
            self.min_bytes + other.min_bytes,
            self.operators + other.operators,
        )


@dataclass(frozen=True)
class DevicePeak:
    """Measured peak performance of a device.

    Attributes:
        flops_per_second: in a product of two large square matrices.
        bytes_per_second: read and written in a large copy.
    """

    flops_per_second: float
    bytes_per_second: float

    @classmethod
    def measure(cls, device: torch.device, dtype: torch.dtype) -> "DevicePeak":
        """Measure the peak performance of a device; the matrices have the given dtype."""
        side = _MATRIX_SIDE[device.type]
        matrix = torch.rand(side, side, device=device, dtype=dtype)
        source = torch.ones(_COPIED_BYTES, dtype=torch.uint8, device=device)
        target = torch.zeros_like(source)
        product = torch.empty_like(matrix)
        return cls(
            2 * side**3 / _seconds(lambda: torch.mm(matrix, matrix, out=product), device),
            2 * _COPIED_BYTES / _seconds(lambda: target.copy_(source), device),
        )

    def lower_bound_s(self, cost: Cost) -> float:
        """Return the lower bound of the roofline model on the time, seconds."""
        compute_s = cost.flops / self.flops_per_second
        return max(compute_s, cost.min_bytes / self.bytes_per_second)


def count_cost(
    function: Callable[..., Any], arguments: tuple[Any, ...], weights: dict[int, int]
) -> tuple[Any, Cost]:
    """Run a function and count its cost.

    Args:
        function: the function.
        arguments: its arguments.
        weights: see `weight_sizes`.

    Returns:
        The function's result, and the cost.
    """
    flops = FlopCounterMode(display=False, custom_mapping={_CPU_ATTENTION: _attention_flops})
    with flops, _OperatorCounter(weights) as counter:
        result = function(*arguments)
    moved: dict[int, int] = {}
    for leaf in _leaves((arguments, result)):
        stored = min(leaf.nbytes, leaf.untyped_storage().nbytes())  # an expanded tensor stores less
        moved[_address(leaf)] = max(stored, moved.get(_address(leaf), 0))
    moved |= {address: weights[address] for address in counter.weights}
    return result, Cost(flops.get_total_flops(), sum(moved.values()), counter.operators)


def weight_sizes(network: nn.Module) -> dict[int, int]:
    """Return the size in bytes of each weight by the address of its memory."""
    return {_address(weight): weight.nbytes for weight in network.parameters()}


class _OperatorCounter(TorchDispatchMode):
    """Counts operators that compute, and records the weights they read."""

    def __init__(self, weights: dict[int, int]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.operators = 0
        self.weights: set[int] = set()
        self._known = weights

    def __torch_dispatch__(
        self, function: Any, types: Any, arguments: Any = (), named: Any = None
    ) -> Any:
        named = named or {}
        if _COMPOSITE not in function.py_kernels:  # present only for compilers
            with self:  # in inference mode composite operators arrive undecomposed
                result = function.decompose(*arguments, **named)
            if result is not NotImplemented:
                return result
        addresses = {_address(leaf) for leaf in _leaves((arguments, named))}
        self.weights |= addresses & self._known.keys()
        self.operators += _computes(function)
        return function(*arguments, **named)


def _computes(function: Any) -> bool:
    """Return whether an operator computes new values instead of returning a view."""
    if function._schema.name.split("::")[1] in _FREE:
        return False
    aliases = [item.alias_info for item in function._schema.returns]
    return bool(aliases) and all(alias is None or alias.is_write for alias in aliases)


def _leaves(tree: Any) -> list[Tensor]:
    found = []
    for leaf in tree_leaves(tree):
        if isinstance(leaf, Tensor):
            found.append(leaf)
        elif hasattr(leaf, "__dataclass_fields__"):
            found += _leaves([value for value in vars(leaf).values() if value is not None])
    return found


def _address(tensor: Tensor) -> int:
    return tensor.untyped_storage().data_ptr()


_CPU_ATTENTION = torch.ops.aten._scaled_dot_product_flash_attention_for_cpu


def _attention_flops(query: Any, key: Any, value: Any, *_: Any, **__: Any) -> int:
    return int(sdpa_flop_count(query, key, value))


def _seconds(call: Callable[[], object], device: torch.device) -> float:
    call()
    return median(time_call(call, device) for _ in range(_REPEATS))
