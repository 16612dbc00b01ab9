"""What frames leave in the memory."""

from collections.abc import Callable

import pytest
import torch

from samwise_ros.engine.backend.memory_policy import POLICIES
from samwise_ros.engine.backend.memory_rings import MemoryRings
from samwise_ros.engine.config import EngineConfig
from samwise_ros.engine.memory.file import MemoryFileError
from samwise_ros.engine.types import Command, Frame
from samwise_ros.network.decoder_output import DecoderOutput, TrackOutput
from samwise_ros.network.memory_bank import MEMORY_FRAMES, MEMORY_POINTERS

GATED = POLICIES["gated"]
CLEAR, VAGUE, ABSENT = (8.0, 3.0), (0.5, 3.0), (8.0, -3.0)  # mask logit inside, score logit


def empty_memory() -> MemoryRings:
    return MemoryRings(torch.zeros(MEMORY_FRAMES, 1, 1, 1), torch.zeros(MEMORY_POINTERS, 1), ())


def output(*rows: tuple[float, float], applied: bool | None = None, number: float) -> TrackOutput:
    """Return the output of a frame, whose memory and pointer are its number."""
    logits = torch.full((len(rows), 1, 8, 8), -8.0)
    for row, (inside, _) in enumerate(rows):
        logits[row, :, 2:6, 2:6] = inside
    scores = torch.tensor([[score] for _, score in rows])
    decoded = DecoderOutput(logits, scores, torch.full((len(rows), 1), number), scores)
    flags = None if applied is None else torch.tensor([applied] * len(rows))
    return TrackOutput(decoded, applied=flags)


@pytest.fixture
def write() -> Callable[..., list[MemoryRings]]:
    """Write frames, numbered from 1, to one memory for each row."""

    def run(*frames: TrackOutput) -> list[MemoryRings]:
        memories = [empty_memory() for _ in frames[0].decoded.score]
        for frame in frames:
            GATED.write(memories, frame.decoded.pointer[:, :, None, None], frame)
        return memories

    return run


def numbers(memory: MemoryRings) -> list[int]:
    return [int(number) for number in memory.memories.flatten()]


def test_frames_without_a_clear_mask_are_not_written(write):
    kinds = [CLEAR, VAGUE, ABSENT, CLEAR]
    (memory,) = write(*(output(kind, number=k) for k, kind in enumerate(kinds, 1)))
    assert numbers(memory) == [4, 0, 0, 0, 1, 4]
    assert memory.pointers.flatten().tolist() == [4] + [0] * 12 + [1, 4]
    assert memory.frames == 4


def test_gates_are_per_command(write):
    first, second = write(output(CLEAR, VAGUE, number=1), output(ABSENT, CLEAR, number=2))
    assert (numbers(first)[-2:], numbers(second)[-2:]) == ([0, 1], [0, 2])


def test_written_candidate_is_kept_whatever_the_mask(write):
    (memory,) = write(
        output(ABSENT, applied=True, number=1), output(VAGUE, applied=False, number=2)
    )
    assert numbers(memory) == [0, 0, 0, 0, 0, 1]


def test_anchor_is_the_fifth_clear_frame_and_stays(write):
    (memory,) = write(*(output(CLEAR, number=number) for number in range(1, 31)))
    assert numbers(memory) == [5, 26, 27, 28, 29, 30]
    assert memory.pointers.flatten().tolist() == [5, *range(17, 31)]


def test_empty_entries_are_masked(write):
    memories = [*write(output(CLEAR, number=1), output(CLEAR, number=2)), empty_memory()]
    bank, is_empty = GATED.read(memories)
    assert is_empty.tolist() == [False, True]
    filled = [True, False, False, False, True, True]
    assert bank.mask[0].tolist() == filled + [True] + [False] * 12 + [True, True]
    assert bank.mask[1].all()  # attention needs a key; the network replaces the result


def test_without_memory_the_window_is_all_that_is_known(make_engine, images):
    scores = []
    for first in (images[0], 255 - images[0]):
        engine = make_engine(memory_policy="none")
        engine.add(Command("a", "the red mug"))
        window = [images[0]] * 22  # three adapters, each of which sees seven frames before
        for index, image in enumerate([first, *window]):
            (result,) = engine.step(Frame(image, stamp_ns=index))
        scores.append(result.targets[0].score)
    assert scores[0] == pytest.approx(scores[1], abs=1e-6)
    memory = empty_memory()
    shown = output(CLEAR, number=1)
    POLICIES["none"].write([memory], shown.decoded.pointer[:, :, None, None], shown)
    assert POLICIES["none"].read([memory]) == (None, None)
    assert (memory.frames, numbers(memory)) == (1, [0] * MEMORY_FRAMES)


@pytest.mark.parametrize("policy", ["paper", "gated", "none"])
@pytest.mark.parametrize("other", ["paper", "gated", "none"])
def test_memory_file_belongs_to_a_policy(make_engine, images, tmp_path, policy, other):
    first, second = (make_engine(memory_policy=name) for name in (policy, other))
    first.add(Command("a", "the red mug"))
    first.step(Frame(images[0], stamp_ns=0))
    first.save(tmp_path / "memory")
    if policy != other:
        with pytest.raises(MemoryFileError, match="belongs to another memory_policy: expected"):
            second.load(tmp_path / "memory", ["camera"])
        return
    second.load(tmp_path / "memory", ["camera"])
    assert [command.command.id for command in second.commands] == ["a"]


def test_unknown_policy_is_rejected():
    with pytest.raises(ValueError, match="memory_policy: expected paper, gated, none, got 'all'"):
        EngineConfig(memory_policy="all")
