"""The memories of an engine, bounded in number."""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from samwise_ros.engine.backend.protocol import NetworkMemory
from samwise_ros.engine.tracking.target_state import TargetTrack
from samwise_ros.engine.types import Command, TargetState


@dataclass(eq=False)
class Memory:
    """What one command remembers of one camera.

    Attributes:
        network: the network's tensors; only the backend looks into them.
        track: the target's state.
    """

    network: NetworkMemory
    track: TargetTrack = field(default_factory=TargetTrack)


class MemoryStore:
    """One memory for each command and camera, for a bounded number of commands.

    The key of a command is its id and sentence. If a replaced command is added
    again, it continues from its memory, unless ``max_commands`` others were used since.
    """

    def __init__(self, empty: Callable[[], NetworkMemory], max_commands: int) -> None:
        """Start empty.

        Args:
            empty: allocates a network's memory.
            max_commands: commands whose memories are kept; more than can be active.
        """
        self._empty, self._max_commands = empty, max_commands
        self._memories: OrderedDict[tuple[str, str], dict[str, Memory]] = OrderedDict()

    def __len__(self) -> int:
        """Count the memories."""
        return sum(len(cameras) for cameras in self._memories.values())

    def __iter__(self) -> Iterator[tuple[Command, str, Memory]]:
        """Iterate over command, camera and memory, least recently used commands first."""
        for (name, sentence), cameras in self._memories.items():
            for camera, memory in cameras.items():
                yield Command(name, sentence), camera, memory

    def put(self, command: Command, camera: str, memory: Memory) -> None:
        """Add a memory that was created elsewhere."""
        self._memories.setdefault((command.id, command.sentence), {})[camera] = memory

    def get(self, command: Command, camera: str, active: Iterable[Command] = ()) -> Memory:
        """Return the memory of a command and camera; create it on first use.

        Args:
            command: the command.
            camera: name of the camera.
            active: commands that are in use, also paused ones, whose memories are not dropped.
        """
        key = (command.id, command.sentence)
        is_new = key not in self._memories
        cameras = self._memories.setdefault(key, {})
        for other in active if is_new else ():
            if (used := (other.id, other.sentence)) in self._memories:
                self._memories.move_to_end(used)
        self._memories.move_to_end(key)
        while len(self._memories) > self._max_commands:
            self._memories.popitem(last=False)
        if camera not in cameras:
            cameras[camera] = Memory(self._empty())
        return cameras[camera]

    def forget(self, command: Command, camera: str | None = None) -> None:
        """Drop a command's memory of one camera, or of all."""
        key = (command.id, command.sentence)
        if camera is None:
            self._memories.pop(key, None)
        else:
            self._memories.get(key, {}).pop(camera, None)

    def forget_camera(self, camera: str | None) -> None:
        """Drop every command's memory of a camera, or of all cameras."""
        if camera is None:
            self.clear()
            return
        for cameras in self._memories.values():
            cameras.pop(camera, None)

    def clear(self) -> None:
        """Drop every memory."""
        self._memories.clear()

    def state(self, command: Command, camera: str | None = None) -> TargetState:
        """Return the state of a command's target on a camera, or the best over all cameras."""
        cameras = self._memories.get((command.id, command.sentence), {})
        states = {memory.track.state for name, memory in cameras.items() if camera in (None, name)}
        for state in (TargetState.TRACKING, TargetState.LOST):
            if state in states:
                return state
        return TargetState.SEARCHING
