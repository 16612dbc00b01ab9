"""Invalid content of memory files: the error names the reason, and nothing changes."""

import json
import os

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from random_network import random_network
from tampered_files import opened, sealed

from samwise_ros.engine.backend.samwise_backend import SamwiseBackend
from samwise_ros.engine.config import EngineConfig
from samwise_ros.engine.engine import Engine
from samwise_ros.engine.memory.file import MemoryFileError
from samwise_ros.engine.types import Command, Frame

MUG = Command("a", "the red mug", ("camera",))


def _put(value, *place):
    """Set a value of the header."""

    def change(header, tensors):
        *way, last = place
        for key in way:
            header = header[key]
        header[last] = value

    return change


def _copied(list_name, **changes):
    def change(header, tensors):
        header[list_name].append({**header[list_name][0], **changes})

    return change


def _without(*place):
    def change(header, tensors):
        *way, last = place
        for key in way:
            header = header[key]
        del header[last]

    return change


def _tensor(name, value):
    def change(header, tensors):
        tensors.pop(name, None)
        if value is not None:
            tensors[name] = value

    return change


def _renamed_camera(header, tensors):
    header["cameras"][0]["name"] = header["memories"][0]["camera"] = "rear"
    header["commands"][0]["cameras"] = []


def _many(header, tensors):
    for index in range(1, 3):
        one = {**header["memories"][0], "sentence": f"mug {index}", "state": "SEARCHING", "seen": 0}
        header["memories"].append(one)
        for name in [name for name in tensors if name.startswith("0.")]:
            tensors[f"{index}{name[1:]}"] = tensors[name].clone()


