"""Active commands: what the engine keeps and reports of them."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any

from samwise_ros.engine.sentences import sentence_fault
from samwise_ros.engine.types import Command, TargetState
from samwise_ros.vision.masks import MAX_LABEL

_SHORTENED_CHARACTERS = 80


@dataclass(frozen=True)
class CommandStatus:
    """An active command as the engine reports it."""

    command: Command
    label: int
    paused: bool
    state: TargetState


@dataclass(eq=False)
class TrackedCommand:
    """An active command as the engine keeps it.

    Attributes:
        command: as it was added.
        label: 1 to 254.
        text: the sentence as the backend encoded it.
        unknown_words: words of the sentence that the network does not know.
        paused: whether frames skip the command.
    """

    command: Command
    label: int
    text: Any = field(repr=False)
    unknown_words: tuple[str, ...] = ()
    paused: bool = False

    def status(self, state: TargetState) -> CommandStatus:
        """Return what the engine reports of the command, with the state of its target."""
        return CommandStatus(self.command, self.label, self.paused, state)

    def same_target_as(self, other: "TrackedCommand") -> bool:
        """Return whether both have the same id, sentence and label."""
        ours, theirs = self.command, other.command
        return (ours.id, ours.sentence, self.label) == (theirs.id, theirs.sentence, other.label)

    def covers(self, camera: str) -> bool:
        """Return whether the command names a camera or all cameras."""
        return not self.command.cameras or camera in self.command.cameras

    def applies_to(self, camera: str) -> bool:
        """Return whether a frame of a camera is searched for the command now."""
        return not self.paused and self.covers(camera)


def rejection_reason(command: Command) -> str | None:
    """Return why a command is invalid for every network; ``None`` if it is valid.

    >>> rejection_reason(Command("", "the red mug"))
    'expected an id, got none'
    """
    if not command.id:
        return "expected an id, got none"
    return sentence_fault(command.sentence)


def shortened(command: Command) -> Command:
    """Cut the id and the sentence of a command to a length that fits an event.

    >>> len(shortened(Command("a", "x" * 9999)).sentence)
    80
    """
    limit = _SHORTENED_CHARACTERS
    if len(command.sentence) <= limit and len(command.id) <= limit:
        return command
    return replace(command, id=command.id[:limit], sentence=command.sentence[:limit])


def free_label(taken: set[int]) -> int:
    """Return the label of a new command: after those of all others, so that the first one stays.

    >>> free_label({1, 3}), free_label({MAX_LABEL})
    (4, 1)
    """
    highest = max(taken, default=0)
    if highest < MAX_LABEL:
        return highest + 1
    return next(label for label in range(1, MAX_LABEL + 1) if label not in taken)


def with_free_ids(
    sentences: Sequence[str], cameras: tuple[str, ...], active: Sequence[Command]
) -> tuple[Command, ...]:
    """Return a command for each sentence, with the smallest free number as its id.

    A sentence that is active on the same cameras keeps its command.

    >>> with_free_ids(["mug", "cup"], (), [Command("1", "cup"), Command("3", "jar")])
    (Command(id='2', sentence='mug', cameras=()), Command(id='1', sentence='cup', cameras=()))
    """
    known = {(command.sentence, command.cameras): command for command in active}
    taken = {command.id for command in active}
    free = (str(number) for number in count(1) if str(number) not in taken)
    for sentence in dict.fromkeys(sentences):
        if (sentence, cameras) not in known:
            known[sentence, cameras] = Command(next(free), sentence, cameras)
    return tuple(known[sentence, cameras] for sentence in sentences)
