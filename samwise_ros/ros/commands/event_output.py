"""Events, active commands and states of the node's targets."""

import time
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from rclpy.lifecycle import LifecycleNode
from std_msgs.msg import Header

from samwise_ros.engine.types import Box, Event, EventKind
from samwise_ros.interface import messages, topics
from samwise_ros.interface.messages import EventPosition
from samwise_ros.interface.printable import printable
from samwise_ros.ros.commands.state_output import StateOutput
from samwise_ros.ros.endpoints import create_publisher
from samwise_ros.ros.messages import to_message

if TYPE_CHECKING:
    # Importing them imports torch.
    from samwise_ros.engine.commands import CommandStatus
    from samwise_ros.engine.engine import Engine


class EventOutput:
    """The publishers of events, commands and states; created on configuration, closed on cleanup.

    Attributes:
        position: of the last event. Events of an inactive node are counted and not published.
    """

    def __init__(self, node: LifecycleNode, cameras: Iterable[str]) -> None:
        """Create the publishers; each camera has one of its targets' states."""
        self._node = node
        self._events = create_publisher(node, topics.EVENTS)
        self._commands = create_publisher(node, topics.COMMANDS)
        self._states = {camera: StateOutput(node, camera) for camera in cameras}
        # Real time: simulated time can begin again.
        self.position = EventPosition(run_start_ns=time.time_ns())
        self._with_mask: set[tuple[str, str]] = set()  # camera and command id

    def close(self) -> None:
        """Destroy the publishers."""
        for publisher in (self._events, self._commands):
            self._node.destroy_lifecycle_publisher(publisher)
        for states in self._states.values():
            states.close()

    def publish_events(
        self,
        events: Iterable[Event],
        engine: "Engine",
        header: Header | None = None,
        camera: str = "",
    ) -> None:
        """Publish events and the states of the targets, and log commands and first masks.

        Args:
            events: of the engine.
            engine: has the states after the events.
            header: of the image that caused the events; ``None`` if no image did.
            camera: of that image; empty for the states of all cameras.
        """
        header = header or self._now()
        described = []
        for event in events:
            self.position = self.position.next()
            described.append(messages.target_event(event, header, self.position))
            self._events.publish(to_message(described[-1]))
            self._log(event)
        for name in (camera,) if camera else self._states:
            statuses = engine.commands_on(name)
            self._states[name].update(statuses, described, header, self.position)

    def clear_states(self) -> None:
        """Publish that no state is known any more: the node stops processing images."""
        for states in self._states.values():
            states.clear(self.position)

    def _log(self, event: Event) -> None:
        log, command = self._node.get_logger(), event.command
        if event.kind == EventKind.REJECTED:
            reason = printable(f"command {command.id!r} rejected: {event.reason}")
            log.warning(reason, throttle_duration_sec=1.0)
        elif event.kind == EventKind.ADDED:
            log.info(printable(f'command {command.id!r} accepted: "{command.sentence}"'))
        elif event.kind == EventKind.REMOVED:
            self._with_mask = {seen for seen in self._with_mask if seen[1] != command.id}
        elif event.kind == EventKind.ACQUIRED and (event.camera, command.id) not in self._with_mask:
            self._with_mask.add((event.camera, command.id))
            box = event.box or Box(0, 0, 0, 0)
            place = f"{box.width} x {box.height} pixels at ({box.x}, {box.y})"
            text = f'{event.camera}: first mask of "{command.sentence}", {place}'
            log.info(printable(text))
        if event.warning:
            warning = printable(f"command {command.id!r}: {event.warning}")
            log.warning(warning, throttle_duration_sec=1.0)

    def publish_commands(self, commands: Sequence["CommandStatus"]) -> None:
        """Publish the active commands."""
        array = messages.command_array(commands, self._now(), self.position)
        self._commands.publish(to_message(array))

    def _now(self) -> Header:
        return Header(stamp=self._node.get_clock().now().to_msg())