TAMPERED = {
    "a later version": (_put(2, "format"), "format: expected 1, got 2"),
    "a version as text": (_put("1", "format"), "format: expected 1, got '1'"),
    "no version": (_without("format"), "format: expected 1, got None"),
    "another network": (_put("f" * 64, "network"), "another network: .* got 'ffffffff"),
    "another precision": (_put("bfloat16", "precision"), "another precision: expected 'float32'"),
    "another mode": (_put("clip", "mode"), "another mode: expected 'online', got 'clip'"),
    "another camera": (_renamed_camera, r"another camera: expected some of \['camera'\].*rear"),
    "a command of another camera": (
        _put(["rear"], "commands", 0, "cameras"),
        "another camera: .*rear",
    ),
    "a camera without memory": (
        _copied("cameras", name="rear"),
        "cameras: expected those of the memories",
    ),
    "no camera": (_put([], "cameras"), "cameras: expected those of the memories"),
    "a duplicate camera": (_copied("cameras"), "cameras: expected different ones"),
    "a camera name as number": (_put(1, "cameras", 0, "name"), "cameras/0: name: expected str"),
    "commands as object": (_put({}, "commands"), "commands: expected list, got {}"),
    "a command as number": (_put([1], "commands"), "commands/0: expected id, sentence"),
    "an unknown field": (_put(1, "mood"), "expected format, network, .* got"),
    "a missing field": (_without("memories", 0, "seen"), "memories/0: expected id, sentence"),
    "too many commands": (_copied("commands", id="b", label=2), "at most 1 commands, got 2"),
    "too many memories": (_many, "memories of at most 2 commands, twice max_commands, got 3"),
    "a duplicate id": (_copied("commands", label=2), "ids of commands: expected different ones"),
    "a duplicate label": (_copied("commands", id="b"), "labels: expected different ones"),
    "a duplicate memory": (_copied("memories"), "memories: expected different ones"),
    "a memory without tensors": (
        _copied("memories", id="b"),
        r"1.memories: expected \(6, 32, 8, 8\) float32, got none",
    ),
    "label 0": (_put(0, "commands", 0, "label"), "commands/0: label: expected 1 to 254, got 0"),
    "label 255": (_put(255, "commands", 0, "label"), "label: expected 1 to 254, got 255"),
    "label true": (_put(True, "commands", 0, "label"), "label: expected int, got True"),
    "paused 1": (_put(1, "commands", 0, "paused"), "paused: expected bool, got 1"),
    "an empty id": (_put("", "commands", 0, "id"), "id: expected 1 to 256 characters, got 0"),
    "a long id": (_put("x" * 257, "memories", 0, "id"), "id: expected 1 to 256 .* got 257"),
    "no word": (_put("?!", "commands", 0, "sentence"), "the sentence contains no word"),
    "a long sentence": (
        _put("x" * 1001, "memories", 0, "sentence"),
        "1001 characters, expected at most",
    ),
    "many tokens": (_put("the " * 100, "commands", 0, "sentence"), "tokens, expected at most"),
    "a lone surrogate": (_put("mug \ud800", "commands", 0, "sentence"), "sentence: expected text"),
    "a camera as number": (_put([1], "commands", 0, "cameras"), "a camera: expected text, got 1"),
    "negative frames": (_put(-1, "memories", 0, "frames"), "frames: expected 0 to .* got -1"),
    "too many frames": (_put(7**500, "memories", 0, "frames"), "frames: expected 0 to"),
    "fractional frames": (_put(1.5, "memories", 0, "frames"), "frames: expected int, got 1.5"),
    "a switch after the last frame": (
        _put(6, "memories", 0, "last_applied"),
        "last_applied: expected 0 to 5",
    ),
    "seen on more frames than exist": (
        _put(7, "memories", 0, "seen"),
        "seen: expected 0 to 6, got 7",
    ),
    "seen and unseen": (_put(1, "memories", 0, "unseen"), "unseen: expected 0 to 0, got 1"),
    "a probability above 1": (
        _put(1.5, "memories", 0, "last_probability"),
        "expected 0 to 1, got 1.5",
    ),
    "another state": (_put("SLEEPING", "memories", 0, "state"), "state: expected SEARCHING"),
    "no width": (_put(0, "cameras", 0, "width"), "width: expected 1 to"),
    "an enormous image": (_put(2**20, "cameras", 0, "height"), "height: expected 1 to"),
    "another image": (_put(88, "cameras", 0, "width"), "0.last_mask: expected 660 bytes"),
    "no mask": (_tensor("0.last_mask", None), "0.last_mask: expected the mask of a seen target"),
    "a mask as float32": (
        _tensor("0.last_mask", torch.zeros(600)),
        r"0.last_mask: expected 600 bytes, got \(600,\) float32",
    ),
    "an appearance of another size": (
        _tensor("0.appearance", torch.zeros(2, 8)),
        r"0.appearance: expected \(2, 512\) float32, got \(2, 8\) float32",
    ),
    "an impossible appearance": (
        _tensor("0.appearance", torch.full((2, 512), -1.0)),
        "0.appearance: expected shares from 0 to 1",
    ),
    "a tensor of another shape": (
        _tensor("0.pointers", torch.zeros(15, 63)),
        r"0.pointers: expected \(15, 64\) float32, got \(15, 63\) float32",
    ),
    "a tensor of another dtype": (
        _tensor("0.pointers", torch.zeros(15, 64, dtype=torch.float64)),
        r"0.pointers: expected \(15, 64\) float32, got \(15, 64\) float64",
    ),
    "NaN": (_tensor("0.pointers", torch.full((15, 64), torch.nan)), "0.pointers: .* finite"),
    "infinity": (_tensor("0.pointers", torch.full((15, 64), -torch.inf)), "0.pointers: .* finite"),
    "a missing tensor": (_tensor("0.windows.2", None), "0.windows.2: expected .* got none"),
    "a tensor of an unknown memory": (
        _tensor("1.pointers", torch.zeros(1)),
        "of no memory: .*1.pointers",
    ),
    "an unknown tensor": (_tensor("x", torch.zeros(0)), "of no memory: .*x"),
}

# Headers that no dictionary can express, as text.
HEADER_TEXTS = {
    "invalid JSON": ("memory", "Expecting value"),
    "a list": ("[]", "format: expected 1, got None"),
    "NaN as version": ('{"format": NaN}', "format: expected 1, got nan"),
    "a duplicate key": ('{"format": 1, "format": 1}', "duplicate key"),
    "deep nesting": ("[" * 50_000, "nested too deep"),
    "a very long number": ('{"format": ' + "1" * 5000 + "}", "Exceeds the limit"),
}


