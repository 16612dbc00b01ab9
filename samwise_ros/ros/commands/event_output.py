"""Events and active commands of the node."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from rclpy.lifecycle import LifecycleNode
from std_msgs.msg import Header

from samwise_ros.engine.types import Box, Event, EventKind
from samwise_ros.interface import messages, topics
from samwise_ros.interface.printable import printable
from samwise_ros.ros.endpoints import create_publisher
from samwise_ros.ros.messages import to_message

if TYPE_CHECKING:
    from samwise_ros.engine.commands import CommandStatus  # importing it imports torch


class EventOutput:
    """The publishers of events and commands; created on configuration, closed on cleanup."""

    def __init__(self, node: LifecycleNode) -> None:
        """Create the publishers."""
        self._node = node
        self._events = create_publisher(node, topics.EVENTS)
        self._commands = create_publisher(node, topics.COMMANDS)
        self._with_mask: set[tuple[str, str]] = set()  # camera and command id

    def close(self) -> None:
        """Destroy the publishers."""
        for publisher in (self._events, self._commands):
            self._node.destroy_lifecycle_publisher(publisher)

    def publish_events(self, events: Iterable[Event], header: Header | None = None) -> None:
        """Publish events, and log commands, unknown words and first masks.

        Args:
            events: of the engine.
            header: of the image that caused them; ``None`` if no image did.
        """
        header = header or self._now()
        for event in events:
            self._events.publish(to_message(messages.target_event(event, header)))
            self._log(event)

    def _log(self, event: Event) -> None:
        log, command = self._node.get_logger(), event.command
        if event.kind == EventKind.REJECTED:
            reason = printable(f"command {command.id!r} rejected: {event.reason}")
            log.warning(reason, throttle_duration_sec=1.0)
        elif event.kind == EventKind.ADDED:
            self._with_mask = {seen for seen in self._with_mask if seen[1] != command.id}
            log.info(printable(f'command {command.id!r} accepted: "{command.sentence}"'))
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
        self._commands.publish(to_message(messages.command_array(commands, self._now())))

    def _now(self) -> Header:
        return Header(stamp=self._node.get_clock().now().to_msg())
