"""True events: when the named object left and returned, and when the mask changed objects.

LOST and RECOVERED follow from the true masks alone. SWITCHED is about the masks that were
published: it is true if the object under the mask changed.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from samwise_ros.engine.types import EventKind
from samwise_ros.evaluation.events.mask_history import NO_OBJECT, MaskHistory


@dataclass(frozen=True)
class Hysteresis:
    """When a change counts; the parameters of the node with the same names.

    Attributes:
        min_mask_area: pixels of a visible object, and of a mask that counts.
        lost_after_frames: consecutive frames of absence.
        recover_after_frames: consecutive frames of presence, or with another object.
    """

    min_mask_area: int = 16
    lost_after_frames: int = 5
    recover_after_frames: int = 2

    def frames(self, kind: EventKind) -> int:
        """Return the number of frames after which an event of a kind can be reported."""
        return self.lost_after_frames if kind is EventKind.LOST else self.recover_after_frames


@dataclass(frozen=True)
class TrueEvent:
    """An event that should be reported.

    Attributes:
        kind: ACQUIRED, LOST, RECOVERED or SWITCHED.
        onset: first frame of the new condition.
    """

    kind: EventKind
    onset: int


def true_events(history: MaskHistory, hysteresis: Hysteresis) -> list[TrueEvent]:
    """Return the true events of one sentence, in order of their onset."""
    events = presence_events(history.present(hysteresis.min_mask_area), hysteresis)
    covered = history.covered(hysteresis.min_mask_area)
    changes = object_changes(covered, hysteresis.recover_after_frames)
    events += [TrueEvent(EventKind.SWITCHED, onset) for onset, _ in changes[1:]]
    return sorted(events, key=lambda event: event.onset)


def presence_events(present: Sequence[bool], hysteresis: Hysteresis) -> list[TrueEvent]:
    """Return ACQUIRED, LOST and RECOVERED of the named object.

    A run of presence or absence counts from its first frame if it is long enough. An object that
    is never in view has no events.

    >>> present = [True] * 3 + [False] * 6 + [True] * 2
    >>> [(event.kind.name, event.onset) for event in presence_events(present, Hysteresis())]
    [('ACQUIRED', 0), ('LOST', 3), ('RECOVERED', 9)]
    """
    events: list[TrueEvent] = []
    in_view = False
    start = 0
    for frame, now in enumerate(present):
        if frame == 0 or now != present[frame - 1]:
            start = frame
        needed = hysteresis.recover_after_frames if now else hysteresis.lost_after_frames
        if now != in_view and frame - start + 1 >= needed:
            kind = EventKind.LOST
            if now:
                kind = EventKind.RECOVERED if events else EventKind.ACQUIRED
            events.append(TrueEvent(kind, start))
            in_view = now
    return events


def object_changes(covered: Sequence[int], needed: int) -> list[tuple[int, int]]:
    """Return the first frame and the object of each stay of the mask on an object.

    A stay begins when the mask is on another object on ``needed`` frames in a row. Frames without
    an object under the mask do not count and do not interrupt. The first entry is the first
    object; each later entry is a true switch.

    Args:
        covered: the object under the mask on each frame, or `NO_OBJECT`.
        needed: frames.

    >>> object_changes([0, 0, -1, 1, 0, 0, 1, -1, 1, 1], needed=2)
    [(0, 0), (6, 1)]
    """
    stays: list[tuple[int, int]] = []
    run: list[int] = []
    for frame, item in enumerate(covered):
        if item == NO_OBJECT:
            continue
        if run and covered[run[-1]] != item:
            run = []
        run.append(frame)
        if len(run) >= needed and (not stays or stays[-1][1] != item):
            stays.append((run[0], item))
    return stays
