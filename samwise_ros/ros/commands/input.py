"""Sentences and requests from topics, as calls of the engine.

A request is checked before it waits for the engine, so that the queue holds no enormous text.
"""

import unicodedata
import zlib
from collections.abc import Callable
from typing import TYPE_CHECKING

from rclpy.lifecycle import LifecycleNode
from std_msgs.msg import String

from samwise_ros.engine.sentences import sentence_fault
from samwise_ros.engine.types import MAX_SENTENCE_CHARACTERS, Command, Event, EventKind
from samwise_ros.interface import topics
from samwise_ros.interface.parameters import Parameters
from samwise_ros.msg import Command as CommandMessage
from samwise_ros.ros.commands.memory_calls import EngineCall, clear
from samwise_ros.ros.endpoints import create_subscription
from samwise_ros.words import split_words

if TYPE_CHECKING:
    from samwise_ros.engine.engine import Engine  # importing it imports torch

MAX_ID_CHARACTERS = 256
MAX_CAUSE_CHARACTERS = 80  # of a sentence
_ACTIONS: dict[int, Callable[["Engine", str], tuple[Event, ...]]] = {
    CommandMessage.PAUSE: lambda engine, name: engine.pause(name),
    CommandMessage.RESUME: lambda engine, name: engine.resume(name),
    CommandMessage.RESET: lambda engine, name: engine.reset(name),
    CommandMessage.REMOVE: lambda engine, name: engine.remove(name),
}


class CommandInput:
    """Subscribes to sentences and requests; created on activation, closed on deactivation."""

    def __init__(
        self, node: LifecycleNode, parameters: Parameters, submit: Callable[[EngineCall, str], None]
    ) -> None:
        """Subscribe.

        Args:
            node: the node.
            parameters: current values; see `update`.
            submit: queues a call of the engine, with its cause for people.
        """
        self._node = node
        self._parameters = parameters
        self._submit = submit
        self._subscriptions = (
            create_subscription(node, topics.COMMAND, self._on_sentence),
            create_subscription(node, topics.COMMAND_REQUEST, self._on_request),
        )

    def update(self, parameters: Parameters) -> None:
        """Use changed parameters."""
        self._parameters = parameters

    def close(self) -> None:
        """Destroy the subscriptions."""
        for subscription in self._subscriptions:
            self._node.destroy_subscription(subscription)

    def _on_sentence(self, message: String) -> None:
        cause = f"the sentence {message.data[:MAX_CAUSE_CHARACTERS]!r} on {topics.COMMAND.name}"
        self._submit(from_sentence(message.data, self._parameters), cause)

    def _on_request(self, message: CommandMessage) -> None:
        cause = f"a request on {topics.COMMAND_REQUEST.name}"
        self._submit(from_request(message, self._parameters), cause)


def from_sentence(text: str, parameters: Parameters) -> EngineCall:
    """Return the call for a typed or spoken sentence.

    An empty sentence or a stop phrase clears all commands. Another sentence replaces the commands
    or adds one, depending on ``command_mode``.
    """
    sentence = text.strip()
    if not sentence or _plain(sentence) in map(_plain, filter(None, parameters.stop_phrases)):
        return clear
    if fault := _sentence_fault(sentence):
        return _reject("", sentence, fault)
    command = Command(id_of(sentence), sentence)
    if parameters.command_mode == "add":
        return lambda engine: engine.add(command)
    return lambda engine: _replace_all(engine, command)


def _replace_all(engine: "Engine", command: Command) -> tuple[Event, ...]:
    """Make a command the only one, and resume it if it was paused."""
    events = engine.set_commands([command])
    is_rejected = any(event.kind is EventKind.REJECTED for event in events)
    return events if is_rejected else (*events, *engine.resume(command.id))


def from_request(request: CommandMessage, parameters: Parameters) -> EngineCall:
    """Return the call for a ``samwise_ros/Command`` message."""
    name, sentence = request.id.strip(), request.sentence.strip()
    if fault := request_fault(request, name, sentence, parameters):
        return _reject(name, sentence, fault)
    name = name or id_of(sentence)
    if request.action == CommandMessage.TRACK:
        command = Command(name, sentence, tuple(dict.fromkeys(request.cameras)))
        return lambda engine: engine.add(command)
    action = _ACTIONS[request.action]
    return lambda engine: action(engine, name)


def id_of(sentence: str) -> str:
    """Return a command's id, made from its sentence.

    >>> id_of("The red mug, please!")
    'the-red-mug-please'
    """
    folded = unicodedata.normalize("NFKC", sentence).casefold()
    name = "-".join(split_words(folded, extra="_"))
    # The checksum distinguishes long sentences with the same beginning.
    return name if len(name) <= 64 else f"{name[:55]}-{zlib.crc32(name.encode()):08x}"


def request_fault(
    request: CommandMessage, name: str, sentence: str, parameters: Parameters
) -> str | None:
    """Return why a request is invalid; ``None`` if it is valid.

    Args:
        request: the message.
        name: its id without surrounding spaces.
        sentence: its sentence without surrounding spaces.
        parameters: current values.
    """
    actions = (CommandMessage.TRACK, *_ACTIONS)
    if request.action not in actions:
        return f"expected an action from {min(actions)} to {max(actions)}, got {request.action}"
    if len(name) > MAX_ID_CHARACTERS:
        return f"expected an id of at most {MAX_ID_CHARACTERS} characters, got {len(name)}"
    if unknown := sorted(set(request.cameras) - set(parameters.cameras))[:3]:
        # Shortened again: the text of an unprintable character has up to ten characters.
        got = str([camera[:MAX_ID_CHARACTERS] for camera in unknown])[:MAX_ID_CHARACTERS]
        return f"expected cameras from {list(parameters.cameras)}, got {got}"
    if request.action == CommandMessage.TRACK:
        return _sentence_fault(sentence)
    return None if name or sentence else "expected an id, got none"


def _sentence_fault(sentence: str) -> str | None:
    if fault := sentence_fault(sentence):
        return fault
    # The middleware replaces bytes that are not UTF-8 with U+FFFD.
    if any(unicodedata.category(char) == "Cc" or char == "\ufffd" for char in sentence):
        return "expected text, got control characters or bytes that are not UTF-8"
    return None


def _reject(name: str, sentence: str, reason: str) -> EngineCall:
    rejected = Command(name[:MAX_ID_CHARACTERS], sentence[:MAX_SENTENCE_CHARACTERS])
    return lambda engine: (Event(EventKind.REJECTED, rejected, reason=reason),)


def _plain(sentence: str) -> str:
    return sentence.strip().rstrip(".!?, ").casefold()
