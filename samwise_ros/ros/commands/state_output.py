"""The latched states of one camera's targets."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rclpy.lifecycle import LifecycleNode
from std_msgs.msg import Header

from samwise_ros.interface import topics
from samwise_ros.interface.messages import EventPosition, MessageFields
from samwise_ros.interface.stamps import to_nanoseconds
from samwise_ros.interface.state_message import KnownState, TargetStates, target_state_array
from samwise_ros.ros.endpoints import create_publisher
from samwise_ros.ros.messages import to_message

if TYPE_CHECKING:
    from samwise_ros.engine.commands import CommandStatus  # importing it imports torch


class StateOutput:
    """Publishes the targets' states when one changes; closed on cleanup."""

    def __init__(self, node: LifecycleNode, camera: str) -> None:
        """Create the publisher."""
        self._node = node
        self._camera = camera
        self._publisher = create_publisher(node, topics.TARGET_STATES, camera)
        self._states = TargetStates(camera)
        self._published: list[KnownState] | None = None

    def close(self) -> None:
        """Destroy the publisher."""
        self._node.destroy_lifecycle_publisher(self._publisher)

    def update(
        self,
        statuses: Sequence["CommandStatus"],
        events: Sequence[MessageFields],
        header: Header,
        position: EventPosition,
    ) -> None:
        """Publish the states if one has changed.

        Args:
            statuses: of the commands that cover the camera, with the states of their targets on it.
            events: that caused the change, as `EventOutput` published them.
            header: of the events.
            position: of the last event.
        """
        self._states.update(statuses, events, to_nanoseconds(header.stamp))
        self._publish(self._states.known, position)

    def clear(self, position: EventPosition) -> None:
        """Publish that no state is known, because no images are processed any more."""
        self._publish([], position)

    def _publish(self, known: list[KnownState], position: EventPosition) -> None:
        # An inactive publisher would drop the message, and the last one would stay latched.
        if known == self._published or not self._publisher.is_activated:
            return
        self._published = known
        header = Header(stamp=self._node.get_clock().now().to_msg())
        self._publisher.publish(
            to_message(target_state_array(self._camera, known, header, position))
        )
