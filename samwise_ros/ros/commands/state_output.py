"""The latched states of one camera's targets."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from rclpy.lifecycle import LifecycleNode
from std_msgs.msg import Header

from samwise_ros.engine.types import EventKind
from samwise_ros.interface import topics
from samwise_ros.interface.messages import EventPosition, MessageFields
from samwise_ros.interface.stamps import to_nanoseconds
from samwise_ros.interface.state_message import KnownState, target_state_array
from samwise_ros.ros.endpoints import create_publisher
from samwise_ros.ros.messages import to_message

if TYPE_CHECKING:
    from samwise_ros.engine.commands import CommandStatus  # importing it imports torch

NO_EVENT_MESSAGE = MessageFields("samwise_ros/msg/TargetEvent", {})


class StateOutput:
    """Publishes the targets' states when one changes; closed on cleanup."""

    def __init__(self, node: LifecycleNode, camera: str) -> None:
        """Create the publisher."""
        self._node = node
        self._camera = camera
        self._publisher = create_publisher(node, topics.TARGET_STATES, camera)
        self._known: dict[str, KnownState] = {}  # by command id
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
        last_events = {
            event.fields["command_id"]: event
            for event in events
            if event.fields["camera"] in ("", self._camera)
            and event.fields["kind"] != EventKind.REJECTED
        }
        self._known = {
            status.command.id: self._updated(
                status, last_events.get(status.command.id), to_nanoseconds(header.stamp)
            )
            for status in statuses
        }
        self._publish(list(self._known.values()), position)

    def clear(self, position: EventPosition) -> None:
        """Publish that no state is known, because no images are processed any more."""
        self._publish([], position)

    def _updated(
        self, status: "CommandStatus", event: MessageFields | None, now_ns: int
    ) -> KnownState:
        before = self._known.get(status.command.id)
        if before is None or before.status.command.sentence != status.command.sentence:
            before = KnownState(status, now_ns, NO_EVENT_MESSAGE)
        elif before.status.state != status.state:
            before = replace(before, since_ns=now_ns)
        return replace(before, status=status, last_event=event or before.last_event)

    def _publish(self, known: list[KnownState], position: EventPosition) -> None:
        if known == self._published:
            return
        self._published = known
        header = Header(stamp=self._node.get_clock().now().to_msg())
        self._publisher.publish(
            to_message(target_state_array(self._camera, known, header, position))
        )
