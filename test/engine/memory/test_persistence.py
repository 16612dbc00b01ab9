"""A loaded memory continues exactly like the memory that was saved."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from resume_scenario import CAMERAS, CONFIG, SAVED_AFTER, begin, resume, step

from samwise_ros.data.painted.video import PaintedConfig, make_video
from samwise_ros.engine.engine import Engine
from samwise_ros.engine.memory.file import MemoryFileError
from samwise_ros.engine.memory.schema import MAX_PIXELS
from samwise_ros.engine.types import Command, EventKind, Frame, TargetState
from samwise_ros.network.checkpoints.model_folder import save_model

MUG, BALL = Command("a", "the red mug"), Command("b", "the blue ball")


def _kinds(events):
    return [(event.kind, event.command.id) for event in events]


def _stepped(engine, images, indices, camera="camera"):
    for index in indices:
        results = engine.step(Frame(images[index], camera, stamp_ns=index))
    return results[0] if results else None


def _same(ours, theirs):
    return [(t.command, t.label, t.state, t.score) for t in ours.targets] == [
        (t.command, t.label, t.state, t.score) for t in theirs.targets
    ] and all(
        np.array_equal(target.mask, other.mask)
        for target, other in zip(ours.targets, theirs.targets, strict=True)
    )


@pytest.mark.parametrize("kind", ["random", "shipped"])
def test_another_process_continues_exactly(kind, network, tokenizer, images, tmp_path):
    model, sentence = "tabletop", "the ball that moves left"
    if kind == "shipped":
        video = make_video("test", 3, PaintedConfig(frames=20))
        images, sentence = video.frames, video.expressions[0].sentence
    else:
        model = str(tmp_path / "model")
        save_model(Path(model), network, tokenizer)
        images = images[:20]
    engine = Engine.from_model(model, device="cpu", config=CONFIG)
    begin(engine, images, sentence)
    engine.save(tmp_path / "memory")
    np.save(tmp_path / "frames.npy", images)

    expected = resume(engine, images)
    script = Path(__file__).parents[1] / "resume_scenario.py"
    done = subprocess.run(
        [sys.executable, script, model, tmp_path / "memory", tmp_path / "frames.npy"],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.stdout.splitlines() == expected, done.stderr
    # Equal lines prove nothing without masks and events, or if memories had no effect.
    masks = [line for line in expected if "EventKind" not in line and " None " not in line]
    assert len(masks) >= len(images) - SAVED_AFTER
    assert any("EventKind" in line for line in expected)
    fresh = Engine.from_model(model, device="cpu", config=CONFIG)
    fresh.set_commands([status.command for status in engine.commands])
    assert not set(masks) & set(resume(fresh, images))


def test_load_restores_commands_and_memories(make_engine, images, tmp_path):
    engine, other = (make_engine(switch_correction="always") for _ in range(2))
    begin(engine, images, "the ball that moves left")
    engine.save(tmp_path / "memory")
    other.load(tmp_path / "memory", CAMERAS)

    assert other.commands == engine.commands
    assert [status.paused for status in other.commands] == [False, True, False]
    saved, loaded = list(engine._store), list(other._store)
    assert [entry[:2] for entry in loaded] == [entry[:2] for entry in saved]
    assert Command("replaced", "the blue ball") in [command for command, _, _ in loaded]
    for (_, _, ours), (_, _, theirs) in zip(saved, loaded, strict=True):
        for name in ("frames", "last_switch_frame", "last_switch_probability"):
            assert getattr(ours.network, name) == getattr(theirs.network, name)
        for name, tensor in ours.network.tensors().items():
            assert tensor.equal(theirs.network.tensors()[name])
        for name in ("state", "frames_tracked", "frames_lost", "frames_same", "frames_unseen"):
            assert getattr(ours.track, name) == getattr(theirs.track, name)
        assert np.array_equal(ours.track.identity.mask, theirs.track.identity.mask)
        looks, expected = theirs.track.identity.appearance, ours.track.identity.appearance
        assert (looks is None) == (expected is None)
        if expected is not None:
            assert np.array_equal(looks.colours, expected.colours)
            assert np.array_equal(looks.surroundings, expected.surroundings)
            assert looks.area == expected.area
    assert max(memory.network.last_switch_frame for _, _, memory in loaded) > 0


def test_load_reports_added_and_removed_commands(make_engine, images, tmp_path):
    engine, other = make_engine(recover_after_frames=1), make_engine()
    engine.set_commands([MUG, BALL])
    _stepped(engine, images, range(3))
    engine.save(tmp_path / "memory")

    kept = engine.load(tmp_path / "memory", ["camera"])
    assert _kinds(kept) == [(EventKind.RESET, "a"), (EventKind.RESET, "b")]
    assert {(e.previous_state, e.state, e.reason) for e in kept} == {
        (TargetState.TRACKING, TargetState.TRACKING, "memory loaded")
    }
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


def test_load_drops_previous_memories(make_engine, images, tmp_path):
    engine, other = make_engine(), make_engine()
    engine.add(MUG)
    engine.save(tmp_path / "memory")
    other.add(MUG)
    _stepped(other, images, range(6))
    other.load(tmp_path / "memory", ["camera"])
    assert other.commands[0].state is TargetState.SEARCHING
    assert _same(_stepped(other, images, [6]), _stepped(engine, images, [6]))


def test_restarted_clock_does_not_reset_loaded_memory(make_engine, images, tmp_path):
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


def test_image_of_another_size_resets_loaded_memory(make_engine, images, tmp_path):
    engine, other = make_engine(), make_engine()
    engine.add(MUG)
    _stepped(engine, images, range(6))
    engine.save(tmp_path / "memory")
    other.load(tmp_path / "memory", ["camera"])
    events = other.step(Frame(images[6][:50], stamp_ns=6))[0].events
    assert (EventKind.RESET, "a") in _kinds(events)


def test_waiting_frames_of_a_clip_are_not_saved(make_engine, images, tmp_path):
    engine, other, twin = (make_engine(mode="clip") for _ in range(3))
    for each in (engine, twin):
        each.add(MUG)
        _stepped(each, images, range(8))
    for index in range(8, 11):
        assert engine.step(Frame(images[index], stamp_ns=index)) == []
    engine.save(tmp_path / "memory")
    other.step(Frame(images[0], stamp_ns=0))
    other.load(tmp_path / "memory", ["camera"])
    ours = [other.step(Frame(images[index], stamp_ns=index)) for index in range(11, 19)][-1]
    theirs = [twin.step(Frame(images[index], stamp_ns=index)) for index in range(11, 19)][-1]
    assert [result.frame.stamp_ns for result in ours] == list(range(11, 19))
    assert all(map(_same, ours, theirs))


def test_file_size_is_bounded(make_engine, images, tmp_path):
    engine = make_engine(max_commands=2)
    folder = tmp_path / "new" / "folder"
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


def test_invalid_content_is_not_written(make_engine, images, tmp_path):
    engine = make_engine()
    engine.add(MUG)
    _stepped(engine, images, range(2))
    engine.save(tmp_path / "memory")
    before = (tmp_path / "memory").read_bytes()
    memory = engine._store.get(MUG, "camera").network
    memory.memories = memory.memories * float("nan")
    with pytest.raises(MemoryFileError, match=r"memory: cannot be written: 0.memories: .* finite"):
        engine.save(tmp_path / "memory")
    engine.reset()
    engine.add(Command("x" * 257, "mug"))
    with pytest.raises(MemoryFileError, match="id: expected 1 to 256 characters, got 257"):
        engine.save(tmp_path / "memory")
    assert (tmp_path / "memory").read_bytes() == before
