"""What a memory file may not say: refused with the reason, and nothing changes."""

import json
import os

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from random_network import random_network
from tampered_files import opened, sealed

from samwise_ros.engine.config import EngineConfig
from samwise_ros.engine.engine import Engine
from samwise_ros.engine.memory.file import MemoryFileError
from samwise_ros.engine.types import Command, Frame

MUG = Command("a", "the red mug", ("camera",))


def _put(value, *place):
    """Change one of the facts."""

    def change(facts, tensors):
        *way, last = place
        for key in way:
            facts = facts[key]
        facts[last] = value

    return change


def _copied(list_name, **changes):
    def change(facts, tensors):
        facts[list_name].append({**facts[list_name][0], **changes})

    return change


def _without(*place):
    def change(facts, tensors):
        *way, last = place
        for key in way:
            facts = facts[key]
        del facts[last]

    return change


def _tensor(name, value):
    def change(facts, tensors):
        tensors.pop(name, None)
        if value is not None:
            tensors[name] = value

    return change


def _renamed_camera(facts, tensors):
    facts["cameras"][0]["name"] = facts["memories"][0]["camera"] = "rear"
    facts["commands"][0]["cameras"] = []


def _many(facts, tensors):
    for index in range(1, 3):
        one = {**facts["memories"][0], "sentence": f"mug {index}", "state": "SEARCHING", "seen": 0}
        facts["memories"].append(one)
        for name in [name for name in tensors if name.startswith("0.")]:
            tensors[f"{index}{name[1:]}"] = tensors[name].clone()


