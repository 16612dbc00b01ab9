"""The living commands: their labels, and which are refused."""

from dataclasses import dataclass, field, replace

from samwise_ros.engine.types import MAX_SENTENCE_CHARACTERS, Command, TargetState
from samwise_ros.network.features import TextStem
from samwise_ros.network.text.tokenizer import normalise


@dataclass(frozen=True)
class CommandStatus:
    """A living command as others see it."""

    command: Command
    label: int
    paused: bool
    state: TargetState


@dataclass(eq=False)
class TrackedCommand:
    """A living command as the engine keeps it.

    Attributes:
        command: as it was given.
        label: 1 to 254.
        text: the sentence after the text stem.
        verbs: which of its tokens are verbs; none without the motion prompt.
        paused: whether frames pass it by.
    """

    command: Command
    label: int
    text: TextStem = field(repr=False)
    verbs: tuple[bool, ...] = ()
    paused: bool = False

    def same_target_as(self, other: "TrackedCommand") -> bool:
        """Tell whether it is the same to those who follow its sentence and label."""
        ours, theirs = (one.command for one in (self, other))
        return (ours.id, ours.sentence, self.label) == (theirs.id, theirs.sentence, other.label)

    def applies_to(self, camera: str) -> bool:
        """Tell whether a frame of the camera concerns this command now."""
        return not self.paused and (not self.command.cameras or camera in self.command.cameras)


def rejection_reason(command: Command) -> str:
    """Say why a command cannot be taken; empty if it can.

    >>> rejection_reason(Command("a", "the red mug"))
    ''
    >>> rejection_reason(Command("a", " ?! "))
    'the sentence holds no word'
    """
    if not command.id:
        return "the command has no id"
    if len(command.sentence) > MAX_SENTENCE_CHARACTERS:
        return (
            f"the sentence has {len(command.sentence)} characters; "
            f"at most {MAX_SENTENCE_CHARACTERS} are taken"
        )
    if not normalise(command.sentence):
        return "the sentence holds no word"
    return ""


def shortened(command: Command) -> Command:
    """Cut what is told back of an enormous command.

    >>> len(shortened(Command("a", "x" * 9999)).sentence)
    80
    """
    if len(command.sentence) <= 80 and len(command.id) <= 80:
        return command
    return replace(command, id=command.id[:80], sentence=command.sentence[:80])


def free_label(taken: set[int]) -> int:
    """Return the smallest free label.

    >>> free_label({1, 3})
    2
    """
    return next(label for label in range(1, 255) if label not in taken)
