"""All memories of an engine, and which of them are kept."""

from collections import OrderedDict
from collections.abc import Callable, Iterator

from samwise_ros.engine.memory.rings import Memory
from samwise_ros.engine.types import Command, TargetState


class MemoryStore:
    """One memory for each command and camera; a bounded number of commands.

    A command is known by its id and sentence, so one that is replaced and comes back finds its
    memory, as long as fewer than ``bound`` others were followed meanwhile.
    """

    def __init__(self, empty: Callable[[], Memory], bound: int) -> None:
        """Keep the memories of up to ``bound`` commands; ``empty`` makes a new one."""
        self._empty, self._bound = empty, bound
        self._memories: OrderedDict[tuple[str, str], dict[str, Memory]] = OrderedDict()

    def __len__(self) -> int:
        """Count the memories."""
        return sum(len(cameras) for cameras in self._memories.values())

    def __iter__(self) -> Iterator[tuple[Command, str, Memory]]:
        """Go through the memories with their command and camera, longest unused command first."""
        for (name, sentence), cameras in self._memories.items():
            for camera, memory in cameras.items():
                yield Command(name, sentence), camera, memory

    def put(self, command: Command, camera: str, memory: Memory) -> None:
        """Keep a memory from elsewhere."""
        self._memories.setdefault((command.id, command.sentence), {})[camera] = memory

    def get(self, command: Command, camera: str) -> Memory:
        """Return the memory of a command and camera, a new one at first."""
        key = (command.id, command.sentence)
        cameras = self._memories.setdefault(key, {})
        self._memories.move_to_end(key)
        while len(self._memories) > self._bound:
            self._memories.popitem(last=False)
        if camera not in cameras:
            cameras[camera] = self._empty()
        return cameras[camera]

    def forget(self, command: Command, camera: str | None = None) -> None:
        """Drop a command's memory of one camera, or of all."""
        cameras = self._memories.get((command.id, command.sentence), {})
        if camera is None:
            cameras.clear()
        else:
            cameras.pop(camera, None)

    def forget_camera(self, camera: str) -> None:
        """Drop every command's memory of a camera."""
        for cameras in self._memories.values():
            cameras.pop(camera, None)

    def clear(self) -> None:
        """Drop every memory."""
        self._memories.clear()

    def state(self, command: Command) -> TargetState:
        """Return the best state of the command's target over all cameras."""
        cameras = self._memories.get((command.id, command.sentence), {})
        states = {memory.track.state for memory in cameras.values()}
        for state in (TargetState.TRACKING, TargetState.LOST):
            if state in states:
                return state
        return TargetState.SEARCHING
