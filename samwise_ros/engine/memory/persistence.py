"""Saving the commands and memories of an engine, and loading them in another process."""

import reprlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from samwise_ros.engine.backend.protocol import Backend
from samwise_ros.engine.commands import TrackedCommand
from samwise_ros.engine.config import EngineConfig
from samwise_ros.engine.memory import file as memory_file
from samwise_ros.engine.memory.file import MemoryFileError
from samwise_ros.engine.memory.schema import (
    FORMAT,
    MAX_PIXELS,
    CameraRecord,
    CommandRecord,
    MemoryFileHeader,
    MemoryRecord,
)
from samwise_ros.engine.memory.store import Memory, MemoryStore
from samwise_ros.engine.tracking.appearance import COLOURS, Appearance
from samwise_ros.engine.tracking.identity import Identity
from samwise_ros.engine.tracking.target_state import TargetTrack, to_box
from samwise_ros.engine.types import Command, TargetState

# Fits the longest id and sentence of a command twice, and the counters and tensor names.
_HEADER_BYTES = 20 * 1024


@dataclass(frozen=True, eq=False)
class EngineSnapshot:
    """The content of a memory file.

    Attributes:
        commands: the active commands.
        store: all memories.
        sizes: height and width of the cameras' last images, pixels.
    """

    commands: tuple[TrackedCommand, ...]
    store: MemoryStore
    sizes: dict[str, tuple[int, int]]


