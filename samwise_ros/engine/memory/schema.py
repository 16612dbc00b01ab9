"""The header of a memory file: its fields and their valid values.

Field names are part of the file format.
"""

import reprlib
from collections.abc import Sequence
from dataclasses import MISSING, dataclass, fields
from typing import Any, TypeVar, get_origin

from samwise_ros.engine.commands import rejection_reason
from samwise_ros.engine.types import Command, TargetState
from samwise_ros.vision.masks import MAX_LABEL

FORMAT = 1
MAX_PIXELS = 2**25
"""Of a camera's image; fits 8K, 7680x4320."""

_MAX_FRAMES = 2**48  # thousands of years
_MAX_NAME_CHARACTERS = 256

Record = TypeVar("Record")


@dataclass(frozen=True)
class CommandRecord:
    """An active command; fields as in ``Command`` and ``CommandStatus``."""

    id: str
    sentence: str
    cameras: list[str]
    label: int
    paused: bool

    def __post_init__(self) -> None:
        """Raise ValueError for a command that no engine accepts."""
        _check_command(self.command)
        for camera in self.cameras:
            _check_name("a camera", camera)
        _check_range("label", self.label, 1, MAX_LABEL)

    @property
    def command(self) -> Command:
        """The command as it was added."""
        return Command(self.id, self.sentence, tuple(self.cameras))


@dataclass(frozen=True)
class MemoryRecord:
    """A memory of a command, active or not, and a camera.

    Attributes:
        id, sentence: of the command.
        camera: name of the camera.
        frames: as in `NetworkMemory`.
        last_applied: ``last_switch_frame`` of `NetworkMemory`.
        last_probability: ``last_switch_probability`` of `NetworkMemory`.
        state: name of the target's state.
        seen: ``frames_tracked`` of `TargetTrack`.
        unseen: ``frames_lost`` of `TargetTrack`.
        same: ``frames_same`` of `TargetTrack`.
        missed: ``frames_unseen`` of `TargetTrack`.
        area: of the target's `Appearance`, pixels; 0 for that of the last mask.
    """

    id: str
    sentence: str
    camera: str
    frames: int
    last_applied: int
    last_probability: float
    state: str
    seen: int
    unseen: int
    same: int = 0  # files of samwise_ros 0.2 and older have neither this nor the following
    missed: int = 0
    area: float = 0.0

    def __post_init__(self) -> None:
        """Raise ValueError for values that no memory reaches."""
        _check_command(self.command)
        _check_name("camera", self.camera)
        _check_range("frames", self.frames, 0, _MAX_FRAMES)
        _check_range("last_applied", self.last_applied, 0, max(self.frames - 1, 0))
        _check_range("last_probability", self.last_probability, 0, 1)
        _check_range("seen", self.seen, 0, self.frames)
        _check_range("unseen", self.unseen, 0, 0 if self.seen else self.frames)
        _check_range("same", self.same, 0, self.seen)
        _check_range("missed", self.missed, 0, self.unseen)
        _check_range("area", self.area, 0, MAX_PIXELS)
        if self.state not in TargetState.__members__:
            states = ", ".join(TargetState.__members__)
            raise ValueError(f"state: expected {states}, got {reprlib.repr(self.state)}")

    @property
    def command(self) -> Command:
        """The command of the memory, without cameras."""
        return Command(self.id, self.sentence)


@dataclass(frozen=True)
class CameraRecord:
    """The size of a camera's images, pixels."""

    name: str
    width: int
    height: int

    def __post_init__(self) -> None:
        """Raise ValueError for an impossible size."""
        _check_name("name", self.name)
        _check_range("width", self.width, 1, MAX_PIXELS)
        _check_range("height", self.height, 1, MAX_PIXELS // max(self.width, 1))


@dataclass(frozen=True)
class MemoryFileHeader:
    """The header of a memory file.

    Attributes:
        format: version of the file format.
        network: fingerprint of the network.
        precision: of the tensors.
        mode: of the engine.
        cameras: the cameras of the memories.
        commands: the active commands.
        memories: least recently used commands first.
        memory_policy: of the engine; earlier files do not state it.
    """

    format: int
    network: str
    precision: str
    mode: str
    cameras: list[CameraRecord]
    commands: list[CommandRecord]
    memories: list[MemoryRecord]
    memory_policy: str = "paper"

    def __post_init__(self) -> None:
        """Raise ValueError for records that contradict each other."""
        _check_unique("cameras", [camera.name for camera in self.cameras])
        _check_unique("ids of commands", [command.id for command in self.commands])
        _check_unique("labels", [command.label for command in self.commands])
        _check_unique("memories", [(m.id, m.sentence, m.camera) for m in self.memories])
        if {camera.name for camera in self.cameras} != {m.camera for m in self.memories}:
            raise ValueError("cameras: expected those of the memories, got others")

    @classmethod
    def of(cls, data: object) -> "MemoryFileHeader":
        """Build a header from parsed JSON.

        Raises:
            ValueError: the data have another format version, or a field is invalid.
        """
        version = data.get("format") if isinstance(data, dict) else None
        if type(version) is not int or version != FORMAT:
            raise ValueError(f"format: expected {FORMAT}, got {reprlib.repr(version)}")
        values = _checked(cls, data)
        return cls(
            **{
                **values,
                "cameras": _records(CameraRecord, "cameras", values["cameras"]),
                "commands": _records(CommandRecord, "commands", values["commands"]),
                "memories": _records(MemoryRecord, "memories", values["memories"]),
            }
        )


def _records(kind: type[Record], name: str, data: Sequence[object]) -> list[Record]:
    records = []
    for index, values in enumerate(data):
        try:
            records.append(kind(**_checked(kind, values)))
        except ValueError as error:
            raise ValueError(f"{name}/{index}: {error}") from error
    return records


def _checked(kind: type, data: object) -> dict[str, Any]:
    """Return data whose keys and types are those of a dataclass; defaults may be missing."""
    # Field types are classes, not strings: this module does not defer its annotations.
    types: dict[str, Any] = {f.name: get_origin(f.type) or f.type for f in fields(kind)}
    required = {field.name for field in fields(kind) if field.default is MISSING}
    if not isinstance(data, dict) or not required <= data.keys() <= types.keys():
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
    """Reject lone surrogates, which JSON can express and UTF-8 cannot."""
    if not isinstance(value, str) or any("\ud800" <= char <= "\udfff" for char in value):
        raise ValueError(f"{name}: expected text, got {reprlib.repr(value)}")


def _check_range(name: str, value: float, low: int, high: int) -> None:
    if not low <= value <= high:
        raise ValueError(f"{name}: expected {low} to {high}, got {reprlib.repr(value)}")


def _check_unique(name: str, values: Sequence[object]) -> None:
    if len(set(values)) < len(values):
        raise ValueError(f"{name}: expected different ones, got a duplicate")
