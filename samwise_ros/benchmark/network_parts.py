"""The parts of the network that process a frame, and hooks to measure each part."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from samwise_ros.engine.backend import frame_step
from samwise_ros.engine.backend.samwise_backend import SamwiseBackend

Hook = Callable[[str, Callable[..., Any], tuple[Any, ...]], Any]
"""Receives a part's name, its function and arguments; returns the function's result."""

PARTS = (
    "resize and normalise",
    "image stages 1 and 2",
    "image stage 3",
    "image stage 4",
    "adapters",
    "text layers",
    "neck",
    "memory attention",
    "mask decoder",
    "CME",
    "memory encoder",
    "masks to image size",
)
"""In the order of processing."""


@contextmanager
def instrumented(backend: SamwiseBackend, hook: Hook) -> Iterator[None]:
    """Run every part through ``hook`` until the block ends, without CUDA graphs.

    A part that runs inside another part counts as that part.
    """
    network = backend.network
    sam, text = network.sam, network.text_encoder
    methods = [
        (frame_step, "to_square", "resize and normalise"),
        (network, "image_stem", "image stages 1 and 2"),
        (sam, "image_stage", ""),  # the second argument names the stage
        *((adapter, name, "adapters") for adapter in network.cmt_adapters for name in _ADAPTER),
        (text, "step", "text layers"),
        (text, "finish", "text layers"),
        (sam, "neck", "neck"),
        (sam, "condition_on_memory", "memory attention"),
        (sam, "decode", "mask decoder"),
        (network.conditional_memory_encoder, "forward", "CME"),
        (network, "encode_memory", "memory encoder"),
        (frame_step, "to_frame_size", "masks to image size"),
    ]
    inside = False

    def wrap(part: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def run(*arguments: Any) -> Any:
            nonlocal inside
            if inside:
                return function(*arguments)
            inside = True
            try:
                return hook(part or f"image stage {arguments[1] + 1}", function, arguments)
            finally:
                inside = False

        return run

    with ExitStack() as stack:
        stack.enter_context(_replaced(backend, "frame_graphs", None))
        for owner, name, part in methods:
            stack.enter_context(_replaced(owner, name, wrap(part, getattr(owner, name))))
        yield


_ADAPTER = ("project_down", "forward")


@contextmanager
def _replaced(owner: Any, name: str, replacement: Any) -> Iterator[None]:
    """Replace an attribute of an object or module until the block ends."""
    on_instance = name in vars(owner)  # a method is found on the class instead
    original = vars(owner).get(name)
    setattr(owner, name, replacement)
    try:
        yield
    finally:
        if on_instance:
            setattr(owner, name, original)
        else:
            delattr(owner, name)
