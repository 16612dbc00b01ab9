"""Events and active commands of the node."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from rclpy.lifecycle import LifecycleNode
from std_msgs.msg import Header

from samwise_ros.engine.types import Event, EventKind
from samwise_ros.interface import messages, topics
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

    def close(self) -> None:
        """Destroy the publishers."""
        for publisher in (self._events, self._commands):
            self._node.destroy_lifecycle_publisher(publisher)

    def publish_events(self, events: Iterable[Event], header: Header | None = None) -> None:
        """Publish events, and log the reasons of rejected commands and unknown words.

        Args:
            events: of the engine.
            header: of the image that caused them; ``None`` if no image did.
        """
        header = header or self._now()
        for event in events:
            self._events.publish(to_message(messages.target_event(event, header)))
            if event.kind == EventKind.REJECTED:
                self._node.get_logger().warning(
                    f"command {event.command.id!r} rejected: {event.reason}",
                    throttle_duration_sec=1.0,
                )
            elif event.warning:
                self._node.get_logger().warning(
                    f"command {event.command.id!r}: {event.warning}", throttle_duration_sec=1.0
                )

    def publish_commands(self, commands: Sequence["CommandStatus"]) -> None:
        """Publish the active commands."""
        self._commands.publish(to_message(messages.command_array(commands, self._now())))

    def _now(self) -> Header:
        return Header(stamp=self._node.get_clock().now().to_msg())
