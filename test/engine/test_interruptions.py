"""Events and results around interruptions of a camera's stream."""

import numpy as np
import pytest

from samwise_ros.engine.types import Command, EventKind, Frame, TargetState

MUG = Command("a", "the red mug")


def _reset_states(results):
    return [
        (event.previous_state, event.state)
        for result in results
        for event in result.events
        if event.kind is EventKind.RESET
    ]


def test_reset_has_the_state_before_it(make_engine, images):
    engine = make_engine(recover_after_frames=1)
    engine.add(MUG)
    for stamp in (2, 3):
        (result,) = engine.step(Frame(images[stamp], stamp_ns=stamp * 10**9))
    assert result.targets[0].state is TargetState.TRACKING
    assert _reset_states(engine.step(Frame(images[4]))) == [
        (TargetState.TRACKING, TargetState.SEARCHING)
    ]


def test_reset_is_reported_after_frames_that_fail(make_engine, images, monkeypatch):
    engine = make_engine(recover_after_frames=1)
    engine.add(MUG)
    engine.step(Frame(images[0]))
    larger = np.zeros((90, 120, 3), np.uint8)
    with monkeypatch.context() as patch:
        patch.setattr(engine._backend, "run", lambda *_: 1 / 0)
        for stamp in (1, 2):
            with pytest.raises(ZeroDivisionError):
                engine.step(Frame(larger, stamp_ns=stamp))
    assert len(_reset_states(engine.step(Frame(larger, stamp_ns=3)))) == 1
    assert _reset_states(engine.step(Frame(larger, stamp_ns=4))) == []


@pytest.mark.parametrize("frames", [1, 3])
def test_second_source_restarts_the_memories(make_engine, images, frames):
    """Also if both have a single image, or if the first one is shorter than `late_tolerance`."""
    engine = make_engine()
    engine.add(MUG)
    list(engine.run(images[:frames]))
    results = list(engine.run(images[10:14]))
    assert len(results) == 4
    assert len(_reset_states(results[:1])) == 1
    assert _reset_states(results[1:]) == []
    keeping = make_engine(reset_on_time_jump=False)
    keeping.add(MUG)
    list(keeping.run(images[:frames]))
    assert _reset_states(list(keeping.run(images[10:14]))) == []


def test_waiting_frames_of_a_clip_have_results_before_a_restart(make_engine, images):
    engine = make_engine(mode="clip")
    engine.add(MUG)
    for index in range(3):
        assert engine.step(Frame(images[index], stamp_ns=(10 + index) * 10**9)) == []
    results = engine.step(Frame(images[3]))
    assert [result.frame.stamp_ns for result in results] == [(10 + i) * 10**9 for i in range(3)]
    assert _reset_states(results) == []
    assert len(_reset_states(engine.flush())) == 1


def test_late_frames_are_skipped_also_if_time_jumps_are_allowed(make_engine, images):
    engine = make_engine(reset_on_time_jump=False, late_tolerance=0.5)
    engine.add(MUG)
    engine.step(Frame(images[1], stamp_ns=2 * 10**8))
    assert engine.step(Frame(images[0], stamp_ns=10**8)) == []
    assert len(engine.step(Frame(images[2], stamp_ns=3 * 10**8))) == 1


def test_paused_command_keeps_its_memory_while_others_are_replaced(make_engine, images):
    engine = make_engine(max_commands=2, recover_after_frames=1)
    engine.set_commands([MUG, Command("b", "the blue ball")])
    for number in range(6):
        engine.step(Frame(images[number], stamp_ns=number))
    engine.pause("a")
    assert engine.commands[0].state is TargetState.TRACKING
    for number in range(6, 14):
        engine.add(Command("b", "the " + "small " * number + "ball"))
        engine.step(Frame(images[number], stamp_ns=number))
    assert engine.commands[0].state is TargetState.TRACKING
