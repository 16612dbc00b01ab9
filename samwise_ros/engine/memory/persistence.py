"""From what an engine keeps to a memory file, and back into an engine of another process."""

import reprlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from samwise_ros.engine.backend.inference import Inference
from samwise_ros.engine.commands import TrackedCommand
from samwise_ros.engine.config import EngineConfig
from samwise_ros.engine.memory import file as memory_file
from samwise_ros.engine.memory.file import MemoryFileError
from samwise_ros.engine.memory.rings import Memory
from samwise_ros.engine.memory.schema import (
    FORMAT,
    MAX_PIXELS,
    CameraFacts,
    CommandFacts,
    MemoryFacts,
    MemoryFileHeader,
)
from samwise_ros.engine.memory.store import MemoryStore
from samwise_ros.engine.tracking.target_state import TargetTrack
from samwise_ros.engine.types import TargetState

# For a command's longest sentence and id, twice, and what is told of its memory and tensors.
_HEADER_BYTES = 20 * 1024


@dataclass(frozen=True, eq=False)
class EngineSnapshot:
    """What an engine keeps.

    Attributes:
        commands: the living ones.
        store: all memories.
        sizes: height and width of the cameras' last images, pixels.
    """

    commands: tuple[TrackedCommand, ...]
    store: MemoryStore
    sizes: dict[str, tuple[int, int]]


class Persistence:
    """Writes and reads the memory files of one engine.

    A file holds up to two memories of every camera for each of ``max_commands``; of a memory the
    tensors (``Inference.memory_bytes``), a bit for each pixel of the camera's image, of which
    there are at most ``MAX_PIXELS``, and at most 20 KiB of names, shapes and facts.
    """

    def __init__(self, inference: Inference, config: EngineConfig) -> None:
        """Take what an engine works with."""
        self._inference, self._config = inference, config

    def save(self, path: Path, kept: EngineSnapshot) -> None:
        """Write the file, whole or not at all.

        Raises:
            MemoryFileError: it cannot be written, or no engine would take it.
        """
        try:
            facts, tensors = self._facts(kept), _tensors(kept.store)
            named = {one.name for one in facts.cameras}.union(*(c.cameras for c in facts.commands))
            memory_file.write(path, asdict(facts), tensors, self._max_header_bytes(len(named)))
        except OSError as error:
            raise MemoryFileError(f"{path}: cannot be written: {error.strerror}") from error
        except ValueError as error:
            raise MemoryFileError(f"{path}: cannot be written: {error}") from error

    def load(self, path: Path, cameras: Sequence[str]) -> EngineSnapshot:
        """Read a file and check all that is in it.

        Args:
            path: the file.
            cameras: those there are.

        Raises:
            MemoryFileError: it cannot be read, or is not of this network and these cameras.
        """
        places = max(len(set(cameras)), 1)
        header = self._max_header_bytes(places)
        each = self._inference.memory_bytes + MAX_PIXELS // 8
        try:
            most = 8 + header + self._config.max_remembered * places * each
            data, tensors = memory_file.read(path, most, header)
            facts = MemoryFileHeader.of(data)
            self._check(facts, cameras)
            return self._kept(facts, tensors)
        except OSError as error:
            raise MemoryFileError(f"{path}: cannot be read: {error.strerror}") from error
        except ValueError as error:
            raise MemoryFileError(f"{path}: {error}") from error

    def _max_header_bytes(self, cameras: int) -> int:
        return _HEADER_BYTES * (1 + self._config.max_remembered * max(cameras, 1))

    def _facts(self, kept: EngineSnapshot) -> MemoryFileHeader:
        memories = list(kept.store)
        cameras = sorted({camera for _, camera, _ in memories})
        return MemoryFileHeader(
            FORMAT,
            self._inference.fingerprint,
            self._inference.precision,
            self._config.mode,
            [CameraFacts(one, kept.sizes[one][1], kept.sizes[one][0]) for one in cameras],
            [
                CommandFacts(
                    one.command.id,
                    one.command.sentence,
                    list(one.command.cameras),
                    one.label,
                    one.paused,
                )
                for one in kept.commands
            ],
            [
                MemoryFacts(
                    command.id,
                    command.sentence,
                    camera,
                    memory.frames,
                    memory.last_applied,
                    memory.last_probability,
                    memory.track.state.name,
                    memory.track.seen,
                    memory.track.unseen,
                )
                for command, camera, memory in memories
            ],
        )

    def _check(self, facts: MemoryFileHeader, cameras: Sequence[str]) -> None:
        """Refuse what is not of this engine."""
        for name, expected, got in (
            # First, since it is part of the network's fingerprint.
            ("precision", self._inference.precision, facts.precision),
            ("network", self._inference.fingerprint, facts.network),
            ("mode", self._config.mode, facts.mode),
        ):
            if got != expected:
                raise ValueError(
                    f"is of another {name}: expected {expected[:16]!r}, got {got[:16]!a}"
                )
        named = {one.name for one in facts.cameras}.union(*(c.cameras for c in facts.commands))
        if others := sorted(named - set(cameras))[:3]:
            raise ValueError(
                f"is of another camera: expected some of {list(cameras)}, got {others}"
            )
        followed, limit = len(facts.commands), self._config.max_commands
        if followed > limit:
            raise ValueError(f"max_commands: expected at most {limit} commands, got {followed}")
        remembered = len({one.command for one in facts.memories})
        if remembered > self._config.max_remembered:
            raise ValueError(
                f"max_commands: expected memories of at most {self._config.max_remembered} "
                f"commands, twice as many, got {remembered}"
            )

    def _kept(self, facts: MemoryFileHeader, tensors: dict[str, Tensor]) -> EngineSnapshot:
        sizes = {one.name: (one.height, one.width) for one in facts.cameras}
        empty = self._inference.empty_memory()
        store = MemoryStore(self._inference.empty_memory, self._config.max_remembered)
        for index, one in enumerate(facts.memories):
            memory = self._memory(index, one, sizes[one.camera], empty, tensors)
            store.put(one.command, one.camera, memory)
        if tensors:
            raise ValueError(f"holds tensors of no memory: {reprlib.repr(sorted(tensors))}")
        return EngineSnapshot(tuple(self._living(one) for one in facts.commands), store, sizes)

    def _memory(
        self,
        index: int,
        facts: MemoryFacts,
        size: tuple[int, int],
        empty: Memory,
        tensors: dict[str, Tensor],
    ) -> Memory:
        """Build a memory from its tensors, which leave ``tensors``."""
        rings = {
            name: _ring(f"{index}.{name}", like, tensors) for name, like in empty.tensors().items()
        }
        mask = _unpacked(f"{index}.last_mask", size, tensors)
        state = TargetState[facts.state]
        if mask is None and (facts.seen or state is not TargetState.SEARCHING):
            raise ValueError(f"{index}.last_mask: expected one of a target that was seen, got none")
        return Memory(
            rings.pop("memories"),
            rings.pop("pointers"),
            tuple(rings.values()),
            TargetTrack(state, facts.seen, facts.unseen, mask),
            facts.frames,
            facts.last_applied,
            facts.last_probability,
        )

    def _living(self, facts: CommandFacts) -> TrackedCommand:
        text, verbs = self._inference.read(facts.sentence)
        return TrackedCommand(facts.command, facts.label, text, verbs, facts.paused)


