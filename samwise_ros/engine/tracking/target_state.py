"""The state of a target over time: from the predictions of one command to targets and events."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from samwise_ros.engine.backend.protocol import Prediction
from samwise_ros.engine.commands import TrackedCommand
from samwise_ros.engine.config import EngineConfig
from samwise_ros.engine.tracking.evidence import Evidence, Rival
from samwise_ros.engine.tracking.identity import Identity, Verdict
from samwise_ros.engine.types import Box, Event, EventKind, Frame, Target, TargetState
from samwise_ros.vision import masks
from samwise_ros.vision.masks import Mask

_MIN_VISIBLE = 0.11
"""Share of an object's distinctive colours from which it is in view, although without a mask."""


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
        frames_tracked: consecutive frames with a mask, up to the last frame.
        frames_lost: consecutive frames without a mask, up to the last frame.
        identity: the object that the mask is on.
        frames_same: consecutive frames with a mask on that object, up to the last frame.
        frames_unseen: frames without a mask and without the object's colours since the last mask.
    """

    state: TargetState = TargetState.SEARCHING
    frames_tracked: int = 0
    frames_lost: int = 0
    identity: Identity = field(default_factory=Identity, repr=False)
    frames_same: int = 0
    frames_unseen: int = 0

    def update(self, evidence: Evidence, config: EngineConfig) -> list[Change]:
        """Update the state with a frame.

        Args:
            evidence: of the frame.
            config: thresholds.

        Returns:
            The changes on this frame.
        """
        visible = bool(evidence.mask.any())
        self.frames_tracked = self.frames_tracked + 1 if visible else 0
        self.frames_lost = 0 if visible else self.frames_lost + 1
        change = self._seen(evidence, config) if visible else self._unseen(evidence, config)
        return [] if change is None else [change]

    def change(
        self,
        kind: EventKind,
        state: TargetState,
        mask: NDArray[np.bool_],
        iou: float | None = None,
    ) -> Change:
        """Return a change from the last mask on the object to ``mask``."""
        last = self.identity.mask
        previous_box = None if last is None else to_box(last)
        return Change(kind, self.state, state, iou, previous_box, to_box(mask))

    def is_other_object(self, evidence: Evidence, candidate: Mask, config: EngineConfig) -> bool:
        """Return whether a candidate, not empty, is on another object than the target."""
        if evidence.mask.any():
            return masks.iou(candidate, evidence.mask) < config.switch_max_overlap
        return not self.identity.is_like(evidence.image, candidate)

    def _seen(self, evidence: Evidence, config: EngineConfig) -> Change | None:
        mask, last, needed = evidence.mask, self.identity.mask, config.recover_after_frames
        self.frames_unseen = 0
        verdict = self.identity.observe(
            evidence.image, mask, max_overlap=config.switch_max_overlap, needed=needed
        )
        if self.state is TargetState.SEARCHING and verdict is not Verdict.SAME:
            self.identity.restart(evidence.image, mask)
            self.frames_same = 1
        else:
            self.frames_same = self.frames_same + 1 if verdict is Verdict.SAME else 0
        kind = None
        if verdict is Verdict.OTHER and self.state is not TargetState.SEARCHING:
            kind, iou = EventKind.SWITCHED, None if last is None else masks.iou(mask, last)
            change = self.change(kind, TargetState.TRACKING, mask, iou)
            self.identity.follow_other(mask)
            self.frames_same = needed
        elif self.state is not TargetState.TRACKING and self.frames_same >= needed:
            first_time = self.state is TargetState.SEARCHING
            kind = EventKind.ACQUIRED if first_time else EventKind.RECOVERED
            change = self.change(kind, TargetState.TRACKING, mask)
        if kind is None:
            return None
        self.state = TargetState.TRACKING
        return change

    def _unseen(self, evidence: Evidence, config: EngineConfig) -> Change | None:
        """Count a frame without a mask.

        An object can be in view although the network finds no mask, for example while it passes
        behind another one. Frames that show its colours near its last place do not count, for at
        most ``lost_after_frames``.
        """
        self.frames_same = 0
        self.frames_unseen += 1
        if self.state is not TargetState.TRACKING:
            return None
        if self.frames_lost < 2 * config.lost_after_frames:
            share = self.identity.visible_share(evidence.image)
            if share >= _MIN_VISIBLE:
                self.frames_unseen -= 1  # this frame does not count
            if self.frames_unseen < config.lost_after_frames:
                return None
        change = self.change(EventKind.LOST, TargetState.LOST, evidence.mask)
        self.state = TargetState.LOST
        return change


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
    evidence = Evidence(frame.image, mask, prediction.memoryless_mask)
    rival = Rival.of(evidence)
    changes = []
    candidate = prediction.candidate
    # A candidate without pixels does not change the memory.
    is_written = candidate is not None and candidate.any()
    if candidate is not None and is_written and track.is_other_object(evidence, candidate, config):
        changes.append(track.change(EventKind.CANDIDATE, track.state, candidate))
    changes.extend(track.update(evidence, config))
    probability = prediction.switch_probability
    events = [_event(change, frame, tracked, probability, rival) for change in changes]
    target = Target(
        command=tracked.command,
        label=tracked.label,
        state=track.state,
        mask=mask,
        score=prediction.score,
        box=to_box(mask),
        frames_tracked=track.frames_tracked,
        frames_lost=track.frames_lost,
        ambiguity=rival.ambiguity,
        rival_box=rival.box,
    )
    return target, events


def to_box(mask: NDArray[np.bool_]) -> Box | None:
    """Return the box around a mask (H, W); ``None`` for an empty mask."""
    box = masks.bounding_box(mask)
    return None if box is None else Box(*box)


def _event(
    change: Change,
    frame: Frame,
    tracked: TrackedCommand,
    probability: float | None,
    rival: Rival,
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
        ambiguity=rival.ambiguity,
        rival_box=rival.box,
    )
