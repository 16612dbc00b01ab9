"""From what the network saw of one command to its target and events."""

from samwise_ros.engine.backend.inference import Prediction
from samwise_ros.engine.commands import TrackedCommand
from samwise_ros.engine.config import EngineConfig
from samwise_ros.engine.memory.rings import Memory
from samwise_ros.engine.tracking.target_state import Change, to_box
from samwise_ros.engine.types import Event, EventKind, Frame, Target
from samwise_ros.network.memory_bank import MEMORY_FRAMES


def update_target(
    frame: Frame, one: TrackedCommand, memory: Memory, seen: Prediction, config: EngineConfig
) -> tuple[Target, list[Event]]:
    """Bring a target's state up to date.

    Args:
        frame: the frame that was looked at.
        one: the command.
        memory: its memory of the camera, which has taken the frame.
        seen: what the network saw; its mask becomes the target's, and thus read-only.
        config: the bounds.
    """
    mask = seen.mask
    if mask.sum() < config.min_mask_area:
        mask[:] = False
    track = memory.track
    changes = []
    # A candidate of no pixel writes nothing to the memory, and is none.
    if seen.candidate is not None and seen.candidate.any():
        changes.append(track.change(EventKind.CANDIDATE, track.state, seen.candidate))
    changes.extend(track.update(mask, config))
    asked = memory.last_applied > 0 and memory.frames - memory.last_applied <= MEMORY_FRAMES
    probability = memory.last_probability if asked else None
    events = [_event(change, frame, one, probability) for change in changes]
    target = Target(
        command=one.command,
        label=one.label,
        state=track.state,
        mask=mask,
        score=seen.score,
        box=to_box(mask),
        frames_tracked=track.seen,
        frames_lost=track.unseen,
    )
    return target, events


def _event(change: Change, frame: Frame, one: TrackedCommand, probability: float | None) -> Event:
    reason = ""
    switching = change.kind in (EventKind.CANDIDATE, EventKind.SWITCHED)
    if change.kind is EventKind.CANDIDATE:
        reason = "another object fits the sentence better"
    elif change.kind is EventKind.SWITCHED:
        by_itself = probability is None
        reason = "the tracker moved by itself" if by_itself else "the correction asked for it"
    return Event(
        kind=change.kind,
        command=one.command,
        label=one.label,
        stamp_ns=frame.stamp_ns,
        camera=frame.camera,
        previous_state=change.previous_state,
        state=change.state,
        switch_probability=probability if switching else None,
        overlap=change.overlap,
        previous_box=change.previous_box,
        box=change.box,
        reason=reason,
    )
