"""The set of active commands: validation, memories and events."""

import numpy as np
import pytest

from samwise_ros.engine.config import EngineConfig
from samwise_ros.engine.types import Command, EventKind, Frame, TargetState
from samwise_ros.interface.parameters import Parameters
from samwise_ros.ros.commands.input import from_sentence


def _kinds(events):
    return [event.kind for event in events]


def _frame(images, index, **fields):
    return Frame(images[index], **{"stamp_ns": index, **fields})


def test_add_replace_and_remove(make_engine):
    engine = make_engine()
    assert _kinds(engine.add(Command("a", "the red mug"))) == [EventKind.ADDED]
    assert engine.add(Command("a", "the red mug")) == ()
    assert _kinds(engine.add(Command("a", "ball"))) == [EventKind.REMOVED, EventKind.ADDED]
    assert _kinds(engine.add(Command("b", "ball"))) == [EventKind.ADDED]
    assert [(s.command.id, s.label) for s in engine.commands] == [("a", 1), ("b", 2)]
    assert _kinds(engine.remove("a")) == [EventKind.REMOVED]
    assert [s.label for s in engine.commands] == [2]
    assert engine.add(Command("c", "mug"))[0].label == 3, "the first command stays the first"


def test_replaced_sentence_keeps_its_label(make_engine):
    engine = make_engine()
    for name in "abc":
        engine.add(Command(name, "ball"))
    engine.remove("a")
    assert [event.label for event in engine.add(Command("b", "mug"))] == [2, 2]


def test_adding_a_paused_command_resumes_it(make_engine):
    engine = make_engine()
    engine.add(Command("a", "the red mug"))
    engine.pause("a")
    engine.track("the ball")
    assert [status.paused for status in engine.commands] == [True, False]
    assert engine.add(Command("a", "the red mug")) == ()
    assert [status.paused for status in engine.commands] == [False, False]


@pytest.mark.parametrize("mode", ["replace", "add"])
def test_a_sentence_on_the_topic_resumes_its_command(make_engine, mode):
    engine = make_engine()
    say = from_sentence("the red mug", Parameters(command_mode=mode))
    assert _kinds(say(engine)) == [EventKind.ADDED]
    engine.pause("the-red-mug")
    assert say(engine) == ()
    assert [status.paused for status in engine.commands] == [False]
    assert _kinds(from_sentence("?!", Parameters(command_mode=mode))(engine)) == [
        EventKind.REJECTED
    ]


def test_reset_of_all_forgets_replaced_commands(make_engine, images):
    engine = make_engine(recover_after_frames=1)
    engine.add(Command("a", "the red mug"))
    engine.step(Frame(images[0]))
    engine.add(Command("a", "ball"))
    engine.reset()
    (_, added) = engine.add(Command("a", "the red mug"))
    assert added.state is TargetState.SEARCHING
    engine.step(Frame(images[1], stamp_ns=1))
    engine.add(Command("a", "ball"))
    engine.reset(camera="camera")
    (_, added) = engine.add(Command("a", "the red mug"))
    assert added.state is TargetState.SEARCHING


@pytest.mark.parametrize("sentence", ["", "  ", "?!", "x" * 100_000, "the " * 100])
def test_invalid_sentence_is_rejected_with_reason(make_engine, sentence):
    engine = make_engine()
    engine.add(Command("a", "the red mug"))
    for events in (
        engine.add(Command("b", sentence)),
        engine.set_commands([Command("b", sentence)]),
    ):
        assert _kinds(events) == [EventKind.REJECTED]
        assert events[0].reason
        assert len(events[0].command.sentence) <= 80
    assert [status.command.id for status in engine.commands] == ["a"]


def test_too_many_and_unknown_commands_are_rejected(make_engine):
    engine = make_engine(max_commands=2)
    commands = [Command(name, "mug") for name in "abc"]
    assert _kinds(engine.set_commands(commands)) == [EventKind.REJECTED]
    assert engine.commands == ()
    assert _kinds(engine.set_commands(commands[:2])) == [EventKind.ADDED] * 2
    assert _kinds(engine.add(commands[2])) == [EventKind.REJECTED]
    for change in (engine.remove, engine.pause, engine.resume, engine.reset):
        assert _kinds(change("unknown")) == [EventKind.REJECTED]


