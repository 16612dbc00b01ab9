"""The set of active commands: adding, replacing and removing, with an event for each change."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from samwise_ros.engine.backend.protocol import Backend
from samwise_ros.engine.commands import TrackedCommand, free_label, rejection_reason
from samwise_ros.engine.config import EngineConfig
from samwise_ros.engine.events import added, rejected, removed, restarted, unknown
from samwise_ros.engine.sentences import unknown_words_fault
from samwise_ros.engine.types import Command, Event, TargetState


class CommandSet:
    """The active commands of an engine, by id.

    A rejected command changes nothing.
    """

    def __init__(
        self,
        backend: Backend[Any, Any],
        state_of: Callable[[Command], TargetState],
        config: EngineConfig,
    ) -> None:
        """Start empty.

        Args:
            backend: encodes sentences.
            state_of: returns the state of a command's target, for events.
            config: supplies ``max_commands`` and ``reject_unknown_words``.
        """
        self._backend, self._state_of, self._config = backend, state_of, config
        self._max = config.max_commands
        self._commands: dict[str, TrackedCommand] = {}

    def __iter__(self) -> Iterator[TrackedCommand]:
        """Iterate over the commands in the order of their labels."""
        return iter(sorted(self._commands.values(), key=lambda tracked: tracked.label))

    def get(self, command_id: str) -> TrackedCommand | None:
        """Return the active command of an id, if there is one."""
        return self._commands.get(command_id)

    def replace_all(self, commands: Sequence[Command]) -> tuple[Event, ...]:
        """Make these the active commands. If one is rejected, nothing changes.

        A paused command that stays active stays paused.

        Returns:
            REMOVED and ADDED, or REJECTED for each rejected command.
        """
        texts, rejections = self._validate(commands)
        ids = {command.id for command in commands}
        if len(ids) > self._max:
            rejections.append(rejected(commands[-1], self._limit_reason))
        if rejections:
            return tuple(rejections)
        events = [self._drop(old) for old in list(self) if old.command.id not in ids]
        for command, text in zip(commands, texts, strict=True):
            events.extend(self._put(command, text))
        return tuple(events)

    def add(self, command: Command) -> tuple[Event, ...]:
        """Add a command, or replace or resume the active command of the same id."""
        texts, rejections = self._validate([command])
        if not rejections and command.id not in self._commands and len(self._commands) >= self._max:
            rejections.append(rejected(command, self._limit_reason))
        if rejections:
            return tuple(rejections)
        events = self._put(command, texts[0])
        self._commands[command.id].paused = False
        return tuple(events)

    def remove(self, command_id: str) -> tuple[Event, ...]:
        """Remove a command; REJECTED if there is none of that id."""
        tracked = self._commands.get(command_id)
        return (unknown(command_id),) if tracked is None else (self._drop(tracked),)

    def set_paused(self, command_id: str, paused: bool) -> tuple[Event, ...]:
        """Pause or resume a command; REJECTED if there is none of that id."""
        tracked = self._commands.get(command_id)
        if tracked is None:
            return (unknown(command_id),)
        tracked.paused = paused
        return ()

    def restore(
        self, commands: Sequence[TrackedCommand], state_of: Callable[[Command], TargetState]
    ) -> tuple[Event, ...]:
        """Replace all commands by those of a memory file.

        Args:
            commands: valid ones, with their labels.
            state_of: returns the state of a command's target from now on.

        Returns:
            REMOVED and ADDED for commands that differ in id, sentence or label; RESET for the
            others, whose memories are replaced.
        """
        after: Mapping[str, TrackedCommand] = {new.command.id: new for new in commands}
        events = []
        for name, old in list(self._commands.items()):
            if name not in after or not old.same_target_as(after[name]):
                events.append(self._drop(old))
                continue
            before, now = self._state_of(old.command), state_of(old.command)
            events.append(restarted(old, "memory loaded", previous_state=before, state=now))
        new = [tracked for name, tracked in after.items() if name not in self._commands]
        self._commands, self._state_of = dict(after), state_of
        return (*events, *(added(tracked, state_of(tracked.command)) for tracked in new))

    def clear(self) -> None:
        """Drop all commands without events."""
        self._commands.clear()

    def _validate(self, commands: Sequence[Command]) -> tuple[list[Any], list[Event]]:
        """Return the encoded sentences, and REJECTED for each invalid command."""
        texts, rejections = [], []
        for command in commands:
            reason = rejection_reason(command) or self._unknown_words_reason(command)
            if reason is None:
                try:
                    texts.append(self._backend.encode_text(command.sentence))
                except ValueError as error:
                    reason = str(error)
            if reason is not None:
                rejections.append(rejected(command, reason))
        return texts, rejections

    def _unknown_words_reason(self, command: Command) -> str | None:
        """Return why the network cannot know the object of a new sentence."""
        active = self._commands.get(command.id)
        is_active = active is not None and active.command.sentence == command.sentence
        if is_active or not self._config.reject_unknown_words:
            return None
        return unknown_words_fault(*self._backend.known_and_unknown_words(command.sentence))

    def _put(self, command: Command, text: object) -> list[Event]:
        """Add or replace a valid command."""
        old = self._commands.get(command.id)
        if old is not None and old.command.sentence == command.sentence:
            old.command = command
            return []
        events = [] if old is None else [self._drop(old)]
        taken = {tracked.label for tracked in self._commands.values()}
        label = free_label(taken) if old is None else old.label
        _, unknown_words = self._backend.known_and_unknown_words(command.sentence)
        new = TrackedCommand(command, label, text, tuple(unknown_words))
        self._commands[command.id] = new
        return [*events, added(new, self._state_of(command))]

    def _drop(self, tracked: TrackedCommand) -> Event:
        del self._commands[tracked.command.id]
        return removed(tracked, self._state_of(tracked.command))

    @property
    def _limit_reason(self) -> str:
        return f"expected at most {self._max} active commands (max_commands); remove one first"
