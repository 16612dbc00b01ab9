"""How much there is to do, and what the machine could do at best."""

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
class Work:
    """What a part of the network has to do.

    Attributes:
        flops: multiplications and additions in matrix products, convolutions and attention.
        least_bytes: what must be moved at least: the weights, what comes in and what goes out,
            each once.
        operators: calls that compute something; each is a kernel's launch or more on a GPU.
    """

    flops: int = 0
    least_bytes: int = 0
    operators: int = 0

    def __add__(self, other: "Work") -> "Work":
        """Do both."""
        return Work(
            self.flops + other.flops,
            self.least_bytes + other.least_bytes,
            self.operators + other.operators,
        )


@dataclass(frozen=True)
class Machine:
    """What the device reaches in the two things that bound everything else.

    Attributes:
        flops_per_second: of a product of two large square matrices.
        bytes_per_second: read and written in a large copy.
    """

    flops_per_second: float
    bytes_per_second: float

    @classmethod
    def measure(cls, device: torch.device, dtype: torch.dtype) -> "Machine":
        """Measure both on a device; the products are of numbers of a type."""
        side = _MATRIX_SIDE[device.type]
        matrix = torch.rand(side, side, device=device, dtype=dtype)
        source = torch.ones(_COPIED_BYTES, dtype=torch.uint8, device=device)
        target = torch.zeros_like(source)
        product = torch.empty_like(matrix)
        return cls(
            2 * side**3 / _seconds(lambda: torch.mm(matrix, matrix, out=product), device),
            2 * _COPIED_BYTES / _seconds(lambda: target.copy_(source), device),
        )

    def floor_s(self, work: Work) -> float:
        """Give the time below which the work cannot be done, seconds."""
        by_flops = work.flops / self.flops_per_second
        return max(by_flops, work.least_bytes / self.bytes_per_second)


def measure_work(
    function: Callable[..., Any], arguments: tuple[Any, ...], weights: dict[int, int]
) -> tuple[Any, Work]:
    """Run a function and count what it does.

    Args:
        function: what to run.
        arguments: its.
        weights: see `weights_of`.

    Returns:
        What the function gives, and the count.
    """
    flops = FlopCounterMode(display=False, custom_mapping={_CPU_ATTENTION: _attention_flops})
    with flops, _Operators(weights) as seen:
        result = function(*arguments)
    moved: dict[int, int] = {}
    for leaf in _leaves((arguments, result)):
        stored = min(leaf.nbytes, leaf.untyped_storage().nbytes())  # an expanded one is smaller
        moved[_address(leaf)] = max(stored, moved.get(_address(leaf), 0))
    moved |= {address: weights[address] for address in seen.weights}
    least = sum(moved.values())
    return result, Work(flops.get_total_flops(), least, seen.operators)


def weights_of(network: nn.Module) -> dict[int, int]:
    """Give the bytes of each weight by the address of its memory."""
    return {_address(weight): weight.nbytes for weight in network.parameters()}


class _Operators(TorchDispatchMode):
    """Counts operators that compute something, and notes whose weights they read."""

    def __init__(self, weights: dict[int, int]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.operators = 0
        self.weights: set[int] = set()
        self._known = weights

    def __torch_dispatch__(
        self, function: Any, types: Any, arguments: Any = (), named: Any = None
    ) -> Any:
        named = named or {}
        if _COMPOSITE not in function.py_kernels:  # where it is, it is for compilers
            with self:  # in inference mode what is made of others comes here whole
                result = function.decompose(*arguments, **named)
            if result is not NotImplemented:
                return result
        addresses = {_address(leaf) for leaf in _leaves((arguments, named))}
        self.weights |= addresses & self._known.keys()
        self.operators += _computes(function)
        return function(*arguments, **named)


def _computes(function: Any) -> bool:
    """Tell whether an operator makes new numbers; one that gives a view of old ones does not."""
    if function._schema.name.split("::")[1] in _FREE:
        return False
    given = [one.alias_info for one in function._schema.returns]
    return bool(given) and all(alias is None or alias.is_write for alias in given)


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
