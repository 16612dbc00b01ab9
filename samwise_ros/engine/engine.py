"""The streaming engine: frames and commands in, targets and events out."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from samwise_ros.engine.backend.find_model import DEFAULT_MODEL
from samwise_ros.engine.backend.protocol import Backend
from samwise_ros.engine.backend.samwise_backend import SamwiseBackend
from samwise_ros.engine.camera_stream import CameraStream
from samwise_ros.engine.command_set import CommandSet
from samwise_ros.engine.commands import CommandStatus, with_free_ids
from samwise_ros.engine.config import EngineConfig
from samwise_ros.engine.events import interrupted, raise_or_warn, restarted, unknown
from samwise_ros.engine.frame_source import read_frames
from samwise_ros.engine.memory.persistence import EngineSnapshot, Persistence
from samwise_ros.engine.memory.store import MemoryStore
from samwise_ros.engine.tracking.target_state import update_target
from samwise_ros.engine.types import Command, Event, Frame, FrameResult, Target


class Engine:
    """Tracks the objects that sentences describe through the frames of cameras.

    An engine is not thread-safe. `track` and `run` cover the common case: sentences and one
    video. `set_commands` and `step` give control over ids, cameras and stamps. They report an
    invalid command as a REJECTED event and raise for an invalid image only.

    Attributes:
        config: thresholds and mode.
    """

    def __init__(self, backend: Backend[Any, Any], config: EngineConfig | None = None) -> None:
        """Create an engine on a backend; the engine then owns the backend."""
        self.config = config or EngineConfig()
        self._backend = backend
        self._store = MemoryStore(backend.empty_memory, self.config.max_remembered)
        self._commands = CommandSet(backend, self._store.state, self.config)
        self._streams: dict[str, CameraStream] = {}
        self._persistence = Persistence(backend, self.config)

    @classmethod
    def from_model(
        cls,
        model: str = DEFAULT_MODEL,
        *,
        device: str = "auto",
        precision: str = "auto",
        config: EngineConfig | None = None,
    ) -> "Engine":
        """Load a model.

        Args:
            model: name of a shipped or installed model, or path of a model folder.
            device: ``auto`` (CUDA if available, else the CPU), ``cpu``, ``cuda`` or ``cuda:N``.
            precision: ``auto`` (bfloat16 on CUDA), ``float32``, ``bfloat16`` or ``float16``.
            config: thresholds and mode.

        Raises:
            CheckpointError: the model cannot be loaded; the message names the file.
            ValueError: the device or precision is invalid or not available.
        """
        return cls(SamwiseBackend.from_model(model, device=device, precision=precision), config)

    @property
    def commands(self) -> tuple[CommandStatus, ...]:
        """The active commands in the order of their labels."""
        return tuple(one.status(self._store.state(one.command)) for one in self._commands)

    def commands_on(self, camera: str) -> tuple[CommandStatus, ...]:
        """Return the active commands that cover a camera, with their states on it."""
        covering = [one for one in self._commands if one.covers(camera)]
        return tuple(one.status(self._store.state(one.command, camera)) for one in covering)

    def track(self, *sentences: str, cameras: Sequence[str] = ()) -> tuple[Command, ...]:
        """Track sentences in addition to the active commands.

        Args:
            sentences: descriptions of objects, in plain English.
            cameras: names of the cameras to search; empty for all.

        Returns:
            The command of each sentence, with its generated id. A sentence that is tracked on the
            same cameras already keeps its command.

        Raises:
            CommandRejectedError: a sentence is invalid, the model knows none of its content words,
                or there are too many commands. Nothing has changed then.

        Warns:
            UnknownWordsWarning: the model knows only some words of a sentence.
        """
        active = [tracked.command for tracked in self._commands]
        commands = with_free_ids(sentences, tuple(cameras), active)
        new = [command for command in dict.fromkeys(commands) if command not in active]
        raise_or_warn(self.set_commands([*active, *new]))
        return commands

    def run(
        self, source: str | Path | Iterable[NDArray[np.uint8]], *, camera: str = "camera"
    ) -> Iterator[FrameResult]:
        """Process a video frame by frame.

        Stamps start at 0. A second source on the same camera restarts its memories, unless
        ``reset_on_time_jump`` is off.

        Args:
            source: path of a video or of a folder of images, or (H, W, 3) uint8 RGB images.
            camera: name of the camera that the frames belong to.

        Yields:
            The result of each frame, in order. In clip mode the first result of a clip follows
            its last frame.

        Raises:
            VideoError: the source cannot be read.
            ValueError: an image has another shape or dtype.
        """
        if stream := self._streams.get(camera):
            stream.has_ended = stream.stamp_ns is not None
        for frame in read_frames(source, camera):
            yield from self.step(frame)
        yield from self.flush()

    def set_commands(self, commands: Sequence[Command]) -> tuple[Event, ...]:
        """Replace the active commands. If one is rejected, nothing changes.

        Memories of removed commands are kept: if the same id and sentence are added again, they
        continue from their memory.

        Returns:
            REMOVED and ADDED for each change, or REJECTED for each invalid command.
        """
        return self._commands.replace_all(commands)

    def add(self, command: Command) -> tuple[Event, ...]:
        """Add a command, or change or resume the active command of its id."""
        return self._commands.add(command)

    def remove(self, command_id: str) -> tuple[Event, ...]:
        """Remove a command and its memory."""
        tracked = self._commands.get(command_id)
        events = self._commands.remove(command_id)
        if tracked is not None:
            self._store.forget(tracked.command)
        return events

    def pause(self, command_id: str) -> tuple[Event, ...]:
        """Skip a command on the next frames; its memory does not change."""
        return self._commands.set_paused(command_id, True)

    def resume(self, command_id: str) -> tuple[Event, ...]:
        """Continue a paused command from its memory."""
        return self._commands.set_paused(command_id, False)

    def reset(self, command_id: str | None = None, camera: str | None = None) -> tuple[Event, ...]:
        """Restart memories: of one command, or of all and replaced ones; on one camera or all."""
        chosen = [each for each in self._commands if command_id in (None, each.command.id)]
        if command_id is not None and not chosen:
            return (unknown(command_id),)
        events = []
        for tracked in chosen:
            state = self._store.state(tracked.command)
            self._store.forget(tracked.command, camera)
            events.append(restarted(tracked, "requested", camera, previous_state=state))
        if command_id is None:
            self._store.forget_camera(camera)
        return tuple(events)

    def step(self, frame: Frame) -> list[FrameResult]:
        """Process one frame.

        Args:
            frame: image, camera and stamp.

        Returns:
            In online mode the result of this frame. In clip mode nothing until a clip is full or
            the memories restart, then the result of each waiting frame. Nothing for a frame that is
            late (see ``late_tolerance``).

        Raises:
            ValueError: the image is not (H, W, 3) uint8; nothing has changed then.
        """
        image = frame.image
        if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3 or image.size == 0:
            raise ValueError(f"image: expected (H, W, 3) uint8, got {image.shape} {image.dtype}")
        stream = self._streams.setdefault(frame.camera, CameraStream(image.shape[:2]))
        if stream.is_late(frame, self.config.late_tolerance):
            return []
        results: list[FrameResult] = []
        reason = stream.break_reason(frame, self.config.reset_on_time_jump)
        if reason is not None:
            results = self._process_clip(stream)
            # Kept until a frame reports them: the network can fail on a frame of another size.
            stream.events += interrupted(self._commands, frame, reason, self._store.state)
            self._store.forget_camera(frame.camera)
        stream.advance(frame)
        stream.clip.append(frame)
        if self.config.mode == "online" or len(stream.clip) == self._backend.clip_frames:
            results.extend(self._process_clip(stream))
        return results

    def flush(self) -> list[FrameResult]:
        """Process the frames of clips that are not full; call it at the end of a video."""
        return [each for stream in self._streams.values() for each in self._process_clip(stream)]

    def save(self, path: str | Path) -> None:
        """Write the active commands and all memories to a file for `load`.

        The file is replaced in one step, so a crash leaves the previous file. `Persistence` states
        the size. Frames that wait for a full clip are not saved.

        Args:
            path: of the file; its folder is created. Only one engine may write to it at a time.

        Raises:
            MemoryFileError: the file cannot be written; the message names the path and the reason.
        """
        sizes = {camera: stream.size for camera, stream in self._streams.items()}
        snapshot = EngineSnapshot(tuple(self._commands), self._store, sizes)
        self._persistence.save(Path(path), snapshot)

    def load(self, path: str | Path, cameras: Sequence[str]) -> tuple[Event, ...]:
        """Replace all commands and memories by those of a file from `save`.

        The next masks are equal to those of the engine that saved. The first frame of each camera
        continues its memories whatever its stamp: a simulation or a bag may have restarted. An
        image of another size restarts them. Frames that wait for a full clip are dropped.

        Args:
            path: of the file.
            cameras: names of the present cameras.

        Returns:
            REMOVED and ADDED for the commands that changed, and RESET for the others, whose
            memories were replaced.

        Raises:
            MemoryFileError: the file is damaged, or belongs to another format, network, precision,
                mode or camera, or has more than ``max_commands``. Nothing has changed then.
        """
        snapshot = self._persistence.load(Path(path), cameras)
        events = self._commands.restore(snapshot.commands, snapshot.store.state)
        self._store = snapshot.store
        self._streams = {camera: CameraStream(size) for camera, size in snapshot.sizes.items()}
        return events

    def warm_up(self, height: int, width: int) -> None:
        """Process blank images of a size, which moves one-time costs ahead of the first frame."""
        self._backend.warm_up(height, width)

    def close(self) -> None:
        """Free the network and all memories; the engine cannot be used afterwards."""
        self._commands.clear()
        self._store.clear()
        self._backend.close()

    def describe(self) -> dict[str, object]:
        """Return facts about the model, the device and the mode, for display."""
        return {**self._backend.describe(), "mode": self.config.mode}

    def _process_clip(self, stream: CameraStream) -> list[FrameResult]:
        """Process the frames of a camera that wait; in online mode, one does at most."""
        if not stream.clip:
            return []
        results = self._process(stream.take_clip(), stream.events)
        stream.events = ()
        return results

    def _process(self, frames: Sequence[Frame], events: tuple[Event, ...]) -> list[FrameResult]:
        camera = frames[0].camera
        tracked = [command for command in self._commands if command.applies_to(camera)]
        if not tracked:
            return [FrameResult(frame, (), () if i else events) for i, frame in enumerate(frames)]
        active = [command.command for command in self._commands]
        memories = [self._store.get(command.command, camera, active) for command in tracked]
        predictions = self._backend.run(
            np.stack([frame.image for frame in frames]),
            [command.text for command in tracked],
            [memory.network for memory in memories],
            self.config,
        )
        results: list[FrameResult] = []
        for frame, frame_predictions in zip(frames, predictions, strict=True):
            targets: list[Target] = []
            frame_events = [] if results else list(events)
            for command, memory, prediction in zip(
                tracked, memories, frame_predictions, strict=True
            ):
                target, changes = update_target(
                    frame, command, memory.track, prediction, self.config
                )
                targets.append(target)
                frame_events.extend(changes)
            results.append(FrameResult(frame, tuple(targets), tuple(frame_events)))
        return results