class Persistence:
    """Writes and reads the memory files of one engine.

    For each camera, a file holds up to two memories per command of ``max_commands``. A memory has
    the network's tensors (``memory_bytes_per_command`` of `Engine.describe`), one bit per pixel of
    the camera's image, at most ``MAX_PIXELS`` of them, 4,096 bytes for the object's appearance, and
    at most 20 KiB in the header.
    """

    def __init__(self, backend: Backend[Any, Any], config: EngineConfig) -> None:
        """Use the backend and the configuration of an engine."""
        self._backend, self._config = backend, config

    def save(self, path: Path, snapshot: EngineSnapshot) -> None:
        """Write a file in one step, without temporary commands and their memories.

        Raises:
            MemoryFileError: the file cannot be written, or no engine could load it.
        """
        try:
            memories = _saved_memories(snapshot)
            header, tensors = self._header(snapshot, memories), _tensors(memories)
            limit = self._max_header_bytes(len(_named_cameras(header)))
            memory_file.write(path, asdict(header), tensors, limit)
        except OSError as error:
            raise MemoryFileError(f"{path}: cannot be written: {error.strerror}") from error
        except ValueError as error:
            raise MemoryFileError(f"{path}: cannot be written: {error}") from error

    def load(self, path: Path, cameras: Sequence[str]) -> EngineSnapshot:
        """Read a file and check its whole content.

        Args:
            path: of the file.
            cameras: names of the present cameras.

        Raises:
            MemoryFileError: the file cannot be read, or belongs to another network or camera.
        """
        count = max(len(set(cameras)), 1)
        max_header = self._max_header_bytes(count)
        empty = self._backend.empty_memory().tensors()
        memory_bytes = sum(tensor.nbytes for tensor in empty.values()) + MAX_PIXELS // 8
        memory_bytes += 2 * COLOURS * 4
        try:
            max_bytes = 8 + max_header + self._config.max_remembered * count * memory_bytes
            data, tensors = memory_file.read(path, max_bytes, max_header)
            header = MemoryFileHeader.of(data)
            self._check(header, cameras)
            return self._snapshot(header, tensors)
        except OSError as error:
            raise MemoryFileError(f"{path}: cannot be read: {error.strerror}") from error
        except ValueError as error:
            raise MemoryFileError(f"{path}: {error}") from error

    def _max_header_bytes(self, cameras: int) -> int:
        return _HEADER_BYTES * (1 + self._config.max_remembered * max(cameras, 1))

    def _header(
        self, snapshot: EngineSnapshot, memories: Sequence[tuple[Command, str, Memory]]
    ) -> MemoryFileHeader:
        cameras = sorted({camera for _, camera, _ in memories})
        return MemoryFileHeader(
            format=FORMAT,
            network=self._backend.fingerprint,
            precision=self._backend.precision,
            mode=self._config.mode,
            memory_policy=self._config.memory_policy,
            cameras=[
                CameraRecord(name, snapshot.sizes[name][1], snapshot.sizes[name][0])
                for name in cameras
            ],
            commands=[
                CommandRecord(
                    tracked.command.id,
                    tracked.command.sentence,
                    list(tracked.command.cameras),
                    tracked.label,
                    tracked.paused,
                )
                for tracked in snapshot.commands
                if not tracked.command.temporary
            ],
            memories=[
                MemoryRecord(
                    id=command.id,
                    sentence=command.sentence,
                    camera=camera,
                    frames=memory.network.frames,
                    last_applied=memory.network.last_switch_frame,
                    last_probability=memory.network.last_switch_probability,
                    state=memory.track.state.name,
                    seen=memory.track.frames_tracked,
                    unseen=memory.track.frames_lost,
                    same=memory.track.frames_same,
                    missed=memory.track.frames_unseen,
                    area=memory.track.identity.area,
                )
                for command, camera, memory in memories
            ],
        )

    def _check(self, header: MemoryFileHeader, cameras: Sequence[str]) -> None:
        """Raise ValueError for a file of another engine."""
        for name, expected, got in (
            # First: the fingerprint depends on the precision.
            ("precision", self._backend.precision, header.precision),
            ("network", self._backend.fingerprint, header.network),
            ("mode", self._config.mode, header.mode),
            # Under each policy, an empty place of a ring means something else.
            ("memory_policy", self._config.memory_policy, header.memory_policy),
        ):
            if got != expected:
                raise ValueError(
                    f"belongs to another {name}: expected {expected[:16]!r}, got {got[:16]!a}"
                )
        if others := sorted(_named_cameras(header) - set(cameras))[:3]:
            raise ValueError(
                f"belongs to another camera: expected some of {list(cameras)}, got {others}"
            )
        active, limit = len(header.commands), self._config.max_commands
        if active > limit:
            raise ValueError(f"max_commands: expected at most {limit} commands, got {active}")
        remembered = len({record.command for record in header.memories})
        if remembered > self._config.max_remembered:
            raise ValueError(
                f"max_commands: expected memories of at most {self._config.max_remembered} "
                f"commands, twice max_commands, got {remembered}"
            )

    def _snapshot(self, header: MemoryFileHeader, tensors: dict[str, Tensor]) -> EngineSnapshot:
        sizes = {camera.name: (camera.height, camera.width) for camera in header.cameras}
        store = MemoryStore(self._backend.empty_memory, self._config.max_remembered)
        for index, record in enumerate(header.memories):
            memory = self._memory(index, record, sizes[record.camera], tensors)
            store.put(record.command, record.camera, memory)
        if tensors:
            raise ValueError(f"has tensors of no memory: {reprlib.repr(sorted(tensors))}")
        commands = tuple(self._tracked(record) for record in header.commands)
        return EngineSnapshot(commands, store, sizes)

    def _memory(
        self, index: int, record: MemoryRecord, size: tuple[int, int], tensors: dict[str, Tensor]
    ) -> Memory:
        """Build a memory; removes its tensors from ``tensors``."""
        network = self._backend.empty_memory()
        network.restore(
            {
                name: _take(f"{index}.{name}", like, tensors)
                for name, like in network.tensors().items()
            }
        )
        network.frames = record.frames
        network.last_switch_frame = record.last_applied
        network.last_switch_probability = record.last_probability
        mask = _take_mask(f"{index}.last_mask", size, tensors)
        state = TargetState[record.state]
        if mask is None and (record.seen or state is not TargetState.SEARCHING):
            raise ValueError(f"{index}.last_mask: expected the mask of a seen target, got none")
        appearance = _take_appearance(f"{index}.appearance", mask, record.area, tensors)
        identity = Identity(appearance, mask)
        # The frames on another object are counted again from here.
        track = TargetTrack(state, record.seen, record.unseen, identity, record.same, record.missed)
        if state is TargetState.LOST and mask is not None:
            track.lost_at = to_box(mask)
        return Memory(network, track)

    def _tracked(self, record: CommandRecord) -> TrackedCommand:
        text = self._backend.encode_text(record.sentence)
        _, unknown_words = self._backend.known_and_unknown_words(record.sentence)
        return TrackedCommand(
            record.command, record.label, text, tuple(unknown_words), record.paused
        )


