"""The search for the object of one goal: what both threads know of it."""

import threading
from dataclasses import dataclass
from enum import IntEnum

from geometry_msgs.msg import PoseStamped
from std_msgs.msg import Header

from samwise_ros.action import FindObject
from samwise_ros.engine.types import Command, Target, TargetState


class Outcome(IntEnum):
    """How a search ends; the numbers are those of ``action/FindObject.action``."""

    FOUND = FindObject.Result.FOUND
    TIMEOUT = FindObject.Result.TIMEOUT
    REJECTED = FindObject.Result.REJECTED
    CANCELED = FindObject.Result.CANCELED
    REMOVED = FindObject.Result.REMOVED


@dataclass(frozen=True, eq=False)
class TargetReport:
    """The target of a search in one frame.

    Attributes:
        camera: name of the camera.
        header: of the image.
        target: of the engine.
        pose: of the target; ``None`` without reliable depth.
    """

    camera: str
    header: Header
    target: Target
    pose: PoseStamped | None


@dataclass(frozen=True, eq=False)
class Ending:
    """The end of a search.

    Attributes:
        outcome: of the goal.
        reason: for people; empty if the object was found.
        report: the frame in which the object was found, otherwise ``None``.
    """

    outcome: Outcome
    reason: str = ""
    report: TargetReport | None = None


class Search:
    """The search for the object of one goal.

    The worker's thread reports the target of each frame. Both threads can end the search, and the
    first ending counts.

    Attributes:
        command: added to the engine for the goal; it is not saved to memory files.
        confident_frames: consecutive frames in which the mask has to be on the object.
        keep_tracking: whether the command stays active after the object is found.
        frames: number of processed frames of the searched cameras.
    """

    def __init__(self, command: Command, confident_frames: int, keep_tracking: bool) -> None:
        """Prepare a search that has not started."""
        self.command = command
        self.confident_frames = confident_frames
        self.keep_tracking = keep_tracking
        self.frames = 0
        self._lock = threading.Lock()
        self._latest: TargetReport | None = None
        self._ending: Ending | None = None

    @property
    def ending(self) -> Ending | None:
        """The end of the search; ``None`` while it continues."""
        return self._ending

    @property
    def keeps_command(self) -> bool:
        """Whether the object was found and its command stays active."""
        found = self._ending is not None and self._ending.outcome is Outcome.FOUND
        return found and self.keep_tracking

    def end(self, ending: Ending) -> None:
        """End the search, unless it has ended."""
        with self._lock:
            self._ending = self._ending or ending

    def report(self, report: TargetReport) -> None:
        """Report the target of a frame, and end the search if the object is found."""
        with self._lock:
            self.frames += 1
            self._latest = report
        target = report.target
        confident = target.frames_same >= self.confident_frames
        if confident and target.state is TargetState.TRACKING:
            self.end(Ending(Outcome.FOUND, report=report))

    def take_report(self) -> TargetReport | None:
        """Return the latest report, unless it was taken already."""
        with self._lock:
            report, self._latest = self._latest, None
        return report
