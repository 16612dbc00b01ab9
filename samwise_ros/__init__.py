"""Tracks the objects that plain sentences describe in the images of cameras.

The public names are imported on first use: ``import samwise_ros`` loads neither torch nor numpy.
ROS 2 puts the generated messages into this package as ``samwise_ros.msg``.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from samwise_ros.client.samwise_client import SamwiseClient
    from samwise_ros.engine.config import EngineConfig
    from samwise_ros.engine.engine import Engine
    from samwise_ros.engine.types import (
        Box,
        Command,
        Event,
        EventKind,
        Frame,
        FrameResult,
        Target,
        TargetState,
    )
    from samwise_ros.errors import (
        CommandRejectedError,
        CommandRemovedError,
        NodeNotFoundError,
        SamwiseError,
        UnknownWordsWarning,
    )

__all__ = [
    "Box",
    "Command",
    "CommandRejectedError",
    "CommandRemovedError",
    "Engine",
    "EngineConfig",
    "Event",
    "EventKind",
    "Frame",
    "FrameResult",
    "NodeNotFoundError",
    "SamwiseClient",
    "SamwiseError",
    "Target",
    "TargetState",
    "UnknownWordsWarning",
]

_MODULES = {
    "CommandRejectedError": "errors",
    "CommandRemovedError": "errors",
    "Engine": "engine.engine",
    "EngineConfig": "engine.config",
    "NodeNotFoundError": "errors",
    "SamwiseClient": "client.samwise_client",
    "SamwiseError": "errors",
    "UnknownWordsWarning": "errors",
}


def __getattr__(name: str) -> object:
    """Import a public name on first use (PEP 562)."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module = import_module(f"{__name__}.{_MODULES.get(name, 'engine.types')}")
    value = globals()[name] = getattr(module, name)
    return value


def __dir__() -> list[str]:
    """Include the public names that are not imported yet."""
    return sorted({*globals(), *__all__})