def test_labels_are_unique_and_from_1_to_254_after_any_number_of_changes(make_engine):
    """255 is never a label: vision_msgs reserves it for pixels without a label."""
    engine = make_engine(max_commands=254)
    engine.set_commands([Command(str(number), "mug") for number in range(254)])
    assert {status.label for status in engine.commands} == set(range(1, 255))
    assert _kinds(engine.add(Command("one more", "mug"))) == [EventKind.REJECTED]
    choose = np.random.default_rng(0)
    for number in range(300):
        name = engine.commands[choose.integers(len(engine.commands))].command.id
        engine.remove(name)
        (event,) = engine.add(Command(f"new {number}", ("mug", "ball")[number % 2]))
        assert 1 <= event.label <= 254
        if number % 50 == 0:
            assert {status.label for status in engine.commands} == set(range(1, 255))
    others = [Command(f"other {number}", "ball") for number in range(254)]
    assert EventKind.REJECTED not in _kinds(engine.set_commands(others))
    assert {status.label for status in engine.commands} == set(range(1, 255))


def test_paused_command_keeps_its_memory(make_engine, images):
    engine, other = make_engine(), make_engine()
    for each in (engine, other):
        each.add(Command("a", "the red mug"))
        for index in range(6):
            each.step(_frame(images, index))
    engine.pause("a")
    assert engine.commands[0].paused
    assert engine.step(_frame(images, 20))[0].targets == ()
    engine.resume("a")
    ours, theirs = (e.step(_frame(images, 21))[0].targets[0] for e in (engine, other))
    assert np.array_equal(ours.mask, theirs.mask)
    assert ours.score == theirs.score


def test_replaced_command_returns_to_its_memory(make_engine, images):
    engine, other = make_engine(), make_engine()
    mug, ball = Command("a", "the red mug"), Command("a", "the blue ball")
    for each in (engine, other):
        each.set_commands([mug])
        for index in range(6):
            each.step(_frame(images, index))
    engine.set_commands([ball])
    engine.step(_frame(images, 20))
    engine.set_commands([mug])
    ours, theirs = (e.step(_frame(images, 21))[0].targets[0] for e in (engine, other))
    assert ours.score == theirs.score


@pytest.mark.parametrize("cause", ["reset", "time", "size", "remove"])
def test_memories_restart(make_engine, images, cause):
    engine, fresh = make_engine(), make_engine()
    command = Command("a", "the red mug")
    engine.add(command)
    fresh.add(command)
    for index in range(10, 16):
        engine.step(_frame(images, index))
    image, stamp = images[3], 16
    if cause == "reset":
        assert _kinds(engine.reset("a")) == [EventKind.RESET]
    elif cause == "remove":
        engine.remove("a")
        engine.add(command)
    elif cause == "time":
        stamp = 2
    else:
        image = image[:50]
    ours = engine.step(Frame(image, stamp_ns=stamp))[0]
    theirs = fresh.step(Frame(image, stamp_ns=stamp))[0]
    resets = [event for event in ours.events if event.kind is EventKind.RESET]
    assert len(resets) == (cause in ("time", "size"))
    assert ours.targets[0].score == theirs.targets[0].score


def test_command_applies_to_its_cameras(make_engine, images):
    engine = make_engine()
    engine.add(Command("a", "the red mug", cameras=("front",)))
    engine.add(Command("b", "the blue ball"))
    front = engine.step(_frame(images, 0, camera="front"))[0]
    wrist = engine.step(_frame(images, 0, camera="wrist"))[0]
    assert [target.command.id for target in front.targets] == ["a", "b"]
    assert [target.command.id for target in wrist.targets] == ["b"]


@pytest.mark.parametrize(
    "image",
    [np.zeros((4, 4), np.uint8), np.zeros((4, 4, 3)), np.zeros((0, 4, 3), np.uint8)],
)
def test_invalid_image_raises_and_changes_nothing(make_engine, images, image):
    engine = make_engine()
    engine.add(Command("a", "the red mug"))
    engine.step(_frame(images, 0))
    with pytest.raises(ValueError, match=r"expected \(H, W, 3\) uint8"):
        engine.step(Frame(image, stamp_ns=1))
    result = engine.step(_frame(images, 1))[0]
    assert EventKind.RESET not in _kinds(result.events)
    assert engine._store.get(Command("a", "the red mug"), "camera").network.frames == 2


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("mode", "fast"),
        ("max_commands", 0),
        ("max_commands", 255),
        ("switch_max_overlap", 2.0),
        ("mask_threshold", 1.0),
        ("lost_after_frames", 0),
    ],
)
def test_invalid_configuration_names_the_setting(setting, value):
    with pytest.raises(ValueError, match=setting):
        EngineConfig(**{setting: value})
