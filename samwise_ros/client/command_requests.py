"""Commands to a samwise node, each with the node's answer."""

import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeVar

from std_msgs.msg import String

from samwise_ros.client.connection import NodeConnection
from samwise_ros.client.subscriptions import NodeSubscriptions
from samwise_ros.engine.types import EventKind
from samwise_ros.errors import CommandRejectedError
from samwise_ros.msg import Command, CommandArray, TargetEvent

T = TypeVar("T")

ANSWER_TIMEOUT_S = 10.0
_ECHOED_CHARACTERS = 80  # the node may return no more of a rejected sentence


class CommandRequests:
    """Publishes commands over a ready connection and waits for the answers.

    The node publishes its commands after each request, and a REJECTED event if it rejects one.
    """

    def __init__(self, connection: NodeConnection) -> None:
        """Use a connection; it has to be ready before each request."""
        self._connection = connection

    def track(self, sentence: str, target_id: str, cameras: Sequence[str]) -> str:
        """Add a command and return its id.

        Raises:
            CommandRejectedError: the node rejected the command.
            TimeoutError: the node did not answer.
        """
        message = Command(id=target_id.strip(), sentence=sentence.strip(), cameras=list(cameras))
        wanted_cameras = list(dict.fromkeys(cameras))
        received = self._received.commands_received

        def accepted_id() -> str | None:
            return next(
                (
                    one.id
                    for one in self._commands_after(received).commands
                    if (one.sentence, list(one.cameras)) == (message.sentence, wanted_cameras)
                    and message.id in ("", one.id)
                ),
                None,
            )

        return self._send(message, accepted_id)

    def set_state(self, action: int, target_id: str, state: int) -> None:
        """Pause or resume a command; errors as in `track`."""
        received = self._received.commands_received

        def is_set() -> bool:
            latest = self._commands_after(received)
            states = zip(latest.commands, latest.states, strict=True)
            return any(one.id == target_id and now == state for one, now in states)

        self._send(Command(id=target_id, action=action), is_set)

    def wait_for_event(self, action: int, target_id: str, kind: EventKind) -> None:
        """Send a command that the node answers with an event; errors as in `track`."""
        events = self._received.events
        begin = events.last_number
        received = self._received.commands_received

        def is_done() -> bool:
            # The new commands follow the event on another topic.
            if self._received.commands_received == received:
                return False
            later = (event for _, event in events.after(begin))
            return any((one.kind, one.command_id) == (kind, target_id) for one in later)

        self._send(Command(id=target_id, action=action), is_done)

    def clear(self) -> None:
        """Remove all commands; errors as in `track`."""
        received = self._received.commands_received

        def is_clear() -> bool:
            return self._received.commands_received > received and not (
                self._commands_after(received).commands
            )

        self._send(String(data=""), is_clear)

    @property
    def _received(self) -> NodeSubscriptions:
        assert self._connection.subscriptions is not None
        return self._connection.subscriptions

    def _commands_after(self, received: int) -> CommandArray:
        """Return the latest commands, or none if no message arrived after a number of messages."""
        latest = self._received.commands
        return latest if latest and self._received.commands_received > received else CommandArray()

    def _send(self, message: String | Command, answer: Callable[[], T | None]) -> T:
        """Publish a message until it has an answer.

        The message is repeated if the node subscribes meanwhile, as it does when it is restarted:
        the new subscription did not receive it.
        """
        events, connection = self._received.events, self._connection
        begin, end = events.last_number, time.monotonic() + ANSWER_TIMEOUT_S

        def answer_or_rejection() -> T | CommandRejectedError | None:
            for _, event in events.after(begin):
                if isinstance(message, Command) and is_rejection_of(event, message):
                    return CommandRejectedError(event.reason)
            return answer()

        def is_over(matches: int) -> bool:
            return bool(answer_or_rejection()) or connection.matches(message) != matches

        while not (found := answer_or_rejection()) and (left_s := end - time.monotonic()) > 0.0:
            is_over_now = partial(is_over, connection.matches(message))
            connection.publish(message)
            connection.spinner.spin_until(is_over_now, left_s)
        if isinstance(found, CommandRejectedError):
            raise found
        if not found:
            raise TimeoutError(
                f"expected an answer from {connection.name} within {ANSWER_TIMEOUT_S:g} s, "
                "got none; is the node still active?"
            )
        return found


def is_rejection_of(event: TargetEvent, message: Command) -> bool:
    """Return whether an event rejects a command.

    >>> rejected = TargetEvent(kind=TargetEvent.REJECTED, sentence="?!")
    >>> is_rejection_of(rejected, Command(sentence="?!"))
    True
    >>> is_rejection_of(rejected, Command(sentence="the red mug"))
    False
    """
    if event.kind != EventKind.REJECTED:
        return False
    # The rejection of an unknown target has an id only.
    if (event.sentence or message.action == Command.TRACK) and not _echoes(
        message.sentence, event.sentence
    ):
        return False
    return not message.id or _echoes(message.id, event.command_id)


def _echoes(sent: str, received: str) -> bool:
    """Return whether the node returned a text; the node may shorten a long text."""
    return sent == received or (len(received) >= _ECHOED_CHARACTERS and sent.startswith(received))
