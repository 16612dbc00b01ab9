"""The event table, mask by mask."""

import numpy as np
import pytest

from samwise_ros.engine.backend.inference import Prediction
from samwise_ros.engine.config import EngineConfig
from samwise_ros.engine.tracking.outcome import update_target
from samwise_ros.engine.tracking.target_state import TargetTrack
from samwise_ros.engine.types import Box, Command, EventKind, Frame, TargetState

CONFIG = EngineConfig(lost_after_frames=3, recover_after_frames=2, switch_max_overlap=0.1)
NOTHING = np.zeros((20, 30), bool)


def square(x: int, y: int = 5, size: int = 6) -> np.ndarray:
    mask = NOTHING.copy()
    mask[y : y + size, x : x + size] = True
    return mask


def kinds(track, masks):
    return [[change.kind for change in track.update(mask, CONFIG)] for mask in masks]


def test_acquired_lost_and_recovered_with_hysteresis():
    track, seen = TargetTrack(), square(3)
    assert kinds(track, [seen, NOTHING, seen, seen, seen]) == [
        [], [], [], [EventKind.ACQUIRED], []
    ]  # fmt: skip
    assert kinds(track, [NOTHING, NOTHING, seen]) == [[], [], []]
    assert kinds(track, [NOTHING] * 4) == [[], [], [EventKind.LOST], []]
    assert track.state is TargetState.LOST
    assert kinds(track, [seen, seen, seen]) == [[], [EventKind.RECOVERED], []]
    assert (track.seen, track.unseen) == (3, 0)


def test_never_seen_stays_searching():
    track = TargetTrack()
    assert kinds(track, [NOTHING] * 10) == [[]] * 10
    assert track.state is TargetState.SEARCHING


def test_switched_once_with_both_boxes():
    track = TargetTrack()
    kinds(track, [square(1), square(2), square(3)])
    (change,) = track.update(square(20), CONFIG)
    assert change.kind is EventKind.SWITCHED
    assert change.overlap == 0.0
    assert change.previous_box == Box(3, 5, 6, 6)
    assert change.box == Box(20, 5, 6, 6)
    assert kinds(track, [square(20), square(21)]) == [[], []]


def test_moving_is_not_switching():
    track = TargetTrack()
    found = kinds(track, [square(x) for x in range(0, 20, 3)])
    assert EventKind.SWITCHED not in [kind for one in found for kind in one]


@pytest.fixture
def judged(make_engine):
    """Judges made-up sightings of one command."""
    engine = make_engine()
    engine.add(Command("a", "the red mug"))
    living = engine._commands["a"]
    memory = engine._store.get(living.command, "camera")
    config = EngineConfig(recover_after_frames=1)

    def judge_next(mask, candidate=None):
        memory.frames += 1
        if candidate is not None:
            memory.last_applied, memory.last_probability = memory.frames - 1, 0.8
        probability = None if candidate is None else 0.8
        frame = Frame(np.zeros((20, 30, 3), np.uint8), stamp_ns=memory.frames)
        return update_target(
            frame, living, memory, Prediction(mask, 0.9, probability, candidate), config
        )

    return judge_next


def test_candidate_tells_before_the_switch_and_the_switch_who_asked(judged):
    judged(square(2))
    _, events = judged(square(2), candidate=square(20))
    assert [event.kind for event in events] == [EventKind.CANDIDATE]
    assert events[0].box == Box(20, 5, 6, 6)
    assert events[0].previous_box == Box(2, 5, 6, 6)
    assert events[0].switch_probability == pytest.approx(0.8)
    assert events[0].stamp_ns == 2
    _, events = judged(square(20))
    assert [event.kind for event in events] == [EventKind.SWITCHED]
    assert "correction" in events[0].reason
    assert events[0].switch_probability == pytest.approx(0.8)


def test_a_switch_that_nobody_asked_for_says_so(judged):
    judged(square(2))
    _, events = judged(square(20))
    assert [event.kind for event in events] == [EventKind.SWITCHED]
    assert "by itself" in events[0].reason
    assert events[0].switch_probability is None


def test_an_empty_candidate_is_no_event(judged):
    judged(square(2))
    assert judged(square(2), candidate=NOTHING)[1] == []


def test_a_speck_counts_as_not_seen(judged):
    target, _ = judged(square(2, size=2))
    assert target.state is TargetState.SEARCHING
    assert not target.mask.any()
    target, _ = judged(square(2))
    assert target.state is TargetState.TRACKING
    assert target.box == Box(2, 5, 6, 6)
