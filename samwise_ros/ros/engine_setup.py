"""Creates the engine from the parameters: model, memories and first command."""

import os
import warnings
from typing import TYPE_CHECKING

from rclpy.impl.rcutils_logger import RcutilsLogger

from samwise_ros.engine.types import Event, EventKind
from samwise_ros.interface.parameters import Parameters
from samwise_ros.ros.commands.input import from_sentence
from samwise_ros.ros.commands.memory_calls import load_memory, memory_path, save_memory

if TYPE_CHECKING:
    from samwise_ros.engine.engine import Engine

WARM_UP_HEIGHT, WARM_UP_WIDTH = 480, 640


def load_engine(parameters: Parameters, log: RcutilsLogger) -> "Engine":
    """Load and warm up the model, and log its warnings.

    Raises:
        OSError: the model cannot be read; the message names path and reason.
        RuntimeError: the device is not available.
        ValueError: the model or a parameter is invalid.
    """
    # Imported here: torch takes seconds to import, and the node answers services before that.
    from samwise_ros.engine.backend.device import use_threads  # noqa: PLC0415
    from samwise_ros.engine.engine import Engine  # noqa: PLC0415

    with warnings.catch_warnings(record=True) as caught:
        use_threads(parameters.threads)
        engine = Engine.from_model(
            parameters.model,
            device=parameters.device,
            precision=parameters.precision,
            config=parameters.engine_config(),
        )
        engine.warm_up(WARM_UP_HEIGHT, WARM_UP_WIDTH)
    for warning in caught:
        log.warning(str(warning.message))
    return engine


def restore(engine: "Engine", parameters: Parameters, log: RcutilsLogger) -> tuple[Event, ...]:
    """Continue from the saved memories if there are any, else add the first command.

    Raises:
        ValueError: the memory file or the first command is rejected.
    """
    if parameters.save_memory_on_deactivate:
        path = memory_path(parameters)
        if os.path.exists(path):
            events = load_memory(parameters)(engine)
            count = len(engine.commands)
            log.info(f"memories loaded from {path}, commands: {count}")
            if count:
                return events
    if not parameters.command:
        return ()
    events = from_sentence(parameters.command, parameters)(engine)
    for event in events:
        if event.kind == EventKind.REJECTED:
            raise ValueError(f"command: {event.reason}")
    return events


def save(engine: "Engine", parameters: Parameters, log: RcutilsLogger) -> None:
    """Save the memories if ``save_memory_on_deactivate`` is set; log the result."""
    if not parameters.save_memory_on_deactivate:
        return
    try:
        save_memory(parameters)(engine)
    except ValueError as error:
        log.error(f"memories not saved: {error}")
    else:
        log.info(f"memories saved to {parameters.memory_path}")