@pytest.fixture(scope="module")
def engines(network, tokenizer, images):
    """Two engines in the same state; the tests load files into the first."""
    config = EngineConfig(min_mask_area=1, max_commands=1)
    pair = [Engine(SamwiseBackend(network, tokenizer, device="cpu"), config) for _ in range(2)]
    for engine in pair:
        engine.add(MUG)
        for index in range(6):
            engine.step(Frame(images[index], stamp_ns=index))
    return pair


@pytest.fixture(scope="module")
def saved(engines, tmp_path_factory):
    """A valid memory file."""
    path = tmp_path_factory.mktemp("memory") / "saved"
    engines[0].save(path)
    return path


@pytest.fixture
def assert_rejected(engines, images):
    """Loads a file, expects an error that names the path, and compares with the twin engine."""
    running, untouched = engines

    def check(path, reason):
        before = running.commands
        with pytest.raises(MemoryFileError, match=reason) as error:
            running.load(path, ["camera"])
        assert str(error.value).startswith(f"{path}: ")
        assert len(str(error.value)) < 1000
        assert running.commands == before == untouched.commands
        frames = untouched._store.get(MUG, "camera").network.frames
        frame = Frame(images[frames % len(images)], stamp_ns=frames)
        ours, theirs = (engine.step(frame)[0] for engine in engines)
        assert ours.events == theirs.events
        assert ours.targets[0].score == theirs.targets[0].score
        assert np.array_equal(ours.targets[0].mask, theirs.targets[0].mask)

    return check


@pytest.mark.parametrize(("change", "reason"), TAMPERED.values(), ids=TAMPERED)
def test_invalid_content_with_matching_digest_is_rejected(
    saved, assert_rejected, tmp_path, change, reason
):
    header, tensors = opened(saved)
    change(header, tensors)
    path = tmp_path / "tampered"
    path.write_bytes(sealed(json.dumps(header), tensors))
    assert_rejected(path, reason)


@pytest.mark.parametrize(("text", "reason"), HEADER_TEXTS.values(), ids=HEADER_TEXTS)
def test_invalid_header_text_is_rejected(saved, assert_rejected, tmp_path, text, reason):
    path = tmp_path / "tampered"
    path.write_bytes(sealed(text, opened(saved)[1]))
    assert_rejected(path, reason)


def test_file_without_changes_is_accepted(make_engine, saved, tmp_path):
    """Otherwise the tampered files above could be rejected for another reason."""
    header, tensors = opened(saved)
    (tmp_path / "tampered").write_bytes(sealed(json.dumps(header), tensors))
    engine = make_engine(max_commands=1)
    engine.load(tmp_path / "tampered", ["camera"])
    assert engine.commands[0].command == MUG


def test_memory_of_other_weights_is_rejected(tokenizer, saved):
    network = random_network()
    network.prompt.get_parameter(next(iter(dict(network.prompt.named_parameters())))).data += 1e-6
    engine = Engine(SamwiseBackend(network, tokenizer, device="cpu"), EngineConfig(max_commands=1))
    with pytest.raises(MemoryFileError, match="saved: belongs to another network"):
        engine.load(saved, ["camera"])
    assert engine.commands == ()


def test_file_that_is_too_large_is_not_read(saved, assert_rejected, tmp_path):
    path = tmp_path / "large"
    path.write_bytes(saved.read_bytes())
    os.truncate(path, 2**40)  # a sparse file
    assert_rejected(path, f"expected at most .* bytes for this engine, got {2**40}")


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
    """Return the paths of all values in the header."""
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
def test_random_header_is_rejected_or_usable(make_engine, images, saved, tmp_path, data):
    header, tensors = opened(saved)
    place = data.draw(st.sampled_from(_places(header)))
    _put(data.draw(JSON), *place)(header, tensors)
    path = tmp_path / "tampered"
    path.write_bytes(sealed(json.dumps(header), tensors))
    engine = make_engine(max_commands=1)
    try:
        engine.load(path, ["camera"])
    except MemoryFileError:
        assert engine.commands == ()
    else:
        for index in (6, 7):
            engine.step(Frame(images[index], stamp_ns=index))
