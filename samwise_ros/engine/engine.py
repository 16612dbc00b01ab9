"""The streaming engine: frames and commands in, targets and events out, for days."""

import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch

from samwise_ros.engine.backend.inference import Inference
from samwise_ros.engine.camera_stream import LastFrame
from samwise_ros.engine.commands import CommandStatus, TrackedCommand, free_label, rejection_reason
from samwise_ros.engine.config import EngineConfig
from samwise_ros.engine.events import added, rejected, removed, restarted, unknown
from samwise_ros.engine.memory.persistence import EngineSnapshot, Persistence
from samwise_ros.engine.memory.store import MemoryStore
from samwise_ros.engine.tracking.outcome import update_target
from samwise_ros.engine.types import Command, Event, Frame, FrameResult, Target
from samwise_ros.network.checkpoints.model_folder import load_model
from samwise_ros.network.memory_bank import MEMORY_FRAMES, MEMORY_POINTERS
from samwise_ros.network.samwise import Samwise
from samwise_ros.network.text.tokenizer import SentenceTokenizer


class ImagesOnlyWarning(UserWarning):
    """The model that is to follow objects in video was trained on images only."""


class Engine:
    """Follows what any number of commands mean through the frames of any number of cameras.

    One thread owns an engine. Commands that cannot be taken give a REJECTED event and change
    nothing; only a frame that is no image raises.
    """

    def __init__(
        self,
        network: Samwise,
        tokenizer: SentenceTokenizer,
        config: EngineConfig | None = None,
        device: str = "auto",
        precision: str = "auto",
    ) -> None:
        """Put a network to work.

        Args:
            network: its weights are frozen and moved to the device.
            tokenizer: the network's.
            config: how numbers become targets and events.
            device: ``auto`` (CUDA where there is one), ``cpu``, ``cuda`` or ``cuda:N``.
            precision: ``auto`` (bfloat16 on CUDA), ``float32``, ``bfloat16`` or ``float16``.

        Raises:
            ValueError: for a device or precision that is not there.
        """
        if network.trained_frames == 1:
            # Published for MeViS: the loss against the same network trained on clips.
            warnings.warn(
                "this model was trained on images only: on video it scores over 20 points of J&F "
                "less than one trained on clips; train it on video first",
                ImagesOnlyWarning,
                stacklevel=2,
            )
        self.config = config or EngineConfig()
        self._inference = Inference(network, tokenizer, device, precision)
        self._commands: dict[str, TrackedCommand] = {}
        self._store = MemoryStore(self._inference.empty_memory, self.config.max_remembered)
        self._last: dict[str, LastFrame] = {}
        # Frames that wait for their clip to fill, and what happened before the first of them.
        self._clips: dict[str, tuple[list[Frame], tuple[Event, ...]]] = {}
        self._persistence = Persistence(self._inference, self.config)
        self._model = "network"

    @classmethod
    def from_model(
        cls,
        model: str,
        device: str = "auto",
        precision: str = "auto",
        config: EngineConfig | None = None,
    ) -> "Engine":
        """Load a shipped model by name, or a model folder by path, and put it to work.

        Raises:
            ValueError: naming the file and what is wrong with it, or a device that is not there.
        """
        network, tokenizer = load_model(model)
        engine = cls(network, tokenizer, config, device, precision)
        engine._model = model
        return engine

    @property
    def commands(self) -> tuple[CommandStatus, ...]:
        """The living commands in the order of their labels."""
        living = sorted(self._commands.values(), key=lambda one: one.label)
        return tuple(
            CommandStatus(one.command, one.label, one.paused, self._store.state(one.command))
            for one in living
        )

    def set_commands(self, commands: Sequence[Command]) -> tuple[Event, ...]:
        """Make these the living commands, all of them or, if one is refused, none.

        A command that goes keeps its memory for the case that it comes back.
        """
        refused = [event for command in commands for event in self._refuse(command)]
        if len({command.id for command in commands}) > self.config.max_commands:
            refused.append(rejected(commands[-1], self._too_many))
        if refused:
            return tuple(refused)
        wanted = {command.id for command in commands}
        gone = [self._drop(one) for name, one in list(self._commands.items()) if name not in wanted]
        return (*gone, *(event for command in commands for event in self.add(command)))

    def add(self, command: Command) -> tuple[Event, ...]:
        """Add a command, or give the living one of that id another sentence or cameras."""
        refused = self._refuse(command)
        if refused:
            return refused
        living = self._commands.get(command.id)
        if living is not None and living.command.sentence == command.sentence:
            living.command = command
            return ()
        if living is None and len(self._commands) >= self.config.max_commands:
            return (rejected(command, self._too_many),)
        gone = () if living is None else (self._drop(living),)
        label = free_label({one.label for one in self._commands.values()})
        text, verbs = self._inference.read(command.sentence)
        new = self._commands[command.id] = TrackedCommand(command, label, text, verbs)
        return (*gone, added(new, self._store.state(command)))

    def remove(self, command_id: str) -> tuple[Event, ...]:
        """End a command and forget what it remembered."""
        living = self._commands.get(command_id)
        if living is None:
            return (unknown(command_id),)
        event = self._drop(living)
        self._store.forget(living.command)
        return (event,)

    def pause(self, command_id: str) -> tuple[Event, ...]:
        """Let frames pass a command by; its memory stays as it is."""
        return self._set_paused(command_id, True)

    def resume(self, command_id: str) -> tuple[Event, ...]:
        """Let a paused command go on where it was."""
        return self._set_paused(command_id, False)

    def reset(self, command_id: str | None = None, camera: str | None = None) -> tuple[Event, ...]:
        """Restart memories: of one command or of all, on one camera or on all."""
        if command_id is not None and command_id not in self._commands:
            return (unknown(command_id),)
        chosen = [one for name, one in self._commands.items() if command_id in (None, name)]
        return self._restart(chosen, camera, "asked for")

    def step(self, frame: Frame) -> list[FrameResult]:
        """Take one frame.

        Args:
            frame: (H, W, 3) uint8 image with its camera and stamp.

        Returns:
            In online mode this frame's result. In clip mode nothing until a clip is full, then a
            result for each of its frames.

        Raises:
            ValueError: for an image of another shape or type; nothing has changed then.
        """
        image = frame.image
        if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3 or image.size == 0:
            raise ValueError(f"image: expected (H, W, 3) uint8, got {image.shape} {image.dtype}")
        events = self._look_for_breaks(frame)
        self._last[frame.camera] = LastFrame.of(frame)
        if self.config.mode == "online":
            return self._process([frame], events)
        frames, events = self._clips.setdefault(frame.camera, ([], events))
        frames.append(frame)
        if len(frames) < self._inference.network.config.clip_frames:
            return []
        return self._process(*self._clips.pop(frame.camera))

    def flush(self) -> list[FrameResult]:
        """Process the frames that wait for their clip to fill; for the end of a video."""
        clips, self._clips = self._clips, {}
        return [result for clip in clips.values() for result in self._process(*clip)]

    def save(self, path: str | Path) -> None:
        """Write the living commands and all memories to a file that `load` goes on from.

        It is written whole or not at all: after a crash the file that was there is there. Its size
        is bounded as `Persistence` says. Frames that wait for their clip to fill are not in it.

        Args:
            path: of the file; its folder is made. One engine at a time writes to it.

        Raises:
            MemoryFileError: it cannot be written; the message names the path and the reason.
        """
        sizes = {camera: last.size for camera, last in self._last.items()}
        self._persistence.save(
            Path(path), EngineSnapshot(tuple(self._commands.values()), self._store, sizes)
        )

    def load(self, path: str | Path, cameras: Sequence[str]) -> tuple[Event, ...]:
        """Go on from what `save` wrote: the next masks are those of the engine that saved.

        The file's commands and memories take the place of those that are there. The first frame of
        a camera goes on from the file whatever its stamp, since a simulation or a bag may have
        begun anew; stamps that jump back later restart the memories as ever, and an image of
        another size does at once. Frames that wait for their clip to fill are dropped.

        Args:
            path: of the file.
            cameras: those there are.

        Returns:
            REMOVED and ADDED for the commands that went and came.

        Raises:
            MemoryFileError: naming the path and why the file is refused: it is damaged, of
                another format, network, precision, mode or camera, or has more commands than
                ``max_commands``. Nothing has changed then.
        """
        kept = self._persistence.load(Path(path), cameras)
        after = {one.command.id: one for one in kept.commands}
        gone = [
            self._drop(one)
            for name, one in list(self._commands.items())
            if name not in after or not one.same_target_as(after[name])
        ]
        came = [one for name, one in after.items() if name not in self._commands]
        self._commands, self._store = after, kept.store
        self._last = {camera: LastFrame(size) for camera, size in kept.sizes.items()}
        self._clips.clear()
        return (*gone, *(added(one, self._store.state(one.command)) for one in came))

    def warm_up(self, height: int, width: int) -> None:
        """Run the network on blank frames of a size, so that the first real one is not slow."""
        text, verbs = self._inference.read("warm up")
        command = TrackedCommand(Command("warm up", "warm up"), 1, text, verbs)
        memory = self._inference.empty_memory()
        image = np.zeros((1, height, width, 3), np.uint8)
        # Where frames are recorded, until one is: that takes longest.
        frames = MEMORY_POINTERS + 1 if self._inference.steady else MEMORY_FRAMES
        for _ in range(frames):
            self._inference.run(image, [command], [memory], True, "learned", 0.5)

    def close(self) -> None:
        """Let go of the network and of all memories, and of the device's memory too."""
        self._commands.clear()
        self._store.clear()
        self._inference.close()

    def describe(self) -> dict[str, object]:
        """Return what is at work, for people."""
        network, steady = self._inference.network, self._inference.steady
        of_a_gpu = {"cuda_graphs": steady.failure or len(steady.recordings)} if steady else {}
        return {
            "model": self._model,
            "device": str(self._inference.device),
            "precision": self._inference.precision,
            "threads": torch.get_num_threads(),
            "mode": self.config.mode,
            "image_size": network.config.image_size,
            "parameters": sum(parameter.numel() for parameter in network.parameters()),
            "memory_bytes_per_command": self._inference.memory_bytes,
            **of_a_gpu,
        }

    def _process(self, frames: list[Frame], events: tuple[Event, ...]) -> list[FrameResult]:
        """Run frames of one camera, one or a clip, through the network."""
        camera = frames[0].camera
        living = sorted(self._commands.values(), key=lambda one: one.label)
        looking = [one for one in living if one.applies_to(camera)]
        told = [list(events), *([] for _ in frames[1:])]
        targets: list[list[Target]] = [[] for _ in frames]
        if looking:
            memories = [self._store.get(one.command, camera) for one in looking]
            sightings = self._inference.run(
                np.stack([frame.image for frame in frames]),
                looking,
                memories,
                self.config.mode == "online",
                self.config.switch_correction,
                self.config.mask_threshold,
            )
            for index, (frame, seen) in enumerate(zip(frames, sightings, strict=True)):
                for one, memory, sighting in zip(looking, memories, seen, strict=True):
                    target, changes = update_target(frame, one, memory, sighting, self.config)
                    targets[index].append(target)
                    told[index].extend(changes)
        return [
            FrameResult(frame, tuple(found), tuple(said))
            for frame, found, said in zip(frames, targets, told, strict=True)
        ]

    def _look_for_breaks(self, frame: Frame) -> tuple[Event, ...]:
        """Restart the camera's memories where time jumps back or the image's size changes."""
        last = self._last.get(frame.camera)
        reason = last.break_before(frame, self.config.reset_on_time_jump) if last else ""
        if not reason:
            return ()
        self._clips.pop(frame.camera, None)
        self._store.forget_camera(frame.camera)
        return tuple(
            restarted(one, reason, frame.camera, frame.stamp_ns)
            for one in self._commands.values()
            if not one.command.cameras or frame.camera in one.command.cameras
        )

    def _restart(
        self, chosen: Sequence[TrackedCommand], camera: str | None, reason: str
    ) -> tuple[Event, ...]:
        events = []
        for one in chosen:
            state = self._store.state(one.command)
            self._store.forget(one.command, camera)
            events.append(restarted(one, reason, camera or "", previous_state=state))
        return tuple(events)

    def _refuse(self, command: Command) -> tuple[Event, ...]:
        reason = rejection_reason(command)
        if not reason:
            try:
                self._inference.read(command.sentence)
            except ValueError as error:
                reason = str(error)
        return (rejected(command, reason),) if reason else ()

    @property
    def _too_many(self) -> str:
        return f"at most {self.config.max_commands} commands are followed at once"

    def _drop(self, living: TrackedCommand) -> Event:
        del self._commands[living.command.id]
        return removed(living, self._store.state(living.command))

    def _set_paused(self, command_id: str, paused: bool) -> tuple[Event, ...]:
        living = self._commands.get(command_id)
        if living is None:
            return (unknown(command_id),)
        living.paused = paused
        return ()
