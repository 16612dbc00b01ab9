"""A memory outlives its process: what comes next is what would have come."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from resume_scenario import CAMERAS, CONFIG, SAVED_AFTER, begin, go_on, step

from samwise_ros.data.tabletop.video import TabletopConfig, make_video
from samwise_ros.engine.engine import Engine
from samwise_ros.engine.memory.file import MemoryFileError
from samwise_ros.engine.memory.schema import MAX_PIXELS
from samwise_ros.engine.types import Command, EventKind, Frame, TargetState
from samwise_ros.network.checkpoints.model_folder import load_model, save_model

MUG, BALL = Command("a", "the red mug"), Command("b", "the blue ball")


def _kinds(events):
    return [(event.kind, event.command.id) for event in events]


def _stepped(engine, images, indices, camera="camera"):
    for index in indices:
        results = engine.step(Frame(images[index], camera, stamp_ns=index))
    return results[0] if results else None


def _same(ours, theirs):
    return [(one.command, one.label, one.state, one.score) for one in ours.targets] == [
        (one.command, one.label, one.state, one.score) for one in theirs.targets
    ] and all(
        np.array_equal(one.mask, other.mask)
        for one, other in zip(ours.targets, theirs.targets, strict=True)
    )


@pytest.mark.parametrize("kind", ["random", "shipped"])
def test_another_process_goes_on_to_the_last_bit(kind, network, tokenizer, images, tmp_path):
    model, sentence = "tabletop", "the ball that moves left"
    if kind == "shipped":
        video = make_video("test", 3, TabletopConfig(frames=20))
        images, sentence = video.frames, video.expressions[0].sentence
    else:
        model = str(tmp_path / "model")
        save_model(Path(model), network, tokenizer)
        images = images[:20]
    engine = Engine(*load_model(model), CONFIG, "cpu")
    begin(engine, images, sentence)
    engine.save(tmp_path / "memory")
    np.save(tmp_path / "frames.npy", images)

    expected = go_on(engine, images)
    script = Path(__file__).parents[1] / "resume_scenario.py"
    done = subprocess.run(
        [sys.executable, script, model, tmp_path / "memory", tmp_path / "frames.npy"],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.stdout.splitlines() == expected, done.stderr
    # The lines would be equal, too, if there were nothing to tell or nothing to remember.
    masks = [line for line in expected if "EventKind" not in line and " None " not in line]
    assert len(masks) >= len(images) - SAVED_AFTER
    assert any("EventKind" in line for line in expected)
    fresh = Engine(*load_model(model), CONFIG, "cpu")
    fresh.set_commands([one.command for one in engine.commands])
    assert not set(masks) & set(go_on(fresh, images))


def test_all_that_is_kept_comes_back(make_engine, images, tmp_path):
    engine, other = (make_engine(switch_correction="always") for _ in range(2))
    begin(engine, images, "the ball that moves left")
    engine.save(tmp_path / "memory")
    other.load(tmp_path / "memory", CAMERAS)

    assert other.commands == engine.commands
    assert [one.paused for one in other.commands] == [False, False, True]
    kept, loaded = list(engine._store), list(other._store)
    assert [one[:2] for one in loaded] == [one[:2] for one in kept]
    assert Command("replaced", "the blue ball") in [command for command, _, _ in loaded]
    for (_, _, ours), (_, _, theirs) in zip(kept, loaded, strict=True):
        assert (ours.frames, ours.last_applied) == (theirs.frames, theirs.last_applied)
        assert ours.last_probability == theirs.last_probability
        for name, tensor in ours.tensors().items():
            assert tensor.equal(theirs.tensors()[name])
        assert (ours.track.state, ours.track.seen) == (theirs.track.state, theirs.track.seen)
        assert ours.track.unseen == theirs.track.unseen
        assert np.array_equal(ours.track.last_mask, theirs.track.last_mask)
    assert max(memory.last_applied for _, _, memory in loaded) > 0


def test_listeners_are_told_what_came_and_went(make_engine, images, tmp_path):
    engine, other = make_engine(recover_after_frames=1), make_engine()
    engine.set_commands([MUG, BALL])
    _stepped(engine, images, range(3))
    engine.save(tmp_path / "memory")

    assert engine.load(tmp_path / "memory", ["camera"]) == ()
    other.set_commands([BALL, Command("c", "the small mug")])  # the ball has another label here
    events = other.load(tmp_path / "memory", ["camera"])
    assert _kinds(events) == [
        (EventKind.REMOVED, "b"),
        (EventKind.REMOVED, "c"),
        (EventKind.ADDED, "a"),
        (EventKind.ADDED, "b"),
    ]
    assert [event.state for event in events] == [
        TargetState.SEARCHING,
        TargetState.SEARCHING,
        TargetState.TRACKING,
        TargetState.TRACKING,
    ]
    assert other.commands == engine.commands


def test_what_was_followed_before_is_forgotten(make_engine, images, tmp_path):
    engine, other = make_engine(), make_engine()
    engine.add(MUG)
    engine.save(tmp_path / "memory")
    other.add(MUG)
    _stepped(other, images, range(6))
    other.load(tmp_path / "memory", ["camera"])
    assert other.commands[0].state is TargetState.SEARCHING
    assert _same(_stepped(other, images, [6]), _stepped(engine, images, [6]))


def test_a_clock_that_began_anew_does_not_restart_what_was_loaded(make_engine, images, tmp_path):
    engine, other = make_engine(), make_engine()
    engine.add(MUG)
    _stepped(engine, images, range(10, 16))
    engine.save(tmp_path / "memory")
    other.load(tmp_path / "memory", ["camera"])

    ours = other.step(Frame(images[16], stamp_ns=3))[0]
    assert ours.events == ()
    assert _same(ours, _stepped(engine, images, [16]))
    again = other.step(Frame(images[17], stamp_ns=2))[0]
    assert (EventKind.RESET, "a") in _kinds(again.events)


def test_an_image_of_another_size_restarts_what_was_loaded(make_engine, images, tmp_path):
    engine, other = make_engine(), make_engine()
    engine.add(MUG)
    _stepped(engine, images, range(6))
    engine.save(tmp_path / "memory")
    other.load(tmp_path / "memory", ["camera"])
    events = other.step(Frame(images[6][:50], stamp_ns=6))[0].events
    assert (EventKind.RESET, "a") in _kinds(events)


def test_frames_that_wait_for_their_clip_are_not_saved(make_engine, images, tmp_path):
    engine, other, twin = (make_engine(mode="clip") for _ in range(3))
    for one in (engine, twin):
        one.add(MUG)
        _stepped(one, images, range(8))
    for index in range(8, 11):
        assert engine.step(Frame(images[index], stamp_ns=index)) == []
    engine.save(tmp_path / "memory")
    other.step(Frame(images[0], stamp_ns=0))
    other.load(tmp_path / "memory", ["camera"])
    ours = [other.step(Frame(images[index], stamp_ns=index)) for index in range(11, 19)][-1]
    theirs = [twin.step(Frame(images[index], stamp_ns=index)) for index in range(11, 19)][-1]
    assert [result.frame.stamp_ns for result in ours] == list(range(11, 19))
    assert all(_same(one, another) for one, another in zip(ours, theirs, strict=True))


def test_the_file_is_bounded_however_many_commands_come_and_go(make_engine, images, tmp_path):
    engine = make_engine(max_commands=2)
    folder = tmp_path / "kept" / "here"
    path = folder / "memory"
    emoji = "mug " + "\U0001f600" * 990
    for index in range(8):
        name = f"{index}" + "\U0001f600" * 240
        engine.set_commands([Command(name, emoji), Command(f"other {name}", emoji)])
        step(engine, images, index)
        engine.save(path)
        assert os.listdir(folder) == ["memory"]

    memories = 2 * 2 * len(CAMERAS)
    each = engine.describe()["memory_bytes_per_command"] + images[0, :, :, 0].size // 8
    assert len(engine._store) == memories
    assert memories * each < path.stat().st_size < memories * (each + 20 * 1024) + 20 * 1024
    make_engine(max_commands=2).load(path, CAMERAS)
    assert MAX_PIXELS >= 7680 * 4320


def test_what_no_engine_would_take_is_not_written(make_engine, images, tmp_path):
    engine = make_engine()
    engine.add(MUG)
    _stepped(engine, images, range(2))
    engine.save(tmp_path / "memory")
    before = (tmp_path / "memory").read_bytes()
    memory = engine._store.get(MUG, "camera")
    memory.memories = memory.memories * float("nan")
    with pytest.raises(MemoryFileError, match=r"memory: cannot be written: 0.memories: .* finite"):
        engine.save(tmp_path / "memory")
    engine.reset()
    engine.add(Command("x" * 257, "mug"))
    with pytest.raises(MemoryFileError, match="id: expected 1 to 256 characters, got 257"):
        engine.save(tmp_path / "memory")
    assert (tmp_path / "memory").read_bytes() == before
