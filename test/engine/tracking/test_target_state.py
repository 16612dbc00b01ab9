"""Target states and events, mask by mask."""

import itertools

import numpy as np
import pytest

from samwise_ros.engine.backend.protocol import Prediction
from samwise_ros.engine.config import EngineConfig
from samwise_ros.engine.tracking.target_state import TargetTrack, update_target
from samwise_ros.engine.types import Box, Command, EventKind, Frame, TargetState

CONFIG = EngineConfig(lost_after_frames=3, recover_after_frames=2, switch_max_overlap=0.1)
EMPTY = np.zeros((20, 30), bool)


def square(x: int, y: int = 5, size: int = 6) -> np.ndarray:
    mask = EMPTY.copy()
    mask[y : y + size, x : x + size] = True
    return mask


def kinds(track, masks):
    return [[change.kind for change in track.update(mask, CONFIG)] for mask in masks]


def test_acquired_lost_and_recovered_with_hysteresis():
    track, seen = TargetTrack(), square(3)
    assert kinds(track, [seen, EMPTY, seen, seen, seen]) == [
        [], [], [], [EventKind.ACQUIRED], []
    ]  # fmt: skip
    assert kinds(track, [EMPTY, EMPTY, seen]) == [[], [], []]
    assert kinds(track, [EMPTY] * 4) == [[], [], [EventKind.LOST], []]
    assert track.state is TargetState.LOST
    assert kinds(track, [seen, seen, seen]) == [[], [EventKind.RECOVERED], []]
    assert (track.frames_tracked, track.frames_lost) == (3, 0)


def test_target_never_seen_stays_searching():
    track = TargetTrack()
    assert kinds(track, [EMPTY] * 10) == [[]] * 10
    assert track.state is TargetState.SEARCHING


def test_switch_is_reported_once_with_both_boxes():
    track = TargetTrack()
    kinds(track, [square(1), square(2), square(3)])
    (change,) = track.update(square(20), CONFIG)
    assert change.kind is EventKind.SWITCHED
    assert change.overlap == 0.0
    assert change.previous_box == Box(3, 5, 6, 6)
    assert change.box == Box(20, 5, 6, 6)
    assert kinds(track, [square(20), square(21)]) == [[], []]


def test_motion_is_no_switch():
    track = TargetTrack()
    found = kinds(track, [square(x) for x in range(0, 20, 3)])
    assert EventKind.SWITCHED not in [kind for frame_kinds in found for kind in frame_kinds]


@pytest.fixture
def update(make_engine):
    """Updates the target of one command with predictions of the next frame."""
    engine = make_engine()
    engine.add(Command("a", "the red mug"))
    tracked, track = engine._commands.get("a"), TargetTrack()
    config = EngineConfig(recover_after_frames=1)
    stamps = itertools.count(1)

    def update_next(mask, candidate=None, switch_probability=None):
        frame = Frame(np.zeros((20, 30, 3), np.uint8), stamp_ns=next(stamps))
        prediction = Prediction(mask, 0.9, candidate, switch_probability)
        return update_target(frame, tracked, track, prediction, config)

    return update_next


def test_candidate_precedes_corrected_switch(update):
    update(square(2))
    _, events = update(square(2), candidate=square(20), switch_probability=0.8)
    assert [event.kind for event in events] == [EventKind.CANDIDATE]
    assert events[0].box == Box(20, 5, 6, 6)
    assert events[0].previous_box == Box(2, 5, 6, 6)
    assert events[0].switch_probability == pytest.approx(0.8)
    assert events[0].stamp_ns == 2
    _, events = update(square(20), switch_probability=0.8)
    assert [event.kind for event in events] == [EventKind.SWITCHED]
    assert "correction" in events[0].reason
    assert events[0].switch_probability == pytest.approx(0.8)


def test_switch_without_correction_has_no_probability(update):
    update(square(2))
    _, events = update(square(20))
    assert [event.kind for event in events] == [EventKind.SWITCHED]
    assert "by itself" in events[0].reason
    assert events[0].switch_probability is None


def test_empty_candidate_is_no_event(update):
    update(square(2))
    assert update(square(2), candidate=EMPTY, switch_probability=0.8)[1] == []


def test_small_mask_counts_as_not_visible(update):
    target, _ = update(square(2, size=2))
    assert target.state is TargetState.SEARCHING
    assert not target.mask.any()
    target, _ = update(square(2))
    assert target.state is TargetState.TRACKING
    assert target.box == Box(2, 5, 6, 6)
