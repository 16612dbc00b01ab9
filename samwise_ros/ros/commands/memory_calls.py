"""Calls of the engine that remove commands, and restart, save and load memories."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from samwise_ros.engine.types import Event
from samwise_ros.interface.parameters import Parameters

if TYPE_CHECKING:
    from samwise_ros.engine.engine import Engine  # importing it imports torch

EngineCall = Callable[["Engine"], tuple[Event, ...]]
"""A call that runs in the worker's thread and returns the events to publish."""


def no_change(_: "Engine") -> tuple[Event, ...]:
    """Change nothing; the worker then adds and removes the commands of goals."""
    return ()


def clear(engine: "Engine") -> tuple[Event, ...]:
    """Remove all commands and keep their memories."""
    return engine.set_commands([])


def reset_memory(engine: "Engine") -> tuple[Event, ...]:
    """Restart the memories of all active commands."""
    return engine.reset()


def save_memory(parameters: Parameters) -> EngineCall:
    """Write commands and memories to ``memory_path``."""

    def call(engine: "Engine") -> tuple[Event, ...]:
        engine.save(memory_path(parameters))
        return ()

    return call


def load_memory(parameters: Parameters) -> EngineCall:
    """Replace commands and memories by those in ``memory_path``."""
    return lambda engine: engine.load(memory_path(parameters), parameters.cameras)


def memory_path(parameters: Parameters) -> str:
    """Return the memory file's path.

    Raises:
        ValueError: the parameter is empty.
    """
    if not parameters.memory_path:
        raise ValueError("memory_path: expected a file, got ''")
    return parameters.memory_path
