"""Inputs and outputs of the engine: plain data, numpy only.

The messages and the documentation use the same nouns. A ``Frame`` comes from a camera, a
``Command`` describes an object, a ``Target`` is that object on one frame, and an ``Event`` reports
a change.
"""

from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

MAX_SENTENCE_CHARACTERS = 1000
"""The engine rejects a command with a longer sentence."""


class TargetState(IntEnum):
    """The state of a target; the numbers are those of ``msg/Target.msg``."""

    SEARCHING = 0  # not seen since the memory started
    TRACKING = 1
    LOST = 2  # seen before, not seen now


class EventKind(IntEnum):
    """The kind of a change; the numbers are those of ``msg/TargetEvent.msg``."""

    ADDED = 0
    REMOVED = 1
    REJECTED = 2
    RESET = 3
    ACQUIRED = 4
    LOST = 5
    RECOVERED = 6
    CANDIDATE = 7
    SWITCHED = 8


@dataclass(frozen=True)
class Box:
    """A box: (x, y) is its top left pixel, ``width`` and ``height`` count pixels."""

    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, eq=False)
class Frame:
    """One image of one camera.

    Attributes:
        image: (H, W, 3) uint8, RGB.
        camera: the camera's name.
        stamp_ns: time of the exposure, nanoseconds.
    """

    image: NDArray[np.uint8]
    camera: str = "camera"
    stamp_ns: int = 0


@dataclass(frozen=True)
class Command:
    """An object to track.

    Attributes:
        id: unique among the active commands.
        sentence: a description of the object, in plain English.
        cameras: names of the cameras to search; empty for all.
        temporary: whether memory files leave out the command and its memories.
    """

    id: str
    sentence: str
    cameras: tuple[str, ...] = ()
    temporary: bool = field(default=False, repr=False)


@dataclass(frozen=True, eq=False)
class Target:
    """The object of one command on one frame.

    Attributes:
        command: the command.
        label: 1 to 254, unique and constant as long as the command is active.
        state: after this frame.
        mask: (H, W) bool at the camera's size.
        score: probability that the object is in the image, 0 to 1.
        box: around the mask; ``None`` if the mask is empty.
        frames_tracked: consecutive frames with the object, up to this one.
        frames_lost: consecutive frames without the object, up to this one.
        frames_same: consecutive frames with a mask that is on the same object as before, up to
            this one.
        ambiguity: how much the masks decoded with and without memory differ, 0 to 1; ``None`` if
            the network did not decode both on this frame. Above 0.5, another place in the image
            fits the sentence.
        rival_box: around that other place; ``None`` without one.
    """

    command: Command
    label: int
    state: TargetState
    mask: NDArray[np.bool_]
    score: float
    box: Box | None
    frames_tracked: int
    frames_lost: int
    frames_same: int = 0
    ambiguity: float | None = None
    rival_box: Box | None = None

    @property
    def sentence(self) -> str:
        """The command's sentence."""
        return self.command.sentence


@dataclass(frozen=True)
class Event:
    """One change, reported once.

    Attributes:
        kind: of the change.
        command: the command; the id and sentence of a rejected command can be shortened.
        label: the command's label; 0 for a rejected command.
        stamp_ns: stamp of the frame that caused the event; 0 if no frame did.
        camera: the camera of that frame; empty if no frame caused the event.
        previous_state: of the target, before the event.
        state: of the target, after the event.
        switch_probability: probability with which the conditional memory encoder preferred the
            other object; ``None`` if it did not decide.
        overlap: SWITCHED only: intersection over union of the new mask with the last mask on the
            previous object; ``None`` for other events.
        previous_box: around the last mask on the previous object.
        box: around the new mask, or around the candidate's mask for CANDIDATE.
        reason: human-readable; can be empty. For ADDED, the sentence, or the words that the model
            does not know.
        ambiguity, rival_box: as in ``Target``.
    """

    kind: EventKind
    command: Command
    label: int = 0
    stamp_ns: int = 0
    camera: str = ""
    previous_state: TargetState = TargetState.SEARCHING
    state: TargetState = TargetState.SEARCHING
    switch_probability: float | None = None
    overlap: float | None = None
    previous_box: Box | None = None
    box: Box | None = None
    reason: str = ""
    ambiguity: float | None = None
    rival_box: Box | None = None

    @property
    def warning(self) -> str | None:
        """Which words of an added command the model does not know; ``None`` if it knows all."""
        is_plain = self.kind is not EventKind.ADDED or self.reason == self.command.sentence
        return None if is_plain else self.reason


@dataclass(frozen=True, eq=False)
class FrameResult:
    """The result of one frame.

    Attributes:
        frame: the frame.
        targets: one for each command that applies to the frame's camera, in label order.
        events: the changes on this frame.
    """

    frame: Frame
    targets: tuple[Target, ...] = ()
    events: tuple[Event, ...] = ()