def _tensors(store: MemoryStore) -> dict[str, Tensor]:
    """Name all that is remembered, on the CPU."""
    found = {}
    for index, (_, _, memory) in enumerate(store):
        for name, ring in memory.tensors().items():
            found[f"{index}.{name}"] = _finite(f"{index}.{name}", ring.cpu().contiguous())
        if memory.track.last_mask is not None:
            found[f"{index}.last_mask"] = torch.from_numpy(np.packbits(memory.track.last_mask))
    return found


def _ring(name: str, like: Tensor, tensors: dict[str, Tensor]) -> Tensor:
    """Take a tensor of the shape and type, and to the device, of one that is there."""
    ring = tensors.pop(name, None)
    if ring is None or ring.shape != like.shape or ring.dtype != like.dtype:
        expected, got = _shape(like), "none" if ring is None else _shape(ring)
        raise ValueError(f"{name}: expected {expected}, got {got}")
    return _finite(name, ring).to(like.device)


def _finite(name: str, ring: Tensor) -> Tensor:
    if not bool(torch.isfinite(ring).all()):
        raise ValueError(f"{name}: expected finite numbers, got others")
    return ring


def _unpacked(
    name: str, size: tuple[int, int], tensors: dict[str, Tensor]
) -> NDArray[np.bool_] | None:
    packed = tensors.pop(name, None)
    if packed is None:
        return None
    pixels = size[0] * size[1]
    if packed.dtype != torch.uint8 or packed.shape != ((pixels + 7) // 8,):
        raise ValueError(f"{name}: expected {(pixels + 7) // 8} bytes, got {_shape(packed)}")
    return np.unpackbits(packed.numpy(), count=pixels).reshape(size).astype(np.bool_)


def _shape(tensor: Tensor) -> str:
    return f"{tuple(tensor.shape)} {str(tensor.dtype).removeprefix('torch.')}"
