"""The state of a target over time: from the predictions of one command to targets and events."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from samwise_ros.engine.backend.protocol import Prediction
from samwise_ros.engine.commands import TrackedCommand
from samwise_ros.engine.config import EngineConfig
from samwise_ros.engine.tracking.appearance import Appearance
from samwise_ros.engine.tracking.evidence import Evidence, Rival
from samwise_ros.engine.tracking.identity import Identity, Verdict
from samwise_ros.engine.types import Box, Event, EventKind, Frame, Target, TargetState
from samwise_ros.vision import masks
from samwise_ros.vision.masks import Mask

_MIN_VISIBLE = 0.11
"""Share of an object's distinctive colours from which it is in view, although without a mask."""


@dataclass(frozen=True)
class Change:
    """One change of a target; fields as in ``Event``.

    Attributes:
        is_requested: whether the network requested a switch to the object in ``box``.
    """

    kind: EventKind
    previous_state: TargetState
    state: TargetState
    overlap: float | None = None
    previous_box: Box | None = None
    box: Box | None = None
    is_requested: bool = False


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
        lost_at: box of the last mask before LOST; ``None`` unless the state is LOST.
        requested: appearance of the object to which the network requested a switch; ``None`` after
            that switch.
    """

    state: TargetState = TargetState.SEARCHING
    frames_tracked: int = 0
    frames_lost: int = 0
    identity: Identity = field(default_factory=Identity, repr=False)
    frames_same: int = 0
    frames_unseen: int = 0
    lost_at: Box | None = None
    requested: Appearance | None = field(default=None, repr=False)

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

    def request_switch(
        self, evidence: Evidence, candidate: Mask, config: EngineConfig
    ) -> Change | None:
        """Return the change if a candidate, not empty, is on another object than the target."""
        if evidence.mask.any():
            is_other = masks.overlap(candidate, evidence.mask) < config.switch_max_overlap
        else:
            is_other = not self.identity.is_like(evidence.image, candidate)
        if not is_other:
            return None
        self.requested = Appearance.of(evidence.image, candidate)
        return Change(
            EventKind.CANDIDATE,
            self.state,
            self.state,
            previous_box=_box_of(self.identity.mask),
            box=to_box(candidate),
            is_requested=True,
        )

    def _seen(self, evidence: Evidence, config: EngineConfig) -> Change | None:
        mask, last, needed = evidence.mask, self.identity.mask, config.recover_after_frames
        self.frames_unseen = 0
        verdict = self.identity.observe(evidence.image, mask, needed)
        if self.state is TargetState.SEARCHING and verdict is not Verdict.SAME:
            self.identity.restart(evidence.image, mask)
            self.frames_same = 1
        else:
            self.frames_same = self.frames_same + 1 if verdict is Verdict.SAME else 0
        before, box, tracking = self.state, to_box(mask), TargetState.TRACKING
        if verdict is Verdict.OTHER and before is not TargetState.SEARCHING:
            self.identity.follow_other(mask)
            self.frames_same = min(needed, self.frames_tracked)
            iou = None if last is None else masks.iou(mask, last)
            requested, self.requested = self.requested, None
            is_requested = requested is not None and self.identity.looks_like(requested)
            kind = EventKind.SWITCHED
            change = Change(kind, before, tracking, iou, _box_of(last), box, is_requested)
        elif before is TargetState.TRACKING or self.frames_same < needed:
            return None
        elif before is TargetState.SEARCHING:
            change = Change(EventKind.ACQUIRED, before, tracking, box=box)
        else:
            change = Change(
                EventKind.RECOVERED, before, tracking, previous_box=self.lost_at, box=box
            )
        self.state, self.lost_at = tracking, None
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
        self.state, self.lost_at = TargetState.LOST, _box_of(self.identity.mask)
        return Change(
            EventKind.LOST, TargetState.TRACKING, TargetState.LOST, previous_box=self.lost_at
        )


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
    if candidate is not None and candidate.any():
        change = track.request_switch(evidence, candidate, config)
        changes.extend([] if change is None else [change])
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
        frames_same=track.frames_same,
        ambiguity=rival.ambiguity,
        rival_box=rival.box,
    )
    return target, events


def to_box(mask: NDArray[np.bool_]) -> Box | None:
    """Return the box around a mask (H, W); ``None`` for an empty mask."""
    box = masks.bounding_box(mask)
    return None if box is None else Box(*box)


def _box_of(mask: Mask | None) -> Box | None:
    return None if mask is None else to_box(mask)


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
    elif change.kind is EventKind.SWITCHED and change.is_requested:
        reason, switch_probability = "the network requested the switch", probability
    elif change.kind is EventKind.SWITCHED:
        reason = "the network requested no switch"
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
