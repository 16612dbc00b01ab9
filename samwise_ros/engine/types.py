"""What goes into the engine and what comes out of it: plain data, numpy only.

The nouns are those of the messages and of the documentation: a ``Frame`` comes from a camera, a
``Command`` says what to look for, a ``Target`` is what a command means on one frame, an ``Event``
tells of a change.
"""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

MAX_SENTENCE_CHARACTERS = 1000
"""A command with a longer sentence is refused."""


class TargetState(IntEnum):
    """What is known of a target; the numbers are those of ``msg/Target.msg``."""

    SEARCHING = 0  # never seen since the memory started
    TRACKING = 1
    LOST = 2  # was seen, is not seen now


class EventKind(IntEnum):
    """What changed; the numbers are those of ``msg/TargetEvent.msg``."""

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
    """A box of pixels: (x, y) is its top left pixel, ``width`` and ``height`` count pixels."""

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
        stamp_ns: when the image was taken, in nanoseconds.
    """

    image: NDArray[np.uint8]
    camera: str = "camera"
    stamp_ns: int = 0


@dataclass(frozen=True)
class Command:
    """What to look for.

    Attributes:
        id: names the command among the living ones.
        sentence: what the object is, in plain words.
        cameras: where to look; empty means every camera.
    """

    id: str
    sentence: str
    cameras: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Target:
    """What one command means on one frame.

    Attributes:
        command: the command.
        label: 1 to 254, the command's own for as long as it lives.
        state: after this frame.
        mask: (H, W) bool at the camera's size.
        score: probability that the object is in the image, 0 to 1.
        box: of the mask; ``None`` where the mask is empty.
        frames_tracked: frames in a row on which it was visible.
        frames_lost: frames in a row on which it was not.
    """

    command: Command
    label: int
    state: TargetState
    mask: NDArray[np.bool_]
    score: float
    box: Box | None
    frames_tracked: int
    frames_lost: int


@dataclass(frozen=True)
class Event:
    """One change, told once.

    Attributes:
        kind: what changed.
        command: whose it is; a refused command is given as it came.
        label: the command's label, 0 where it never got one.
        stamp_ns: stamp of the frame that caused it; 0 where no frame did.
        camera: the camera of that frame; empty where no frame caused it.
        previous_state: before the change.
        state: after it.
        switch_probability: with which the conditional memory encoder asked for the other
            object; ``None`` where it did not.
        overlap: intersection over union with the last visible mask; ``None`` where there is none.
        previous_box: of the last visible mask.
        box: of the new mask (of the candidate's for CANDIDATE).
        reason: in words, for people.
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


@dataclass(frozen=True, eq=False)
class FrameResult:
    """All that one frame gave: a target for each command that looks at its camera."""

    frame: Frame
    targets: tuple[Target, ...] = ()
    events: tuple[Event, ...] = ()
