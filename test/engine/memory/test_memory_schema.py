"""Invalid content of memory files: the error names the reason, and nothing changes."""

import json
import os

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from random_network import random_network
from tampered_files import opened, sealed
from tampered_headers import TAMPERED, put

from samwise_ros.engine.backend.samwise_backend import SamwiseBackend
from samwise_ros.engine.config import EngineConfig
from samwise_ros.engine.engine import Engine
from samwise_ros.engine.memory.file import MemoryFileError
from samwise_ros.engine.types import Command, Frame

MUG = Command("a", "the red mug", ("camera",))


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
    put(data.draw(JSON), *place)(header, tensors)
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