FORGED = {
    "a later version": (_put(2, "format"), "format: expected 1, got 2"),
    "a version in words": (_put("1", "format"), "format: expected 1, got '1'"),
    "no version": (_without("format"), "format: expected 1, got None"),
    "another network": (_put("f" * 64, "network"), "another network: .* got 'ffffffff"),
    "another precision": (_put("bfloat16", "precision"), "another precision: expected 'float32'"),
    "another mode": (_put("clip", "mode"), "another mode: expected 'online', got 'clip'"),
    "another camera": (_renamed_camera, r"another camera: expected some of \['camera'\].*rear"),
    "a command elsewhere": (_put(["rear"], "commands", 0, "cameras"), "another camera: .*rear"),
    "a camera of nothing": (
        _copied("cameras", name="rear"),
        "cameras: expected those of the memories",
    ),
    "no camera": (_put([], "cameras"), "cameras: expected those of the memories"),
    "a camera twice": (_copied("cameras"), "cameras: one comes twice"),
    "a name that is no text": (_put(1, "cameras", 0, "name"), "cameras/0: name: expected str"),
    "commands that are no list": (_put({}, "commands"), "commands: expected list, got {}"),
    "a command that is none": (_put([1], "commands"), "commands/0: expected id, sentence"),
    "a fact too many": (_put(1, "mood"), "expected format, network, .* got"),
    "a fact too few": (_without("memories", 0, "seen"), "memories/0: expected id, sentence"),
    "too many commands": (_copied("commands", id="b", label=2), "at most 1 commands, got 2"),
    "too many memories": (_many, "memories of at most 2 commands, twice as many, got 3"),
    "an id twice": (_copied("commands", label=2), "ids of commands: one comes twice"),
    "a label twice": (_copied("commands", id="b"), "labels: one comes twice"),
    "a memory twice": (_copied("memories"), "memories: one comes twice"),
    "a memory without tensors": (
        _copied("memories", id="b"),
        r"1.memories: expected \(6, 32, 8, 8\) float32, got none",
    ),
    "label 0": (_put(0, "commands", 0, "label"), "commands/0: label: expected 1 to 254, got 0"),
    "label 255": (_put(255, "commands", 0, "label"), "label: expected 1 to 254, got 255"),
    "label true": (_put(True, "commands", 0, "label"), "label: expected int, got True"),
    "paused 1": (_put(1, "commands", 0, "paused"), "paused: expected bool, got 1"),
    "no id": (_put("", "commands", 0, "id"), "id: expected 1 to 256 characters, got 0"),
    "a long id": (_put("x" * 257, "memories", 0, "id"), "id: expected 1 to 256 .* got 257"),
    "no word": (_put("?!", "commands", 0, "sentence"), "the sentence holds no word"),
    "a long sentence": (_put("x" * 1001, "memories", 0, "sentence"), "1001 characters; at most"),
    "many tokens": (_put("the " * 100, "commands", 0, "sentence"), "tokens; at most"),
    "half a character": (_put("mug \ud800", "commands", 0, "sentence"), "sentence: expected text"),
    "a camera of no text": (_put([1], "commands", 0, "cameras"), "a camera: expected text, got 1"),
    "frames below 0": (_put(-1, "memories", 0, "frames"), "frames: expected 0 to .* got -1"),
    "frames without end": (_put(7**500, "memories", 0, "frames"), "frames: expected 0 to"),
    "half a frame": (_put(1.5, "memories", 0, "frames"), "frames: expected int, got 1.5"),
    "applied later": (_put(6, "memories", 0, "last_applied"), "last_applied: expected 0 to 5"),
    "seen too often": (_put(7, "memories", 0, "seen"), "seen: expected 0 to 6, got 7"),
    "seen and unseen": (_put(1, "memories", 0, "unseen"), "unseen: expected 0 to 0, got 1"),
    "no probability": (_put(1.5, "memories", 0, "last_probability"), "expected 0 to 1, got 1.5"),
    "another state": (_put("SLEEPING", "memories", 0, "state"), "state: expected SEARCHING"),
    "no width": (_put(0, "cameras", 0, "width"), "width: expected 1 to"),
    "an enormous image": (_put(2**20, "cameras", 0, "height"), "height: expected 1 to"),
    "another image": (_put(88, "cameras", 0, "width"), "0.last_mask: expected 660 bytes"),
    "no mask": (_tensor("0.last_mask", None), "0.last_mask: expected one of a target"),
    "a mask of numbers": (
        _tensor("0.last_mask", torch.zeros(600)),
        r"0.last_mask: expected 600 bytes, got \(600,\) float32",
    ),
    "another shape": (
        _tensor("0.pointers", torch.zeros(15, 63)),
        r"0.pointers: expected \(15, 64\) float32, got \(15, 63\) float32",
    ),
    "another type": (
        _tensor("0.pointers", torch.zeros(15, 64, dtype=torch.float64)),
        r"0.pointers: expected \(15, 64\) float32, got \(15, 64\) float64",
    ),
    "no number": (_tensor("0.pointers", torch.full((15, 64), torch.nan)), "0.pointers: .* finite"),
    "infinity": (_tensor("0.pointers", torch.full((15, 64), -torch.inf)), "0.pointers: .* finite"),
    "a tensor too few": (_tensor("0.windows.2", None), "0.windows.2: expected .* got none"),
    "a tensor too many": (_tensor("1.pointers", torch.zeros(1)), "of no memory: .*1.pointers"),
    "an empty tensor": (_tensor("x", torch.zeros(0)), "of no memory: .*x"),
}

# Facts that no dictionary could give: as they stand in the file.
WRITTEN = {
    "no JSON": ("memory", "Expecting value"),
    "no object": ("[]", "format: expected 1, got None"),
    "not a number": ('{"format": NaN}', "format: expected 1, got nan"),
    "a key twice": ('{"format": 1, "format": 1}', "a key twice"),
    "deep lists": ("[" * 50_000, "nested too deep"),
    "a number of many digits": ('{"format": ' + "1" * 5000 + "}", "Exceeds the limit"),
}


@pytest.fixture(scope="module")
def engines(network, tokenizer, images):
    """Two engines that have seen the same; one of them will be asked to load."""
    config = EngineConfig(min_mask_area=1, max_commands=1)
    pair = [Engine(network, tokenizer, config, "cpu") for _ in range(2)]
    for engine in pair:
        engine.add(MUG)
        for index in range(6):
            engine.step(Frame(images[index], stamp_ns=index))
    return pair


