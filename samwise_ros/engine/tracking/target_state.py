"""The state of a target over time: from the predictions of one command to targets and events."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from samwise_ros.engine.backend.protocol import Prediction
from samwise_ros.engine.commands import TrackedCommand
from samwise_ros.engine.config import EngineConfig
from samwise_ros.engine.types import Box, Event, EventKind, Frame, Target, TargetState
from samwise_ros.vision import masks


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
    """The state of one target on one camera, with hysteresis.

    Attributes:
        state: after the last frame.
        frames_tracked: consecutive frames with the target, up to the last frame.
        frames_lost: consecutive frames without the target, up to the last frame.
        last_mask: (H, W) bool, the last mask that was not empty.
    """

    state: TargetState = TargetState.SEARCHING
    frames_tracked: int = 0
    frames_lost: int = 0
    last_mask: NDArray[np.bool_] | None = field(default=None, repr=False)

    def update(self, mask: NDArray[np.bool_], config: EngineConfig) -> list[Change]:
        """Update the state with a frame's mask.

        Args:
            mask: (H, W) bool, empty if the target is not in view.
            config: thresholds.

        Returns:
            The changes on this frame.
        """
        visible = bool(mask.any())
        self.frames_tracked = self.frames_tracked + 1 if visible else 0
        self.frames_lost = 0 if visible else self.frames_lost + 1
        changes = []
        if visible and self.last_mask is not None:
            iou = masks.iou(mask, self.last_mask)
            if iou < config.switch_max_overlap:
                changes.append(self.change(EventKind.SWITCHED, self.state, mask, iou))
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
        iou: float | None = None,
    ) -> Change:
        """Return a change from the last visible mask to ``mask``."""
        previous_box = None if self.last_mask is None else to_box(self.last_mask)
        return Change(kind, self.state, state, iou, previous_box, to_box(mask))

    def _next(self, config: EngineConfig) -> tuple[EventKind | None, TargetState]:
        tracking = self.state is TargetState.TRACKING
        if tracking and self.frames_lost >= config.lost_after_frames:
            return EventKind.LOST, TargetState.LOST
        if not tracking and self.frames_tracked >= config.recover_after_frames:
            first_time = self.state is TargetState.SEARCHING
            kind = EventKind.ACQUIRED if first_time else EventKind.RECOVERED
            return kind, TargetState.TRACKING
        return None, self.state


def update_target(
    frame: Frame,
    tracked: TrackedCommand,
    track: TargetTrack,
    prediction: Prediction,
    config: EngineConfig,
) -> tuple[Target, list[Event]]:
    """Update a track with a prediction, and return the target and its events.

    Args:
        frame: the frame of the prediction.
        tracked: the command.
        track: of the command on this camera; updated in place.
        prediction: its mask becomes the target's and must not be changed afterwards.
        config: thresholds.
    """
    mask = prediction.mask
    if mask.sum() < config.min_mask_area:
        mask[:] = False
    changes = []
    # A candidate without pixels does not change the memory.
    if prediction.candidate is not None and prediction.candidate.any():
        changes.append(track.change(EventKind.CANDIDATE, track.state, prediction.candidate))
    changes.extend(track.update(mask, config))
    probability = prediction.switch_probability
    events = [_event(change, frame, tracked, probability) for change in changes]
    target = Target(
        command=tracked.command,
        label=tracked.label,
        state=track.state,
        mask=mask,
        score=prediction.score,
        box=to_box(mask),
        frames_tracked=track.frames_tracked,
        frames_lost=track.frames_lost,
    )
    return target, events


def to_box(mask: NDArray[np.bool_]) -> Box | None:
    """Return the box around a mask (H, W); ``None`` for an empty mask."""
    box = masks.bounding_box(mask)
    return None if box is None else Box(*box)


def _event(
    change: Change, frame: Frame, tracked: TrackedCommand, probability: float | None
) -> Event:
    reason, switch_probability = "", None
    if change.kind is EventKind.CANDIDATE:
        reason, switch_probability = "another object fits the sentence better", probability
    elif change.kind is EventKind.SWITCHED:
        corrected = probability is not None
        reason = (
            "the network requested the switch" if corrected else "the network requested no switch"
        )
        switch_probability = probability
    return Event(
        kind=change.kind,
        command=tracked.command,
        label=tracked.label,
        stamp_ns=frame.stamp_ns,
        camera=frame.camera,
        previous_state=change.previous_state,
        state=change.state,
        switch_probability=switch_probability,
        overlap=change.overlap,
        previous_box=change.previous_box,
        box=change.box,
        reason=reason,
    )
