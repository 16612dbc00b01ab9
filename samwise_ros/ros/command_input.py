"""What people ask for, as orders to the engine.

A request is looked at before it waits for the engine: what is no sentence is refused here, so that
nothing enormous is kept.
"""

import re
import unicodedata
import zlib
from collections.abc import Callable
from typing import TYPE_CHECKING

from samwise_ros.engine.types import MAX_SENTENCE_CHARACTERS, Command, Event, EventKind
from samwise_ros.interface.parameters import Parameters
from samwise_ros.msg import Command as CommandMessage

if TYPE_CHECKING:
    from samwise_ros.engine.engine import Engine  # importing it for real would import torch

EngineCall = Callable[["Engine"], tuple[Event, ...]]

MAX_ID_CHARACTERS = 256


def clear(engine: "Engine") -> tuple[Event, ...]:
    """Forget every command."""
    return engine.set_commands([])


def reset_memory(engine: "Engine") -> tuple[Event, ...]:
    """Look for every command afresh."""
    return engine.reset()


def save_memory(parameters: Parameters) -> EngineCall:
    """Write the commands and what they remember to ``memory_path``."""

    def order(engine: "Engine") -> tuple[Event, ...]:
        engine.save(memory_path(parameters))
        return ()

    return order


def load_memory(parameters: Parameters) -> EngineCall:
    """Go on from the commands and memories in ``memory_path``."""
    return lambda engine: engine.load(memory_path(parameters), parameters.cameras)


def memory_path(parameters: Parameters) -> str:
    """Give the file of the memories.

    Raises:
        ValueError: there is none.
    """
    if not parameters.memory_path:
        raise ValueError("memory_path: expected a file, got ''")
    return parameters.memory_path


def from_sentence(text: str, parameters: Parameters) -> EngineCall:
    """Make an order of a sentence that somebody typed or said.

    An empty sentence or a stop phrase clears; another one replaces the commands or adds one, as
    ``command_mode`` says.
    """
    sentence = text.strip()
    if not sentence or _plain(sentence) in map(_plain, filter(None, parameters.stop_phrases)):
        return clear
    if fault := _fault(sentence):
        return _refuse("", sentence, fault)
    command = Command(id_of(sentence), sentence)
    if parameters.command_mode == "add":
        return lambda engine: engine.add(command)
    return lambda engine: engine.set_commands([command])


def from_request(request: CommandMessage, parameters: Parameters) -> EngineCall:
    """Make an order of a ``samwise_ros/Command`` message."""
    name, sentence = request.id.strip(), request.sentence.strip()
    if fault := _request_fault(request, name, sentence, parameters):
        return _refuse(name, sentence, fault)
    name = name or id_of(sentence)
    if request.action == CommandMessage.TRACK:
        command = Command(name, sentence, tuple(dict.fromkeys(request.cameras)))
        return lambda engine: engine.add(command)
    return {
        CommandMessage.PAUSE: lambda engine: engine.pause(name),
        CommandMessage.RESUME: lambda engine: engine.resume(name),
        CommandMessage.RESET: lambda engine: engine.reset(name),
        CommandMessage.REMOVE: lambda engine: engine.remove(name),
    }[request.action]


def id_of(sentence: str) -> str:
    """Make a command's id of its sentence.

    >>> id_of("The red mug, please!")
    'the-red-mug-please'
    """
    name = "-".join(re.findall(r"\w+", sentence.casefold()))
    # Two long sentences that begin alike are still two.
    return name if len(name) <= 64 else f"{name[:55]}-{zlib.crc32(name.encode()):08x}"


def _request_fault(
    request: CommandMessage, name: str, sentence: str, parameters: Parameters
) -> str:
    actions = (
        CommandMessage.TRACK,
        CommandMessage.PAUSE,
        CommandMessage.RESUME,
        CommandMessage.RESET,
        CommandMessage.REMOVE,
    )
    if request.action not in actions:
        return f"expected an action from {min(actions)} to {max(actions)}, got {request.action}"
    if len(name) > MAX_ID_CHARACTERS:
        return f"expected an id of at most {MAX_ID_CHARACTERS} characters, got {len(name)}"
    if unknown := sorted(set(request.cameras) - set(parameters.cameras))[:3]:
        # Cut once more: a character that cannot be printed is written as up to ten.
        got = str([one[:MAX_ID_CHARACTERS] for one in unknown])[:MAX_ID_CHARACTERS]
        return f"expected cameras out of {list(parameters.cameras)}, got {got}"
    if request.action == CommandMessage.TRACK:
        return _fault(sentence)
    return "" if name or sentence else "expected an id, got none"


def _fault(sentence: str) -> str:
    """Say why it is no sentence; nothing if it is one."""
    if len(sentence) > MAX_SENTENCE_CHARACTERS:
        return (
            f"expected a sentence of at most {MAX_SENTENCE_CHARACTERS} characters, "
            f"got {len(sentence)}"
        )
    # U+FFFD stands where the middleware found bytes that are no UTF-8.
    if any(unicodedata.category(one) == "Cc" or one == "\ufffd" for one in sentence):
        return "expected text, got control characters or bytes that are no UTF-8"
    if not any(one.isalnum() for one in sentence):
        return "expected a sentence with words, got none"
    return ""


def _refuse(name: str, sentence: str, reason: str) -> EngineCall:
    refused = Command(name[:MAX_ID_CHARACTERS], sentence[:MAX_SENTENCE_CHARACTERS])
    return lambda engine: (Event(EventKind.REJECTED, refused, reason=reason),)


def _plain(sentence: str) -> str:
    return sentence.strip().rstrip(".!?, ").casefold()
