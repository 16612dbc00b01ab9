"""The state of one target: seen, lost, moved to another object."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from samwise_ros.engine.config import EngineConfig
from samwise_ros.engine.types import Box, EventKind, TargetState
from samwise_ros.vision.masks import bounding_box, iou


def to_box(mask: NDArray[np.bool_]) -> Box | None:
    """Return the mask's box, ``None`` for an empty mask."""
    found = bounding_box(mask)
    return None if found is None else Box(*found)


@dataclass(frozen=True)
class Change:
    """One change of a target; fields as in ``Event``."""

    kind: EventKind
    previous_state: TargetState
    state: TargetState
    overlap: float | None = None
    previous_box: Box | None = None
    box: Box | None = None


@dataclass(eq=False)
class TargetTrack:
    """Follows one target through the frames, with hysteresis.

    Attributes:
        state: the target's.
        seen, unseen: frames in a row.
        last_mask: the last visible mask.
    """

    state: TargetState = TargetState.SEARCHING
    seen: int = 0
    unseen: int = 0
    last_mask: NDArray[np.bool_] | None = field(default=None, repr=False)

    def update(self, mask: NDArray[np.bool_], config: EngineConfig) -> list[Change]:
        """Take one frame's mask, empty where the target is not seen.

        Returns:
            What changed, each change once.
        """
        visible = bool(mask.any())
        self.seen = self.seen + 1 if visible else 0
        self.unseen = 0 if visible else self.unseen + 1
        changes = []
        if visible and self.last_mask is not None:
            shared = iou(mask, self.last_mask)
            if shared < config.switch_max_overlap:
                changes.append(self.change(EventKind.SWITCHED, self.state, mask, shared))
        kind, state = self._next(config)
        if kind is not None:
            changes.append(self.change(kind, state, mask))
            self.state = state
        if visible:
            self.last_mask = mask
        return changes

    def change(
        self,
        kind: EventKind,
        state: TargetState,
        mask: NDArray[np.bool_],
        shared: float | None = None,
    ) -> Change:
        """Describe a change from the last visible mask to ``mask``."""
        before = None if self.last_mask is None else to_box(self.last_mask)
        return Change(kind, self.state, state, shared, before, to_box(mask))

    def _next(self, config: EngineConfig) -> tuple[EventKind | None, TargetState]:
        tracking = self.state is TargetState.TRACKING
        if tracking and self.unseen >= config.lost_after_frames:
            return EventKind.LOST, TargetState.LOST
        if not tracking and self.seen >= config.recover_after_frames:
            never = self.state is TargetState.SEARCHING
            return EventKind.ACQUIRED if never else EventKind.RECOVERED, TargetState.TRACKING
        return None, self.state
