"""The parts of the network that a frame goes through, and how to watch each at work."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from samwise_ros.engine.backend import frame_step
from samwise_ros.engine.backend.inference import Inference

Watch = Callable[[str, Callable[..., Any], tuple[Any, ...]], Any]
"""Is given a part's name, its function and the arguments, and gives what the function gives."""

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
"""In the order of a frame's way."""


@contextmanager
def watching(inference: Inference, watch: Watch) -> Iterator[None]:
    """Have every part run through ``watch`` until the block ends; no frame is a recorded one.

    A part that runs inside another one belongs to that one.
    """
    network = inference.network
    sam, text = network.sam, network.text_encoder
    places = [
        (frame_step, "to_square", "resize and normalise"),
        (network, "image_stem", "image stages 1 and 2"),
        (sam, "image_stage", ""),  # named by its second argument
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

    def through(part: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def run(*arguments: Any) -> Any:
            nonlocal inside
            if inside:
                return function(*arguments)
            inside = True
            try:
                return watch(part or f"image stage {arguments[1] + 1}", function, arguments)
            finally:
                inside = False

        return run

    with ExitStack() as stack:
        stack.enter_context(_replaced(inference, "steady", None))
        for owner, name, part in places:
            stack.enter_context(_replaced(owner, name, through(part, getattr(owner, name))))
        yield


_ADAPTER = ("project_down", "forward")


@contextmanager
def _replaced(owner: Any, name: str, by: Any) -> Iterator[None]:
    """Let an object, or a module, have another attribute until the block ends."""
    has_own = name in vars(owner)  # a method is its class's, and only covered
    own = vars(owner).get(name)
    setattr(owner, name, by)
    try:
        yield
    finally:
        if has_own:
            setattr(owner, name, own)
        else:
            delattr(owner, name)
