"""What a memory file says in words and numbers, and what it may say."""

import reprlib
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any, TypeVar, get_origin

from samwise_ros.engine.commands import rejection_reason
from samwise_ros.engine.types import Command, TargetState

FORMAT = 1
MAX_PIXELS = 2**25
"""Of a camera's image: one of 8K, 7680x4320, is smaller."""

_MAX_FRAMES = 2**48  # thousands of years
_MAX_NAME_CHARACTERS = 256

Record = TypeVar("Record")


@dataclass(frozen=True)
class CommandFacts:
    """A living command; fields as in ``Command`` and ``CommandStatus``."""

    id: str
    sentence: str
    cameras: list[str]
    label: int
    paused: bool

    def __post_init__(self) -> None:
        """Refuse what no engine follows."""
        _check_command(self.command)
        for camera in self.cameras:
            _check_name("a camera", camera)
        _check_range("label", self.label, 1, 254)

    @property
    def command(self) -> Command:
        """As it was given."""
        return Command(self.id, self.sentence, tuple(self.cameras))


@dataclass(frozen=True)
class MemoryFacts:
    """A memory of a command, living or not, and a camera; fields as in ``Memory``."""

    id: str
    sentence: str
    camera: str
    frames: int
    last_applied: int
    last_probability: float
    state: str
    seen: int
    unseen: int

    def __post_init__(self) -> None:
        """Refuse what no memory comes to."""
        _check_command(self.command)
        _check_name("camera", self.camera)
        _check_range("frames", self.frames, 0, _MAX_FRAMES)
        _check_range("last_applied", self.last_applied, 0, max(self.frames - 1, 0))
        _check_range("last_probability", self.last_probability, 0, 1)
        _check_range("seen", self.seen, 0, self.frames)
        _check_range("unseen", self.unseen, 0, 0 if self.seen else self.frames)
        if self.state not in TargetState.__members__:
            states = ", ".join(TargetState.__members__)
            raise ValueError(f"state: expected {states}, got {reprlib.repr(self.state)}")

    @property
    def command(self) -> Command:
        """Whose memory it is."""
        return Command(self.id, self.sentence)


@dataclass(frozen=True)
class CameraFacts:
    """The size of a camera's images, pixels."""

    name: str
    width: int
    height: int

    def __post_init__(self) -> None:
        """Refuse what is no image."""
        _check_name("name", self.name)
        _check_range("width", self.width, 1, MAX_PIXELS)
        _check_range("height", self.height, 1, MAX_PIXELS // max(self.width, 1))


@dataclass(frozen=True)
class MemoryFileHeader:
    """All of it.

    Attributes:
        format: version of the file's format.
        network: fingerprint of the network whose memories they are.
        precision: of its numbers.
        mode: the engine's.
        cameras: that something is remembered of.
        commands: the living ones.
        memories: the longest unused command's first.
    """

    format: int
    network: str
    precision: str
    mode: str
    cameras: list[CameraFacts]
    commands: list[CommandFacts]
    memories: list[MemoryFacts]

    def __post_init__(self) -> None:
        """Refuse what does not fit together."""
        _check_unique("cameras", [one.name for one in self.cameras])
        _check_unique("ids of commands", [one.id for one in self.commands])
        _check_unique("labels", [one.label for one in self.commands])
        _check_unique("memories", [(one.id, one.sentence, one.camera) for one in self.memories])
        if {one.name for one in self.cameras} != {one.camera for one in self.memories}:
            raise ValueError("cameras: expected those of the memories, got others")

    @classmethod
    def of(cls, data: object) -> "MemoryFileHeader":
        """Take the facts from plain data.

        Raises:
            ValueError: they are of another version, or not what they should be.
        """
        version = data.get("format") if isinstance(data, dict) else None
        if type(version) is not int or version != FORMAT:
            raise ValueError(f"format: expected {FORMAT}, got {reprlib.repr(version)}")
        own = _checked(cls, data)
        return cls(
            **{
                **own,
                "cameras": _records(CameraFacts, "cameras", own["cameras"]),
                "commands": _records(CommandFacts, "commands", own["commands"]),
                "memories": _records(MemoryFacts, "memories", own["memories"]),
            }
        )


def _records(kind: type[Record], name: str, data: Sequence[object]) -> list[Record]:
    found = []
    for index, one in enumerate(data):
        try:
            found.append(kind(**_checked(kind, one)))
        except ValueError as error:
            raise ValueError(f"{name}/{index}: {error}") from error
    return found


def _checked(kind: type, data: object) -> dict[str, Any]:
    """Return the fields of a dataclass, each of its type."""
    # A dataclass has a type, not a text, for each field: nothing here puts off annotations.
    types: dict[str, Any] = {own.name: get_origin(own.type) or own.type for own in fields(kind)}
    if not isinstance(data, dict) or data.keys() != types.keys():
        raise ValueError(f"expected {', '.join(types)}, got {reprlib.repr(data)}")
    for name, value in data.items():
        if type(value) is not types[name]:
            raise ValueError(f"{name}: expected {types[name].__name__}, got {reprlib.repr(value)}")
    return data


def _check_command(command: Command) -> None:
    _check_name("id", command.id)
    _check_text("sentence", command.sentence)
    if reason := rejection_reason(command):
        raise ValueError(reason)


def _check_name(name: str, value: object) -> None:
    _check_text(name, value)
    if not 1 <= len(str(value)) <= _MAX_NAME_CHARACTERS:
        raise ValueError(
            f"{name}: expected 1 to {_MAX_NAME_CHARACTERS} characters, got {len(str(value))}"
        )


def _check_text(name: str, value: object) -> None:
    """Refuse half characters, which JSON can hold and nothing else takes."""
    if not isinstance(value, str) or any("\ud800" <= one <= "\udfff" for one in value):
        raise ValueError(f"{name}: expected text, got {reprlib.repr(value)}")


def _check_range(name: str, value: float, low: int, high: int) -> None:
    if not low <= value <= high:
        raise ValueError(f"{name}: expected {low} to {high}, got {reprlib.repr(value)}")


def _check_unique(name: str, values: Sequence[object]) -> None:
    if len(set(values)) < len(values):
        raise ValueError(f"{name}: one comes twice")
