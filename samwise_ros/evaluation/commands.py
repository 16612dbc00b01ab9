"""The sentences of a video as commands of an engine."""

from collections.abc import Sequence

from samwise_ros.data.dataset import Expression, Video
from samwise_ros.engine.engine import Engine
from samwise_ros.engine.types import Command, EventKind


def set_commands(engine: Engine, video: Video, expressions: Sequence[Expression]) -> None:
    """Replace the engine's commands by the expressions of a video, with empty memories.

    Raises:
        ValueError: the engine rejects an expression.
    """
    for status in engine.commands:
        engine.remove(status.command.id)
    commands = [Command(str(number), each.sentence) for number, each in enumerate(expressions)]
    for event in engine.set_commands(commands):
        if event.kind is EventKind.REJECTED:
            raise ValueError(
                f"{video.name}: the model cannot take {event.command.sentence!r}: {event.reason}"
            )