@pytest.fixture(scope="module")
def saved(engines, tmp_path_factory):
    """A file that nobody has touched."""
    path = tmp_path_factory.mktemp("memory") / "saved"
    engines[0].save(path)
    return path


@pytest.fixture
def refused(engines, images):
    """Load, expect a refusal that names the path, and see that nothing has changed."""
    running, untouched = engines

    def check(path, reason):
        before = running.commands
        with pytest.raises(MemoryFileError, match=reason) as error:
            running.load(path, ["camera"])
        assert str(error.value).startswith(f"{path}: ")
        assert len(str(error.value)) < 1000
        assert running.commands == before == untouched.commands
        frames = untouched._store.get(MUG, "camera").frames
        frame = Frame(images[frames % len(images)], stamp_ns=frames)
        ours, theirs = (engine.step(frame)[0] for engine in engines)
        assert ours.events == theirs.events
        assert ours.targets[0].score == theirs.targets[0].score
        assert np.array_equal(ours.targets[0].mask, theirs.targets[0].mask)

    return check


@pytest.mark.parametrize(("change", "reason"), FORGED.values(), ids=FORGED)
def test_a_file_that_fits_its_digest_is_checked_all_the_same(
    saved, refused, tmp_path, change, reason
):
    facts, tensors = opened(saved)
    change(facts, tensors)
    path = tmp_path / "forged"
    path.write_bytes(sealed(json.dumps(facts), tensors))
    refused(path, reason)


@pytest.mark.parametrize(("text", "reason"), WRITTEN.values(), ids=WRITTEN)
def test_facts_that_are_no_facts(saved, refused, tmp_path, text, reason):
    path = tmp_path / "forged"
    path.write_bytes(sealed(text, opened(saved)[1]))
    refused(path, reason)


def test_the_forger_changes_only_what_is_asked_for(make_engine, saved, tmp_path):
    """Else every refusal above could have another reason."""
    facts, tensors = opened(saved)
    (tmp_path / "forged").write_bytes(sealed(json.dumps(facts), tensors))
    engine = make_engine(max_commands=1)
    engine.load(tmp_path / "forged", ["camera"])
    assert engine.commands[0].command == MUG


def test_a_memory_of_other_weights_is_refused(tokenizer, saved):
    network = random_network()
    network.prompt.get_parameter(next(iter(dict(network.prompt.named_parameters())))).data += 1e-6
    engine = Engine(network, tokenizer, EngineConfig(max_commands=1), "cpu")
    with pytest.raises(MemoryFileError, match="saved: is of another network"):
        engine.load(saved, ["camera"])
    assert engine.commands == ()


def test_a_file_that_is_too_large_is_not_even_read(saved, refused, tmp_path):
    path = tmp_path / "large"
    path.write_bytes(saved.read_bytes())
    os.truncate(path, 2**40)  # takes no room on the disk
    refused(path, f"has {2**40} bytes, a memory of this engine at most")


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.sampled_from(["", "a", "camera", "LOST", "the mug", "\ud800", "x" * 2000]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.just("id"), inner),
    max_leaves=4,
)


def _places(value, so_far=()):
    """All places in the facts."""
    items = ()
    if isinstance(value, dict | list):
        items = value.items() if isinstance(value, dict) else enumerate(value)
    return [so_far] * bool(so_far) + [
        place for key, inner in items for place in _places(inner, (*so_far, key))
    ]


@settings(
    max_examples=200,
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_other_facts_are_refused_or_can_be_worked_with(make_engine, images, saved, tmp_path, data):
    facts, tensors = opened(saved)
    place = data.draw(st.sampled_from(_places(facts)))
    _put(data.draw(JSON), *place)(facts, tensors)
    path = tmp_path / "forged"
    path.write_bytes(sealed(json.dumps(facts), tensors))
    engine = make_engine(max_commands=1)
    try:
        engine.load(path, ["camera"])
    except MemoryFileError:
        assert engine.commands == ()
    else:
        for index in (6, 7):
            engine.step(Frame(images[index], stamp_ns=index))