def _named_cameras(header: MemoryFileHeader) -> set[str]:
    names = {camera.name for camera in header.cameras}
    return names.union(*(command.cameras for command in header.commands))


def _saved_memories(snapshot: EngineSnapshot) -> list[tuple[Command, str, Memory]]:
    """Return the memories of all commands that are not temporary."""
    commands = (tracked.command for tracked in snapshot.commands)
    left_out = {command.id for command in commands if command.temporary}
    return [one for one in snapshot.store if one[0].id not in left_out]


def _tensors(memories: Sequence[tuple[Command, str, Memory]]) -> dict[str, Tensor]:
    """Return all tensors of memories by name, on the CPU."""
    tensors = {}
    for index, (_, _, memory) in enumerate(memories):
        for name, tensor in memory.network.tensors().items():
            key = f"{index}.{name}"
            tensors[key] = _finite(key, tensor.cpu().contiguous())
        identity = memory.track.identity
        if identity.mask is not None:
            tensors[f"{index}.last_mask"] = torch.from_numpy(np.packbits(identity.mask))
        if identity.appearance is not None:
            shares = (identity.appearance.colours, identity.appearance.surroundings)
            tensors[f"{index}.appearance"] = torch.from_numpy(np.stack(shares))
    return tensors


def _take(name: str, like: Tensor, tensors: dict[str, Tensor]) -> Tensor:
    """Remove and return a tensor of the shape and dtype of another one."""
    tensor = tensors.pop(name, None)
    if tensor is None or tensor.shape != like.shape or tensor.dtype != like.dtype:
        got = "none" if tensor is None else _shape(tensor)
        raise ValueError(f"{name}: expected {_shape(like)}, got {got}")
    return _finite(name, tensor)


def _finite(name: str, tensor: Tensor) -> Tensor:
    if not bool(torch.isfinite(tensor).all()):
        raise ValueError(f"{name}: expected finite numbers, got NaN or infinity")
    return tensor


def _take_mask(
    name: str, size: tuple[int, int], tensors: dict[str, Tensor]
) -> NDArray[np.bool_] | None:
    """Remove and unpack a mask (H, W), if there is one."""
    packed = tensors.pop(name, None)
    if packed is None:
        return None
    pixels = size[0] * size[1]
    if packed.dtype != torch.uint8 or packed.shape != ((pixels + 7) // 8,):
        raise ValueError(f"{name}: expected {(pixels + 7) // 8} bytes, got {_shape(packed)}")
    return np.unpackbits(packed.numpy(), count=pixels).reshape(size).astype(np.bool_)


def _take_appearance(
    name: str, mask: NDArray[np.bool_] | None, area: float, tensors: dict[str, Tensor]
) -> Appearance | None:
    """Remove the appearance of an object, if there is one; files of version 0.2 have none."""
    if name not in tensors:
        return None
    if mask is None:
        raise ValueError(f"{name}: expected none without a mask")
    shares = _take(name, torch.zeros(2, COLOURS), tensors).numpy()
    if shares.min() < 0 or shares.max() > 1:
        raise ValueError(f"{name}: expected shares from 0 to 1")
    return Appearance(shares[0], shares[1], area or float(np.count_nonzero(mask)))


def _shape(tensor: Tensor) -> str:
    return f"{tuple(tensor.shape)} {str(tensor.dtype).removeprefix('torch.')}"
